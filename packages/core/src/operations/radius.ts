import { parameter } from "../codec.ts";
import { radii } from "../codecs/radii.ts";
import { defineOperation } from "../operation.ts";

/** Rounds the corners of what is delivered; a radius from half a side on makes an ellipse. */
export const radius = defineOperation("radius", {
  radius: parameter(radii, {
    summary:
      "Rounded corners. What is cut off is transparent where the format allows it, else white; with bg_color it takes that colour.",
    example: "24",
    neutral: "0",
  }),
});
