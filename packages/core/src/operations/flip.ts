import { parameter } from "../codec.ts";
import { oneOf } from "../codecs/choice.ts";
import { defineOperation } from "../operation.ts";

/** Mirrors the resized image. */
export const flip = defineOperation("flip", {
  flip: parameter(oneOf(["h", "v", "hv"], { x: "h", y: "v", vh: "hv", xy: "hv", yx: "hv" }), {
    summary: "Mirror: h left-right, v top-bottom, hv both.",
    example: "h",
    aliases: ["mirror"],
  }),
});
