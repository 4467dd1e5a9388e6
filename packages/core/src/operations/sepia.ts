import { parameter } from "../codec.ts";
import { strength } from "../codecs/strength.ts";
import { defineOperation } from "../operation.ts";

/** The brown of old photographs. */
export const sepia = defineOperation("sepia", {
  sepia: parameter(strength, {
    summary: "Brown as an old photograph, by the matrix of CSS.",
    example: "80",
    neutral: "0",
  }),
});
