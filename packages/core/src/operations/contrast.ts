import { parameter } from "../codec.ts";
import { decimal } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Pulls every channel away from the middle, or towards it. */
export const contrast = defineOperation("contrast", {
  contrast: parameter(decimal(-100, 100, 1), {
    summary: "More or less contrast: distances from mid-grey times the square of (100 + value) / 100.",
    example: "20",
    neutral: "0",
  }),
});
