import { parameter } from "../codec.ts";
import { oneOf } from "../codecs/choice.ts";
import { color } from "../codecs/color.ts";
import { gravity } from "../codecs/gravity.ts";
import { decimal, flag, pixels } from "../codecs/number.ts";
import { ratioRange } from "../codecs/ratio.ts";
import { defineOperation } from "../operation.ts";

/** Largest side a caller may ask for, in pixels; larger wishes are clamped to it. */
export const LARGEST_SIDE = 8192;

/** Brings the image into a box: how big the box is, how the image meets it and what a crop keeps. */
export const resize = defineOperation("resize", {
  w: parameter(pixels(LARGEST_SIDE), {
    summary: "Width of the box in pixels.",
    example: "400",
    aliases: ["width"],
  }),
  h: parameter(pixels(LARGEST_SIDE), {
    summary: "Height of the box in pixels.",
    example: "300",
    aliases: ["height"],
  }),
  dpr: parameter(decimal(0.1, 5), {
    summary: "Device pixel ratio: multiplies w and h.",
    example: "2",
    neutral: "1",
  }),
  func: parameter(oneOf(["crop", "fit", "cropfit", "bound", "boundmin", "cover"]), {
    summary: "How the image meets the box.",
    example: "fit",
    neutral: "crop",
  }),
  gravity: parameter(gravity, {
    summary: "What a crop keeps, or where a fitted image stands.",
    example: "north",
    neutral: "center",
  }),
  aspect_ratio: parameter(ratioRange, { summary: "Crop to this width:height.", example: "16:9" }),
  org_if_sml: parameter(flag, { summary: "Never enlarge the original.", example: "1", neutral: "0" }),
  bg_color: parameter(color, {
    summary: "Colour of padding, of corners bared by a rotation and behind transparency.",
    example: "ff8800",
    aliases: ["bg_colour"],
  }),
});
