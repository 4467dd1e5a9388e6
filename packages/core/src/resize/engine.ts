import sharp, { type Sharp } from "sharp";
import { isRenderError, RenderError } from "./errors.ts";

// libvips' own cache costs memory, is useless where every call differs, and answers by file name with old pixels.
sharp.cache(false);
// One thread a picture: as many renders as cores run side by side, so more threads only fight each other.
sharp.concurrency(1);

/** Raised by hand whenever the same bytes and transformation would give another picture. */
const REVISION = 10;

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

/**
 * Opens a JPEG of which each pixel is decoded from a square of `shrink` by `shrink`: what libvips takes only with the name of a file. Names come
 * again with other bytes, so its cache has to be off.
 */
export function openShrunk(path: string, shrink: number): Sharp {
  return sharp(`${path}[shrink=${shrink}]`, {
    failOn: "error",
    limitInputPixels: false,
    sequentialRead: true,
  });
}

/** The same greys in 8 bits under the same profile, which sharp looks at only then. */
export async function shallowGrey(
  bytes: Uint8Array,
  options: Parameters<typeof openImage>[1],
  deadline: number,
): Promise<Uint8Array> {
  const image = openImage(bytes, options).keepExif().keepIccProfile().toColourspace("b-w");
  return limited(image.png({ compressionLevel: 0 }), deadline).toBuffer();
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

/**
 * Works and ends in Display P3, and writes the profile: an original by its own profile, raw pixels as numbers of Display P3. In 8 bits
 * sharp goes through sRGB, which clips; in 16 it goes through Display P3, and numbers that are such already stay the same.
 */
export const asP3 = (image: Sharp): Sharp => image.pipelineColourspace("rgb16").withIccProfile("p3");

/** Ends an original of 16 bits a channel with a profile in sRGB, where sharp would leave it in Display P3. */
export const asSrgb = (image: Sharp): Sharp => image.withIccProfile("srgb", { attach: false });

/** Works in linear light, which sharp counts in floating point. Only for pixels that are in sRGB, or in numbers with its curve, already. */
export const inLight = (image: Sharp): Sharp => image.pipelineColourspace("scrgb");

/** Raw pixels in sRGB as numbers of Display P3. */
export const srgbToP3 = (raw: Raw, deadline: number): Promise<Raw> =>
  toRaw(openRaw(raw).withIccProfile("p3", { attach: false }), deadline);

/** The finished pixels of an image, in the space it ends in, three or four channels of a byte each; frames one below the other. */
export async function toRaw(image: Sharp, deadline: number): Promise<Raw> {
  const { data, info } = await limited(image.raw(), deadline).toBuffer({ resolveWithObject: true });
  return {
    data,
    width: info.width,
    height: info.pageHeight ?? info.height,
    channels: info.channels,
    pages: info.pages ?? 1,
  };
}

/**
 * A Gaussian blur that keeps brightness: sharp's own choice, whole numbers, makes a plain 132 a 136 at some sigmas. Repeated
 * means are within two of 255 of the bell curve and cost little more for a large one; below 1 they are none.
 */
export function soften(image: Sharp, sigma: number): Sharp {
  return image.blur({ sigma, precision: sigma < 1 ? "float" : "approximate", minAmplitude: 0.05 });
}

/** Each frame for itself, over the same bytes. */
export function framesOf(raw: Raw): readonly Raw[] {
  const frameBytes = raw.data.length / raw.pages;
  return Array.from({ length: raw.pages }, (_, page) => {
    const data = raw.data.subarray(page * frameBytes, (page + 1) * frameBytes);
    return { ...raw, data, pages: 1 };
  });
}

/** Does the same to every frame for itself; frames come out in equal sizes and are put together again. */
export async function eachFrame(raw: Raw, work: (frame: Raw) => Promise<Raw>): Promise<Raw> {
  if (raw.pages === 1) return work(raw);
  const frames: Raw[] = [];
  for (const frame of framesOf(raw)) frames.push(await work(frame));
  const [one = raw] = frames;
  return { ...one, data: Buffer.concat(frames.map(({ data }) => data)), pages: frames.length };
}

/** The image with a bound on its time; sharp counts whole seconds. */
export function limited(image: Sharp, deadline: number): Sharp {
  const left = deadline - performance.now();
  if (left <= 0) throw new Error("timeout");
  return image.timeout({ seconds: Math.ceil(left / 1000) });
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
  "The original cannot be read as an image. Replace it with an undamaged image.",
] as const;

const MESSAGES = [
  [/timeout/i, "IMAGE_TOO_SLOW", "The image took too long to render. Publish a smaller original."],
  [
    /pixel limit|channel limit|security limit|too large|too big|out of memory|allocat/i,
    "IMAGE_TOO_LARGE",
    "The image is larger than the limits allow. Publish a smaller original.",
  ],
] as const;
