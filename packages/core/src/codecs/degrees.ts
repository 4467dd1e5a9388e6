import type { Codec } from "../codec.ts";
import { readDecimal } from "./number.ts";

/** An angle, brought into 0 ≤ angle < 360 and kept to two decimals. */
export const degrees: Codec<number> = {
  expected: "degrees, for example 90 or -45",
  form: { kind: "angle" },
  parse(text) {
    const value = readDecimal(text);
    if (value === undefined || Math.abs(value) > 36_000) return undefined;
    // In whole hundredths, so that equal angles are equal numbers.
    return (((Math.round(value * 100) % 36_000) + 36_000) % 36_000) / 100;
  },
  format: String,
};
