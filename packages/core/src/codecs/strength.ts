import type { Codec } from "../codec.ts";
import { decimal } from "./number.ts";

const percent = decimal(0, 100, 0);

/** How much of an effect in percent. A bare 1 switches it on, whole: one percent of an effect is nobody's wish. */
export const strength: Codec<number> = {
  expected: "1 for all of it, 0 for none, or a percentage",
  form: { kind: "number", min: 0, max: 100, digits: 0 },
  parse(text) {
    const value = percent.parse(text);
    return value === 1 ? 100 : value;
  },
  format: String,
};
