import sharp, { type Sharp } from "sharp";
import { isRenderError, RenderError } from "./errors.ts";

// libvips' own cache costs memory, is useless where every call differs, and answers by file name with old pixels.
sharp.cache(false);
// One thread a picture: as many renders as cores run side by side, so more threads only fight each other.
sharp.concurrency(1);

/** Raised by hand whenever the same bytes and transformation would give another picture. */
const REVISION = 1;

/** Names everything that decides pixels besides the input: part of every variant key. */
export const RENDERER_VERSION = `${REVISION}-${sharp.versions.sharp}-${sharp.versions.vips}`;

/** Opens bytes, never a path: what an SVG or a cache could reach by name stays out. Damage fails instead of coming out grey. */
export function openImage(
  bytes: Uint8Array,
  options: { readonly maxPixels: number | false; readonly animated: boolean },
) {
  return sharp(bytes, {
    failOn: "error",
    limitInputPixels: options.maxPixels,
    limitInputChannels: 5,
    sequentialRead: true,
    ...(options.animated ? { pages: -1 } : {}),
  });
}

/** Pixels of one or more frames, one below the other; `height` is that of one. */
export interface Raw {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly pages: number;
}

export function openRaw({ data, width, height, channels, pages }: Raw): Sharp {
  const strip = pages > 1 ? { pageHeight: height } : {};
  return sharp(data, { raw: { width, height: height * pages, channels, ...strip }, limitInputPixels: false });
}

/** Whatever sharp throws, as one of our errors. */
export function asRenderError(error: unknown): RenderError {
  if (isRenderError(error)) return error;
  const message = error instanceof Error ? error.message : "";
  const known = MESSAGES.find(([pattern]) => pattern.test(message)) ?? UNREADABLE;
  return new RenderError(known[1], known[2], { cause: error });
}

const UNREADABLE = [
  /./,
  "IMAGE_UNREADABLE",
  "The original cannot be read as an image. Replace it with an undamaged JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG.",
] as const;

const MESSAGES = [
  [/timeout/i, "IMAGE_TOO_SLOW", "The image took too long to render. Publish a smaller original."],
  [
    /pixel limit|channel limit|security limit|too large|too big|out of memory|allocat/i,
    "IMAGE_TOO_LARGE",
    "The image is larger than the limits allow. Publish a smaller original.",
  ],
] as const;
