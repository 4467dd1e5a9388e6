import { parameter } from "../codec.ts";
import { decimal } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Sharpens by an unsharp mask. */
export const sharp = defineOperation("sharp", {
  sharp: parameter(decimal(0, 4, 2), {
    summary: "Sharper: adds so many times the difference from a Gaussian blur with sigma 1.",
    example: "1",
    neutral: "0",
  }),
});
