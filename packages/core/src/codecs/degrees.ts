import type { Codec } from "../codec.ts";
import { readDecimal } from "./number.ts";

/** An angle, brought into 0 ≤ angle < 360 and kept to two decimals. */
export const degrees: Codec<number> = {
  expected: "degrees, for example 90 or -45",
  parse(text) {
    const value = readDecimal(text);
    if (value === undefined || Math.abs(value) > 36_000) return undefined;
    const turned = (Math.round(((value % 360) + 360) * 100) / 100) % 360;
    return turned;
  },
  format: String,
};
