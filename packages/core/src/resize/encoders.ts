import type { Sharp } from "sharp";
import type { OutputFormat } from "../format.ts";

/** How an image is written, besides its quality. */
export interface Writing {
  /** How an animation runs; known only where its frames were painted one by one. */
  readonly delay?: number[];
  readonly loop?: number;
  /** Bytes count for more than time. */
  readonly small?: boolean;
}

type Encoder = (image: Sharp, quality: number | undefined, writing: Writing) => Sharp;

/**
 * Settings fit for the request path: what makes files smaller for several times the CPU is left to idle time. The curves that quality
 * is chosen by (`quality/curves.ts`) were fitted to them. Defaults here are for animations.
 */
export const ENCODERS: { readonly [Format in OutputFormat]: Encoder } = {
  jpeg: (image, quality = 85, { small = false } = {}) => image.jpeg({ quality, mozjpeg: small }),
  webp: (image, quality = 80, { small, ...timing } = {}) => image.webp({ quality, effort: 4, ...timing }),
  avif: (image, quality) => image.avif({ quality: avifQuality(quality), effort: 0 }),
  png: (image) => image.png({ compressionLevel: 6 }),
  gif: (image, _quality, { small, ...timing } = {}) => image.gif({ effort: 1, ...timing }),
};

/** `q` counts as JPEG's: AVIF looks the same at a lower number, 60 where JPEG has 85; both ends stay where they are. */
const avifQuality = (q = 85) => Math.round(q <= 85 ? 1 + ((q - 1) * 59) / 84 : 60 + ((q - 85) * 40) / 15);
