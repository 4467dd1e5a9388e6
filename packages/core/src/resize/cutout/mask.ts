import { openRaw } from "../engine.ts";
import type { CutoutMask } from "./provider.ts";

/** By which name a render is given the mask among its images; no watermark has a space in its name. */
export const CUTOUT_MASK = "cutout mask";
/** Sides of a mask and its pixels at most. */
export const LONGEST_MASK = 1024;

/** A grey PNG. */
export async function writeMask({ data, width, height }: CutoutMask): Promise<Uint8Array> {
  const image = openRaw({ data, width, height, channels: 1, pages: 1 }).toColourspace("b-w");
  return image.png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
}
