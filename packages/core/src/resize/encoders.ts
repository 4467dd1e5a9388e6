import type { Sharp } from "sharp";
import type { OutputFormat } from "../format.ts";

/** How an animation runs; known only where its frames were painted one by one. */
export interface Timing {
  readonly delay?: number[];
  readonly loop?: number;
}

type Encoder = (image: Sharp, quality: number | undefined, timing: Timing) => Sharp;

/** Settings fit for the request path: what makes files smaller for several times the CPU is left to idle time. */
export const ENCODERS: { readonly [Format in OutputFormat]: Encoder } = {
  jpeg: (image, quality = 85) => image.jpeg({ quality }),
  webp: (image, quality = 80, timing = {}) => image.webp({ quality, effort: 4, ...timing }),
  avif: (image, quality) => image.avif({ quality: avifQuality(quality), effort: 0 }),
  png: (image) => image.png({ compressionLevel: 6 }),
  gif: (image, _quality, timing) => image.gif({ effort: 1, ...timing }),
};

/** `q` counts as JPEG's: AVIF looks the same at a lower number, 60 where JPEG has 85; both ends stay where they are. */
const avifQuality = (q = 85) => Math.round(q <= 85 ? 1 + ((q - 1) * 59) / 84 : 60 + ((q - 85) * 40) / 15);
