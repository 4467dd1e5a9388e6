import { parameter } from "../codec.ts";
import { decimal } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Strengthens or weakens colours; lightness and hue stay. */
export const saturate = defineOperation("saturate", {
  saturate: parameter(decimal(-100, 100, 1), {
    summary: "Stronger or weaker colours: HSL saturation times 1 + value / 100.",
    example: "60",
    neutral: "0",
  }),
});
