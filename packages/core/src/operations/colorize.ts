import { parameter } from "../codec.ts";
import { tint } from "../codecs/tint.ts";
import { defineOperation } from "../operation.ts";

/** A colour laid over the picture. */
export const colorize = defineOperation("colorize", {
  colorize: parameter(tint, {
    summary: "Lays a colour over the picture; its opacity is 0.5 unless given.",
    example: "1e90ff,0.4",
    aliases: ["colourise", "colourize", "colorise"],
  }),
});
