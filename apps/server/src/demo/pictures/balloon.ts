import { type Chance, chanceFrom, fir, gradient, haze, heightAt, land, picture, ridge } from "./terrain.ts";

const WIDTH = 1_600;
const HEIGHT = 2_000;

/** A hot-air balloon high on the right above morning hills: a subject that a crop to the centre would cut. */
export function balloon(): string {
  const chance = chanceFrom(5);
  const layers = [
    [1_180, "#a9cfd6", "#d5e6dc"],
    [1_320, "#79b0b0", "#a9cdb4"],
    [1_470, "#4f9188", "#7fb58f"],
    [1_640, "#2f6f63", "#4e9270"],
    [1_800, "#1b4a45", "#2b6a53"],
  ] as const;
  const hills = layers.map(([top, color, foot], index) => {
    const heights = ridge(chance, {
      from: top + 40,
      to: top - 60,
      height: 260 - index * 20,
      roughness: 0.22,
    });
    const id = `hill${index}`;
    const trees = index > 1 ? forest(chance, heights, 26 + index * 22) : "";
    return `<defs>${gradient(id, [0, color], [1, foot])}</defs><path d="${trees}" fill="${color}"/><path d="${land(heights, WIDTH, HEIGHT)}" fill="url(#${id})"/>`;
  });
  return picture(
    WIDTH,
    HEIGHT,
    DEFINITIONS,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/><circle cx="250" cy="1080" r="760" fill="url(#dawn)"/>${clouds(chance)}
${small(360, 880, 0.16, "#c9536a")}${small(610, 1010, 0.1, "#e0a23c")}
${hills.join("")}
<g transform="translate(1060 560)">${envelope()}${basket()}</g>`,
  );
}

const DEFINITIONS = [
  gradient("sky", [0, "#2f7fb5"], [0.35, "#7fbbd4"], [0.6, "#f8e3c0"], [1, "#f7c59f"]),
  '<radialGradient id="dawn"><stop offset="0" stop-color="#fff4d6" stop-opacity=".95"/><stop offset="1" stop-color="#ffd9a0" stop-opacity="0"/></radialGradient>',
  '<radialGradient id="round" cx=".34" cy=".3" r=".82"><stop offset="0" stop-color="#fff" stop-opacity=".5"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#2b0f2e" stop-opacity=".5"/></radialGradient>',
  haze("cloud", "#fff"),
].join("");

const GORES = [
  "#d7263d",
  "#f46036",
  "#f9c22e",
  "#f7f3e8",
  "#2e9cca",
  "#f7f3e8",
  "#f9c22e",
  "#f46036",
  "#d7263d",
];

/** The silk: stripes that run from crown to mouth, each half an ellipse wide. */
function envelope(): string {
  const half = (share: number) => (360 * share).toFixed(0);
  const gores = GORES.map((color, index) => {
    const outer = 1 - (index / GORES.length) * 2;
    // A little under its neighbour, so that no sky shines through the seam.
    const inner = Math.max(-1, outer - 2 / GORES.length - 0.03);
    return `<path d="M0 -400C${half(outer * 1.34)} -400 ${half(outer * 1.34)} 60 ${half(outer * 0.28)} 400L${half(inner * 0.28)} 400C${half(inner * 1.34)} 60 ${half(inner * 1.34)} -400 0 -400Z" fill="${color}"/>`;
  });
  const outline = "M0 -400C482 -400 482 60 101 400L-101 400C-482 60 -482 -400 0 -400Z";
  return `${gores.join("")}<path d="${outline}" fill="url(#round)"/><path d="M-101 400L101 400L84 440L-84 440Z" fill="#8f1d2c"/>`;
}

function basket(): string {
  const ropes = [-80, -28, 28, 80].map((x) => `<path d="M${x} 440L${x * 0.72} 560"/>`).join("");
  return `<g stroke="#5b3a21" stroke-width="5">${ropes}</g><path d="M-66 556H66L54 652Q0 668 -54 652Z" fill="#8a5a32"/><path d="M-70 548H70V572H-70Z" fill="#5b3a21"/><g stroke="#6d4526" stroke-width="4" opacity=".7"><path d="M-60 596H60M-57 622H57M-30 572V656M0 572V660M30 572V656"/></g>`;
}

function small(x: number, y: number, size: number, color: string): string {
  return `<g transform="translate(${x} ${y}) scale(${size})"><path d="M0 -400C482 -400 482 60 101 400L-101 400C-482 60 -482 -400 0 -400Z" fill="${color}"/><path d="M0 -400C482 -400 482 60 101 400L-101 400C-482 60 -482 -400 0 -400Z" fill="url(#round)"/><path d="M-60 560H60V650H-60Z" fill="#5b3a21"/></g>`;
}

function clouds(chance: Chance): string {
  const ellipses = Array.from({ length: 26 }, () => {
    const width = 90 + chance() * 260;
    return `<ellipse cx="${(width * 1.3 + chance() * (WIDTH - width * 2.6)).toFixed(0)}" cy="${(140 + chance() * 900).toFixed(0)}" rx="${width.toFixed(0)}" ry="${(width * 0.12).toFixed(0)}" fill="url(#cloud)" opacity="${(0.25 + chance() * 0.45).toFixed(2)}"/>`;
  });
  return ellipses.join("");
}

function forest(chance: Chance, heights: readonly number[], size: number): string {
  return Array.from({ length: 46 }, () => {
    const x = chance() * WIDTH;
    return fir(x, heightAt(heights, WIDTH, x) + 18, size * (0.6 + chance() * 0.7));
  }).join("");
}
