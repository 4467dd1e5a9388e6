import type { Codec } from "../codec.ts";
import { readDecimal } from "./number.ts";

/** Whole pixels from the top-left corner, each from 0 to `FARTHEST`. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Larger coordinates are clamped: no readable image has a side this long. */
const FARTHEST = 100_000;

export const point: Codec<Point> = {
  expected: "two pixel numbers X,Y",
  form: { kind: "point", max: FARTHEST },
  parse(text) {
    const [x, y, ...more] = text.split(",", 3).map(readDecimal);
    if (more.length > 0 || x === undefined || y === undefined) return undefined;
    const clamp = (value: number) => Math.min(FARTHEST, Math.max(0, Math.round(value)));
    return { x: clamp(x), y: clamp(y) };
  },
  format: ({ x, y }) => `${x},${y}`,
};
