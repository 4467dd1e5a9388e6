import { parameter } from "../codec.ts";
import { oneOf } from "../codecs/choice.ts";
import { fill } from "../codecs/color.ts";
import { compass, gravity } from "../codecs/gravity.ts";
import { margin } from "../codecs/margin.ts";
import { decimal, flag, pixels } from "../codecs/number.ts";
import { ratioRange } from "../codecs/ratio.ts";
import { tint } from "../codecs/tint.ts";
import { defineOperation } from "../operation.ts";

/** Largest side a caller may ask for, in pixels; larger wishes are clamped to it. */
export const LARGEST_SIDE = 8192;

/** Brings the image into a box: how big the box is, how the image meets it, what a crop keeps and what fills the rest. */
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
  func: parameter(
    oneOf(["crop", "face", "facehide", "fit", "cropfit", "bound", "boundmin", "cover", "proxy"]),
    {
      summary:
        "How the image meets the box. face cuts to the one dominant face, facehide keeps the largest part without any; both are crop where that cannot be. proxy delivers any file as it is, and asks nothing else of it.",
      example: "fit",
      neutral: "crop",
    },
  ),
  gravity: parameter(gravity, {
    summary:
      "What a crop keeps, or where a fitted image stands. auto finds faces and what stands out, face the one dominant face or else what auto finds; trim keeps to the sides that trim cut, or fits away from them.",
    example: "north",
    neutral: "center",
  }),
  face_margin: parameter(margin, {
    summary: "With func=face or facehide, grows the box of a face on each side by so many percent of it.",
    example: "60",
    neutral: "0",
  }),
  x: parameter(decimal(0, 100_000), {
    summary: "With y, the point of the original that a crop is centred on, where no gravity is given.",
    example: "1800",
  }),
  y: parameter(decimal(0, 100_000), {
    summary: "With x, the point of the original that a crop is centred on, where no gravity is given.",
    example: "480",
  }),
  aspect_ratio: parameter(ratioRange, { summary: "Crop to this width:height.", example: "16:9" }),
  org_if_sml: parameter(flag, { summary: "Never enlarge the original.", example: "1", neutral: "0" }),
  margin: parameter(decimal(0, LARGEST_SIDE, 0), {
    summary: "Least distance in pixels between a fitted image and each side of its box.",
    example: "20",
    neutral: "0",
  }),
  fit_enlarge: parameter(flag, {
    summary: "Let fit enlarge the image.",
    example: "1",
    neutral: "0",
  }),
  linear: parameter(flag, {
    summary:
      "Scale down in linear light, as an average of what each pixel shines: fine bright detail keeps its brightness, for about half as much work again. Enlarging is not changed by it.",
    example: "1",
    neutral: "0",
  }),
  bg_color: parameter(fill, {
    summary:
      "Colour of padding, of corners bared by a rotation and behind transparency; auto is the colour that covers most of the image.",
    example: "ff8800",
    aliases: ["bg_colour"],
  }),
  bg_img_fit: parameter(flag, {
    summary: "Pad a fitted image with a blurred copy of itself.",
    example: "1",
    neutral: "0",
  }),
  bg_blur: parameter(decimal(0, 100, 1), {
    summary: "Blur of that copy, measured as blur is.",
    example: "40",
    neutral: "20",
  }),
  bg_opacity: parameter(decimal(0, 1), {
    summary: "Opacity of that copy above bg_color.",
    example: "0.4",
    neutral: "1",
  }),
  bg_colorize: parameter(tint, {
    summary: "Lays a colour over that copy; its opacity is 0.5 unless given.",
    example: "1d2b53,0.6",
    aliases: ["bg_colorise", "bg_colourise", "bg_colourize"],
  }),
  bg_gravity: parameter(compass, {
    summary: "Which part of the image that copy shows.",
    example: "south",
    neutral: "center",
  }),
});
