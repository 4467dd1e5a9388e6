import type { Size } from "../geometry.ts";

/** Pixels of an upright picture: four bytes each, red, green, blue and alpha, in sRGB, row by row. */
export interface CutoutPicture extends Size {
  readonly data: Uint8Array;
}

/** What stays of a picture: a byte a pixel, 255 for what stays whole, 0 for what is removed. Its sides may be smaller than the picture's, in the same proportion. */
export interface CutoutMask extends Size {
  readonly data: Uint8Array;
}

/** Tells what in a picture is the subject. Undefined where it sees none. */
export type CutoutProvider = (
  picture: CutoutPicture,
) => CutoutMask | undefined | Promise<CutoutMask | undefined>;

/** A mask of one way of looking, and how far it is to be trusted, from 0 to 1. */
export interface Found {
  readonly mask: CutoutMask;
  readonly confidence: number;
}
