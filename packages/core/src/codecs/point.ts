import type { Codec } from "../codec.ts";

/** Pixels from the top-left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export const point: Codec<Point> = {
  expected: "two pixel numbers X,Y",
  parse(text) {
    const [x, y, ...more] = text.split(",").map((part) => Number(part.trim() || Number.NaN));
    if (more.length > 0 || x === undefined || y === undefined) return undefined;
    if (!Number.isFinite(x) || !Number.isFinite(y) || x < 0 || y < 0) return undefined;
    return { x: Math.round(x), y: Math.round(y) };
  },
  format: ({ x, y }) => `${x},${y}`,
};
