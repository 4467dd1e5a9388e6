import { parameter } from "../codec.ts";
import { decimal } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Adds the same to every channel. */
export const bright = defineOperation("bright", {
  bright: parameter(decimal(-100, 100, 1), {
    summary: "Brighter or darker: adds 2.55 times the value to each channel.",
    example: "20",
    neutral: "0",
  }),
});
