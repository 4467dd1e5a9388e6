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
const INTERLACED = { jpeg: 3.2, png: 8 } as const;

type Sizes = Pick<ImageFacts, "format" | "width" | "height" | "interlaced" | "isPart">;

/** Bytes that decoding holds at most, whatever is made of it. `perPixel` are those of one pixel, where they are known. */
export function heldBytes({ format, width, height, interlaced, isPart }: Sizes, perPixel?: number): number {
  if (isPart) return width * height * INTERLACED.jpeg;
  const isWhole = interlaced && (format === "jpeg" || format === "png");
  const usual = isWhole ? INTERLACED[format] : HELD[format];
  const known = format === "tiff" || (isWhole && format === "png") ? perPixel : undefined;
  return width * height * (known ?? usual);
}
