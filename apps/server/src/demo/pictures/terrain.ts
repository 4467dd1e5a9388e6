/** A repeatable sequence of numbers from 0 to 1: the same picture at every first start. */
export type Chance = () => number;

/** Mulberry32, a small public-domain generator. */
export function chanceFrom(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Heights of a ridge at equal steps, made by displacing midpoints; `roughness` from 0 (smooth) to 1 (jagged). */
export function ridge(
  chance: Chance,
  shape: { readonly from: number; readonly to: number; readonly height: number; readonly roughness: number },
): readonly number[] {
  let heights = [shape.from, shape.to];
  let reach = shape.height;
  for (let step = 0; step < 7; step += 1) {
    heights = heights.flatMap((left, index) => {
      const right = heights[index + 1];
      return right === undefined ? [left] : [left, (left + right) / 2 + (chance() - 0.5) * reach];
    });
    reach *= 0.35 + shape.roughness * 0.3;
  }
  return heights;
}

/** A closed path: the ridge on top, the bottom of the picture below. */
export function land(heights: readonly number[], width: number, bottom: number): string {
  const step = width / (heights.length - 1);
  const points = heights.map((y, index) => `${(index * step).toFixed(0)} ${y.toFixed(0)}`);
  return `M0 ${bottom}L${points.join("L")}L${width} ${bottom}Z`;
}

/** The height of a ridge at a place between its steps. */
export function heightAt(heights: readonly number[], width: number, x: number): number {
  const place = (x / width) * (heights.length - 1);
  const left = heights[Math.floor(place)] ?? 0;
  const right = heights[Math.ceil(place)] ?? left;
  return left + (right - left) * (place % 1);
}

/** A fir tree that stands on `y`. */
export function fir(x: number, y: number, height: number): string {
  const layers = [0.24, 0.36, 0.46].map((half, index) => {
    const top = y - height * (1 - index * 0.22);
    const foot = y - height * (0.56 - index * 0.24);
    const reach = height * half * 0.62;
    return `M${x.toFixed(0)} ${top.toFixed(0)}L${(x + reach).toFixed(0)} ${foot.toFixed(0)}L${(x - reach).toFixed(0)} ${foot.toFixed(0)}Z`;
  });
  return layers.join("");
}

/** A vertical gradient for `fill="url(#id)"`. */
export function gradient(
  id: string,
  ...stops: readonly (readonly [offset: number, color: string])[]
): string {
  const inner = stops.map(([offset, color]) => `<stop offset="${offset}" stop-color="${color}"/>`).join("");
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${inner}</linearGradient>`;
}

/** A spot for `fill="url(#id)"` that fades out to its edge. */
export function haze(id: string, color: string): string {
  return `<radialGradient id="${id}"><stop offset="0" stop-color="${color}"/><stop offset=".6" stop-color="${color}" stop-opacity=".7"/><stop offset="1" stop-color="${color}" stop-opacity="0"/></radialGradient>`;
}

/** A whole picture, with a little grain so that it compresses as a photograph does. */
export function picture(width: number, height: number, definitions: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><defs>${definitions}<filter id="grain" x="0" y="0" width="1" height="1"><feTurbulence x="0" y="0" width="320" height="320" type="fractalNoise" baseFrequency=".8" numOctaves="1" seed="7" stitchTiles="stitch"/><feTile/><feColorMatrix values="0 0 0 0 .5 0 0 0 0 .5 0 0 0 0 .5 0 0 0 .28 0"/></filter></defs>${content}<rect width="${width}" height="${height}" filter="url(#grain)" opacity=".35"/></svg>`;
}
