import { type Chance, chanceFrom, fir, gradient, haze, heightAt, land, picture, ridge } from "./terrain.ts";

const WIDTH = 2_400;
const HEIGHT = 1_600;
const SHORE = 1_130;

/** A mountain lake at sunset; the sun stands at three quarters of the width and three tenths of the height. */
export function landscape(): string {
  const chance = chanceFrom(20);
  const far = ridge(chance, { from: 700, to: 760, height: 420, roughness: 0.75 });
  const middle = ridge(chance, { from: 760, to: 900, height: 380, roughness: 0.6 });
  const near = ridge(chance, { from: 940, to: 1_020, height: 190, roughness: 0.45 });
  const hills = [
    `<path d="${land(far, WIDTH, SHORE)}" fill="url(#far)"/>`,
    `<path d="${land(middle, WIDTH, SHORE)}" fill="url(#middle)"/>`,
    `<path d="${land(near, WIDTH, SHORE)}" fill="url(#near)"/>`,
  ].join("");
  const mirrored = `<g transform="translate(0 ${SHORE * 2}) scale(1 -1)" opacity=".45">${hills}</g>`;
  return picture(
    WIDTH,
    HEIGHT,
    DEFINITIONS,
    `<rect width="${WIDTH}" height="${SHORE}" fill="url(#sky)"/>
<circle cx="1800" cy="480" r="900" fill="url(#glow)"/>${clouds(chance)}
<circle cx="1800" cy="480" r="112" fill="url(#sun)"/>${birds()}
${hills}<rect y="760" width="${WIDTH}" height="370" fill="url(#mist)"/>
<rect y="${SHORE}" width="${WIDTH}" height="${HEIGHT - SHORE}" fill="url(#water)"/>
<svg y="${SHORE}" width="${WIDTH}" height="${HEIGHT - SHORE}" viewBox="0 ${SHORE} ${WIDTH} ${HEIGHT - SHORE}">${mirrored}</svg>
${ripples(chance)}${shore(chance)}`,
  );
}

const DEFINITIONS = [
  gradient("sky", [0, "#1d2b53"], [0.34, "#5c4b84"], [0.62, "#d9737a"], [0.84, "#f7b267"], [1, "#ffe3a8"]),
  gradient("far", [0, "#8d6a8f"], [0.5, "#c08a8c"], [1, "#eab48a"]),
  gradient("middle", [0, "#4d4470"], [1, "#96687f"]),
  gradient("near", [0, "#2a2f55"], [1, "#523f63"]),
  gradient("mist", [0, "#ffd9a000"], [0.75, "#ffd2a055"], [1, "#ffdcb088"]),
  gradient("water", [0, "#f3b27c"], [0.22, "#c06f78"], [0.6, "#4b3f71"], [1, "#171f42"]),
  gradient("shore", [0, "#141a33"], [1, "#090d1c"]),
  '<radialGradient id="glow"><stop offset="0" stop-color="#fff3c4" stop-opacity=".95"/><stop offset=".25" stop-color="#ffd08a" stop-opacity=".55"/><stop offset="1" stop-color="#ff9e6b" stop-opacity="0"/></radialGradient>',
  '<radialGradient id="sun"><stop offset="0" stop-color="#fffdf0"/><stop offset=".8" stop-color="#fff1b8"/><stop offset="1" stop-color="#ffe08a"/></radialGradient>',
  haze("warm", "#ffd9b0"),
  haze("cool", "#b98aa8"),
].join("");

function clouds(chance: Chance): string {
  const ellipses = Array.from({ length: 34 }, () => {
    const y = 120 + chance() * 520;
    const width = 120 + chance() * 380;
    const hue = y > 380 ? "warm" : "cool";
    return `<ellipse cx="${(width * 1.2 + chance() * (WIDTH - width * 2.4)).toFixed(0)}" cy="${y.toFixed(0)}" rx="${width.toFixed(0)}" ry="${(width * 0.075).toFixed(0)}" fill="url(#${hue})" opacity="${(0.25 + chance() * 0.4).toFixed(2)}"/>`;
  });
  return ellipses.join("");
}

function birds(): string {
  const flock = [
    [620, 330, 1],
    [700, 296, 0.8],
    [760, 352, 0.7],
    [548, 372, 0.6],
    [836, 318, 0.5],
  ] as const;
  const wings = flock.map(
    ([x, y, size]) =>
      `<path transform="translate(${x} ${y}) scale(${size})" d="M-46 -8Q-22 -30 0 0Q22 -30 46 -8Q22 -18 0 10Q-22 -18 -46 -8Z"/>`,
  );
  return `<g fill="#2a2747" opacity=".8">${wings.join("")}</g>`;
}

function ripples(chance: Chance): string {
  const lines = Array.from({ length: 150 }, () => {
    const depth = chance() ** 1.5;
    const y = SHORE + 8 + depth * (HEIGHT - SHORE - 20);
    const nearSun = chance() < 0.55;
    const x = nearSun ? 1_800 + (chance() - 0.5) * (160 + depth * 420) : chance() * WIDTH;
    const width = 20 + chance() * (50 + depth * 190);
    return `<ellipse cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" rx="${width.toFixed(0)}" ry="${(1.5 + depth * 4).toFixed(1)}" fill="${nearSun ? "#ffe9bd" : "#e9a98f"}" opacity="${(nearSun ? 0.5 : 0.16).toFixed(2)}"/>`;
  });
  return lines.join("");
}

function shore(chance: Chance): string {
  const bank = ridge(chance, { from: 1_330, to: 1_560, height: 70, roughness: 0.5 });
  const trees = Array.from({ length: 64 }, (_, index) => {
    const x = index < 44 ? chance() ** 1.6 * 1_050 : 1_950 + chance() * 450;
    const size = 90 + chance() * 250 * (index < 44 ? 1 - x / 1_500 : (x - 1_800) / 600);
    return fir(x, heightAt(bank, WIDTH, x) + 26, size);
  });
  return `<g fill="url(#shore)"><path d="${trees.join("")}" fill="#0e1329"/><path d="${land(bank, WIDTH, HEIGHT)}"/></g>`;
}
