import type { Codec } from "../codec.ts";
import { oneOf } from "./choice.ts";
import { readDecimal } from "./number.ts";

/** Faces that are shipped, so that every host writes alike. */
export const FONTS = [
  "sans",
  "sans-bold",
  "sans-oblique",
  "sans-bold-oblique",
  "serif",
  "serif-bold",
  "serif-italic",
  "serif-bold-italic",
  "mono",
  "mono-bold",
] as const;

export type Font = (typeof FONTS)[number];

const SANS = [
  "arial",
  "helvetica",
  "verdana",
  "tahoma",
  "roboto",
  "open-sans",
  "lato",
  "dejavu-sans",
  "sans-serif",
];
const SERIF = ["times", "times-new-roman", "georgia", "garamond", "palatino", "dejavu-serif"];
const MONO = ["courier", "courier-new", "consolas", "monaco", "monospace", "dejavu-sans-mono"];

/** Names that people know, and the shipped face that is nearest. */
const SYNONYMS: Readonly<Record<string, Font>> = Object.fromEntries([
  ...SANS.flatMap((name): [string, Font][] => [
    [name, "sans"],
    [`${name}-bold`, "sans-bold"],
    [`${name}-italic`, "sans-oblique"],
    [`${name}-bold-italic`, "sans-bold-oblique"],
  ]),
  ...["arial-black", "impact"].map((name): [string, Font] => [name, "sans-bold"]),
  ...SERIF.flatMap((name): [string, Font][] => [
    [name, "serif"],
    [`${name}-bold`, "serif-bold"],
    [`${name}-italic`, "serif-italic"],
    [`${name}-bold-italic`, "serif-bold-italic"],
  ]),
  ...MONO.flatMap((name): [string, Font][] => [
    [name, "mono"],
    [`${name}-bold`, "mono-bold"],
  ]),
]);

const face = oneOf(FONTS, SYNONYMS);

export const font: Codec<Font> = {
  expected: `one of ${FONTS.join(", ")}, or a common name such as Arial, Georgia-Bold or Courier`,
  form: face.form,
  parse: (text) => face.parse(text.trim().replace(/[\s_+]+/g, "-")),
  format: face.format,
};

/** Pixels of an em; one that fits shrinks until the text lies inside the picture. */
export interface FontSize {
  readonly pixels: number;
  readonly fits: boolean;
}

const LARGEST = 2_000;

export const fontSize: Codec<FontSize> = {
  expected: `a number of pixels from 1 to ${LARGEST}, with max behind it for at most so many`,
  form: { kind: "fontsize", max: LARGEST },
  parse(text) {
    const [, number = "", max] = /^([^a-z]*)(max)?$/.exec(text.trim().toLowerCase()) ?? [];
    const value = readDecimal(number);
    if (value === undefined || value <= 0) return undefined;
    return { pixels: Math.min(LARGEST, Math.max(1, Math.round(value))), fits: max !== undefined };
  },
  format: ({ pixels, fits }) => `${pixels}${fits ? "max" : ""}`,
};
