import type { Codec } from "../codec.ts";
import { readDecimal } from "./number.ts";

/** Radius of a corner in pixels; `max` is the shorter of the two sides that meet there. */
export type Radius = number | "max";

/** In the order of the wire: top left, bottom left, bottom right, top right. */
export type Radii = readonly [Radius, Radius, Radius, Radius];

const LARGEST = 8192;

function readRadius(text: string): Radius | undefined {
  if (text.trim().toLowerCase() === "max") return "max";
  const value = readDecimal(text);
  return value === undefined ? undefined : Math.min(LARGEST, Math.max(0, Math.round(value)));
}

export const radii: Codec<Radii> = {
  expected: "a radius in pixels or max; or four of them: top left, bottom left, bottom right, top right",
  form: { kind: "radii", max: LARGEST },
  parse(text) {
    const [one, two, three, four, ...more] = text.split(",", 5).map(readRadius);
    if (one === undefined || more.length > 0) return undefined;
    if (!text.includes(",")) return [one, one, one, one];
    if (two === undefined || three === undefined || four === undefined) return undefined;
    return [one, two, three, four];
  },
  format: ([one, ...others]) =>
    others.every((each) => each === one) ? String(one) : [one, ...others].join(","),
};
