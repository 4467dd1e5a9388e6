import type { Codec } from "../codec.ts";
import { readDecimal } from "./number.ts";

export const COMPASS = [
  "center",
  "north",
  "northeast",
  "east",
  "southeast",
  "south",
  "southwest",
  "west",
  "northwest",
] as const;
export type Compass = (typeof COMPASS)[number];

/**
 * What a crop keeps or where a fitted image stands: a compass word, or a focal point. Units of a focal point:
 * "px" pixels of the original, "p" percent of the original (0–100), "s" percent of the resized image,
 * "c" a coefficient of the original (0–1).
 */
export type Gravity =
  | Compass
  | { readonly x: number; readonly y: number; readonly unit: "px" | "p" | "s" | "c" };

const COMPONENT = /^(-?[\d.]+)([psc]?)$/;
const LARGEST = { px: 100_000, p: 100, s: 100, c: 1 } as const;

export const gravity: Codec<Gravity> = {
  expected: "a compass word (north … center) or a focal point X,Y · Xp,Yp · Xs,Ys · Xc,Yc",
  parse(text) {
    const word = text.trim().toLowerCase();
    if (word === "centre") return "center";
    const compass = COMPASS.find((candidate) => candidate === word);
    if (compass) return compass;
    const parts = word.split(",").map((part) => COMPONENT.exec(part.trim()));
    const [first, second] = parts;
    if (parts.length !== 2 || !first || !second || first[2] !== second[2]) return undefined;
    const unit = (first[2] || "px") as keyof typeof LARGEST;
    const x = readDecimal(first[1] ?? "");
    const y = readDecimal(second[1] ?? "");
    if (x === undefined || y === undefined) return undefined;
    const clamp = (value: number) => Math.min(LARGEST[unit], Math.max(0, Math.round(value * 1e4) / 1e4));
    return { x: clamp(x), y: clamp(y), unit };
  },
  format(value) {
    if (typeof value === "string") return value;
    const suffix = value.unit === "px" ? "" : value.unit;
    return `${value.x}${suffix},${value.y}${suffix}`;
  },
};
