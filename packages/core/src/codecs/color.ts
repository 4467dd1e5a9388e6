import type { Codec } from "../codec.ts";
import { COLOR_NAMES } from "./color-names.ts";

/** An opaque sRGB colour, each channel 0–255. */
export interface Color {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

export const color: Codec<Color> = {
  expected: "a hex colour without #, 3 or 6 digits, or a CSS colour name",
  form: { kind: "color", auto: false },
  parse(text) {
    const word = text.trim().toLowerCase().replace(/^#/, "");
    const hex = COLOR_NAMES.get(word) ?? (/^[0-9a-f]{3}$/.test(word) ? word.replace(/./g, "$&$&") : word);
    if (!/^[0-9a-f]{6}$/.test(hex)) return undefined;
    const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
    return { red: channel(0), green: channel(2), blue: channel(4) };
  },
  format: ({ red, green, blue }) =>
    [red, green, blue].map((each) => each.toString(16).padStart(2, "0")).join(""),
};

/** A colour, or the word for the one that the picture itself has most of. */
export type Fill = Color | "auto";

export const fill: Codec<Fill> = {
  expected: `${color.expected}, or auto`,
  form: { kind: "color", auto: true },
  parse: (text) => (text.trim().toLowerCase() === "auto" ? "auto" : color.parse(text)),
  format: (value) => (value === "auto" ? value : color.format(value)),
};
