import { parameter } from "../codec.ts";
import { degrees } from "../codecs/degrees.ts";
import { defineOperation } from "../operation.ts";

/** Turns the resized image counter-clockwise. */
export const rotate = defineOperation("rotate", {
  r: parameter(degrees, {
    summary: "Degrees, counter-clockwise; negative turns clockwise.",
    example: "90",
    neutral: "0",
  }),
});
