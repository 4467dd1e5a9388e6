import type { Sharp } from "sharp";
import type { OutputFormat } from "../format.ts";

/** How an image is written, besides its quality. */
export interface Writing {
  /** How an animation runs; known only where its frames were painted one by one. */
  readonly delay?: number[];
  readonly loop?: number;
  /** Bytes count for more than time. */
  readonly small?: boolean;
  /** Nobody waits for it: fewer bytes are worth several times the CPU. */
  readonly late?: boolean;
}

/** What sharp itself writes. */
export type SharpFormat = Exclude<OutputFormat, "jxl">;

type Encoder = (image: Sharp, quality: number | undefined, writing: Writing) => Sharp;

/**
 * Settings fit for the request path; what makes files smaller for several times the CPU is for what is `late`. The curves that quality
 * is chosen by (`quality/curves.ts`) were fitted to those of the request path. Defaults here are for animations.
 */
export const ENCODERS: { readonly [Format in SharpFormat]: Encoder } = {
  jpeg: (image, quality = 85, { small, late } = {}) =>
    image.jpeg({ quality, mozjpeg: small === true || late === true }),
  webp: (image, quality = 80, { small, late, ...timing } = {}) =>
    image.webp({ quality, effort: 4, ...timing }),
  // One step further takes four times the CPU for two of a hundred bytes.
  avif: (image, quality, { late } = {}) =>
    image.avif({ quality: avifQuality(quality), effort: late ? 3 : 0 }),
  png: (image) => image.png({ compressionLevel: 6 }),
  gif: (image, _quality, { small, late, ...timing } = {}) => image.gif({ effort: 1, ...timing }),
};

/** `q` counts as JPEG's: AVIF looks the same at a lower number, 60 where JPEG has 85; both ends stay where they are. */
const avifQuality = (q = 85) => Math.round(q <= 85 ? 1 + ((q - 1) * 59) / 84 : 60 + ((q - 85) * 40) / 15);
