import { parameter } from "../codec.ts";
import { flag } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

/** Takes the colours away. */
export const gray = defineOperation("gray", {
  gray: parameter(flag, {
    summary: "Grey: 0.2126 red + 0.7152 green + 0.0722 blue.",
    example: "1",
    aliases: ["grey"],
    neutral: "0",
  }),
});
