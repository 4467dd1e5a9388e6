import type { InputFormat } from "../format.ts";
import type { ImageFacts } from "./contract.ts";

/**
 * Bytes a pixel that decoding holds at once, measured with sharp 0.35: nothing where rows come one by one. A GIF and a WebP hold one
 * frame, and what is interlaced holds everything, in as many bytes as the deepest pixel has.
 */
const HELD: Readonly<Record<InputFormat, number>> = {
  jpeg: 0,
  png: 0,
  svg: 0,
  gif: 4.6,
  webp: 4.2,
  tiff: 8,
  avif: 19,
  // Of decoders in WebAssembly, with the pixels that come out of them.
  heic: 16,
  jxl: 24,
  psd: 20,
  raw: 31,
  bmp: 18,
  ico: 18,
  jp2: 40,
  pdf: 0,
};
const INTERLACED_PNG = 8;
/** A coefficient for each sample, and rows on their way. Where nobody counted the samples, no photograph has more. */
const COEFFICIENT = 2;
const ROWS = 0.2;
const MOST_SAMPLES = 3;
/** Pictures that cameras leave in their files have halved colours. */
const PART_SAMPLES = 1.5;

type Sizes = Pick<ImageFacts, "format" | "width" | "height" | "interlaced" | "samples" | "isPart">;

/** Bytes that decoding holds at most, whatever is made of it. `perPixel` are those of one pixel, where they are known. */
export function heldBytes(sizes: Sizes, perPixel?: number): number {
  return Math.round(sizes.width * sizes.height * heldOf(sizes, perPixel));
}

function heldOf({ format, interlaced, samples, isPart }: Sizes, perPixel: number | undefined): number {
  if (isPart) return coefficients(PART_SAMPLES);
  if (interlaced && format === "jpeg") return coefficients(samples ?? MOST_SAMPLES);
  if (interlaced && format === "png") return perPixel ?? INTERLACED_PNG;
  return (format === "tiff" ? perPixel : undefined) ?? HELD[format];
}

const coefficients = (samples: number) => samples * COEFFICIENT + ROWS;
