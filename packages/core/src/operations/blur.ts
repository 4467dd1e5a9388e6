import { parameter } from "../codec.ts";
import { decimal } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Blurs the whole picture. */
export const blur = defineOperation("blur", {
  blur: parameter(decimal(0, 100, 1), {
    summary: "Gaussian blur; its sigma is half the value, in output pixels, and 0.3 at least.",
    example: "10",
    neutral: "0",
  }),
});
