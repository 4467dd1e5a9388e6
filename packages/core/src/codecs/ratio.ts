import type { Codec } from "../codec.ts";
import { readDecimal } from "./number.ts";

/** Accepted width ÷ height: equal ends mean exactly that ratio, a range leaves what lies inside it untouched. */
export interface RatioRange {
  readonly min: number;
  readonly max: number;
}

function readRatio(text: string): number | undefined {
  const [width, height, ...more] = text.split(":").map(readDecimal);
  if (more.length > 0 || width === undefined || width <= 0) return undefined;
  if (!text.includes(":")) return width;
  return height === undefined || height <= 0 ? undefined : width / height;
}

const round = (value: number) => Math.round(value * 1e4) / 1e4;
const isUsable = (value: number) => value >= 0.01 && value <= 100;

export const ratioRange: Codec<RatioRange> = {
  expected: "a ratio such as 1.5 or 16:9, or a range A,B",
  form: { kind: "ratio" },
  parse(text) {
    const [first, second, ...more] = text.split(",").map(readRatio);
    if (more.length > 0 || first === undefined || (text.includes(",") && second === undefined))
      return undefined;
    const ends = [round(first), round(second ?? first)].sort((a, b) => a - b);
    const [min = 0, max = 0] = ends;
    return isUsable(min) && isUsable(max) ? { min, max } : undefined;
  },
  format: ({ min, max }) => (min === max ? String(min) : `${min},${max}`),
};
