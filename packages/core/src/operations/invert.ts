import { parameter } from "../codec.ts";
import { flag } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Every colour becomes its opposite; transparency stays. */
export const invert = defineOperation("invert", {
  invert: parameter(flag, {
    summary: "Negative: 255 minus each channel.",
    example: "1",
    aliases: ["negative"],
    neutral: "0",
  }),
});
