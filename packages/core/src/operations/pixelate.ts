import { parameter } from "../codec.ts";
import { decimal } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Squares of one colour, the mean of what they cover. */
export const pixelate = defineOperation("pixelate", {
  pixelate: parameter(decimal(0, 100, 0), {
    summary: "Squares of so many output pixels, from the top left corner on.",
    example: "12",
    aliases: ["pixellate"],
    neutral: "0",
  }),
});
