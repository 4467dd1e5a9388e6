import sharp from "sharp";
import type { Shade } from "../support/origin.ts";

/** A JPEG of one colour: which file a variant was made from can be read off any of its pixels. */
export async function paint(
  { red, green, blue }: Shade,
  size = { width: 800, height: 600 },
): Promise<Uint8Array> {
  return sharp({ create: { ...size, channels: 3, background: { r: red, g: green, b: blue } } })
    .jpeg({ quality: 95 })
    .toBuffer();
}
