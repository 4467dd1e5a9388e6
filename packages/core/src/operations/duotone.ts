import { parameter } from "../codec.ts";
import { duotone as codec } from "../codecs/tint.ts";
import { defineOperation } from "../operation.ts";

/** Two colours and what lies between them, by brightness. */
export const duotone = defineOperation("duotone", {
  duotone: parameter(codec, {
    summary: "Two colours: black becomes the first, white the second, greys lie between them.",
    example: "1d2b53,ffd9a0",
  }),
});
