import type { Codec } from "../codec.ts";
import { oneOf } from "./choice.ts";
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

/** Coordinates of a focal point: "px" pixels of the original, "p" percent of it, "s" percent of the resized image, "c" 0–1 of the original. */
export interface FocalPoint {
  readonly x: number;
  readonly y: number;
  readonly unit: "px" | "p" | "s" | "c";
}

/** What a crop keeps or where a fitted image stands: a compass word, a focal point, or a word for what the pixels say. */
export type Gravity = Compass | "auto" | "face" | "trim" | FocalPoint;

const COMPONENT = /^(-?[\d.]+)([psc]?)$/;
const LARGEST = { px: 100_000, p: 100, s: 100, c: 1 } as const;

const WORDS = [...COMPASS, "auto", "face", "trim"] as const;

export const compass: Codec<Compass> = oneOf(COMPASS, { centre: "center" });

const word: Codec<Compass | "auto" | "face" | "trim"> = oneOf(WORDS, {
  centre: "center",
  smart: "auto",
});

export const gravity: Codec<Gravity> = {
  expected: "a compass word (north … center), auto, face, trim, or a focal point X,Y · Xp,Yp · Xs,Ys · Xc,Yc",
  form: { kind: "gravity", choices: WORDS },
  parse: (text) => word.parse(text) ?? readFocalPoint(text),
  format(value) {
    if (typeof value === "string") return value;
    const suffix = value.unit === "px" ? "" : value.unit;
    return `${value.x}${suffix},${value.y}${suffix}`;
  },
};

function readFocalPoint(text: string): FocalPoint | undefined {
  const parts = text
    .toLowerCase()
    .split(",", 3)
    .map((part) => COMPONENT.exec(part.trim()));
  const [first, second] = parts;
  if (parts.length !== 2 || !first || !second || first[2] !== second[2]) return undefined;
  const unit = (first[2] || "px") as keyof typeof LARGEST;
  const x = readDecimal(first[1] ?? "");
  const y = readDecimal(second[1] ?? "");
  if (x === undefined || y === undefined) return undefined;
  const clamp = (value: number) => Math.min(LARGEST[unit], Math.max(0, Math.round(value * 1e4) / 1e4));
  return { x: clamp(x), y: clamp(y), unit };
}
