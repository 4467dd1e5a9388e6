import { parameter } from "../codec.ts";
import { point } from "../codecs/point.ts";
import { defineOperation } from "../operation.ts";

/** Cuts a rectangle, given in pixels of the upright original, before anything else happens. */
export const extract = defineOperation("extract", {
  tl_px: parameter(point, {
    summary: "Top-left corner of the cut, in pixels of the original.",
    example: "10,20",
  }),
  br_px: parameter(point, {
    summary: "Bottom-right corner of the cut, in pixels of the original.",
    example: "410,320",
  }),
});
