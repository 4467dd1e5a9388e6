import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { IMagickImage } from "@imagemagick/magick-wasm";
import { RenderError } from "../errors.ts";
import type { HeadedFormat } from "./heads.ts";
import { notInstalled } from "./not-installed.ts";
import { type Pixels, writeTiff } from "./tiff.ts";

const PACKAGE = "@imagemagick/magick-wasm";

/** What a decoder may give beyond what the header promised: sensors have a frame of pixels that no tag counts. */
const BEYOND = { factor: 1.1, side: 128 } as const;
const LARGEST_PROFILE = 5_000_000n;
/** Bytes that a decoder may hold a pixel, and for itself. */
const PIXEL_BYTES = 48;
const OWN_BYTES = 64_000_000;
/** EXIF's orientations; what else a decoder says counts as upright. */
const ORIENTATIONS = 8;

type Magick = typeof import("@imagemagick/magick-wasm");

/** Every format by the one coder of ImageMagick that reads it: none is ever guessed, and none but these is ever named. */
const CODERS = {
  heic: "Heic",
  jxl: "Jxl",
  psd: "Psd",
  raw: "Dng",
  bmp: "Bmp",
  ico: "Ico",
  jp2: "Jp2",
  j2k: "J2k",
} as const satisfies Record<HeadedFormat | "j2k", keyof Magick["MagickFormat"]>;

let loaded: Promise<Magick> | undefined;

/** Loaded when it is first needed, which takes a fifth of a second of a core. The library is a file of its own, and stays as it was published. */
async function load(): Promise<Magick> {
  const magick = await import("@imagemagick/magick-wasm").catch((error) => {
    throw notInstalled(PACKAGE, error);
  });
  const file = fileURLToPath(import.meta.resolve("@imagemagick/magick-wasm/magick.wasm"));
  await magick.initializeImageMagick(await readFile(file));
  // Nothing is written to where there is no disk, and pixels are in memory or nowhere.
  magick.ResourceLimits.disk = 0n;
  magick.ResourceLimits.maxProfileSize = LARGEST_PROFILE;
  return magick;
}

/**
 * Decodes the first picture of what the header has promised, as a TIFF without compression. The bytes have to be those of the format: which
 * coder reads them is named, not found out.
 */
export async function decodeByMagick(
  format: keyof typeof CODERS,
  bytes: Uint8Array,
  promised: { readonly width: number; readonly height: number; readonly hasAlpha: boolean },
): Promise<Uint8Array> {
  loaded ??= load();
  const magick = await loaded;
  bound(magick, promised);
  const settings = new magick.MagickReadSettings({
    format: magick.MagickFormat[CODERS[format]],
    frameIndex: 0,
    frameCount: 1,
  });
  try {
    return magick.ImageMagick.read(bytes, settings, (image) => writeTiff(pixelsOf(magick, image, format)));
  } catch (error) {
    // What ends otherwise than by saying why may have left anything in its memory.
    if (!(error instanceof magick.MagickError)) loaded = undefined;
    throw new RenderError(
      "IMAGE_UNREADABLE",
      "The original cannot be decoded. Replace it with an undamaged image.",
      { cause: error },
    );
  }
}

function bound(
  { ResourceLimits }: Magick,
  { width, height }: { readonly width: number; readonly height: number },
) {
  const longest = Math.ceil(Math.max(width, height) * BEYOND.factor) + BEYOND.side;
  const area = Math.ceil(width * height * BEYOND.factor) + BEYOND.side * longest;
  ResourceLimits.width = BigInt(longest);
  ResourceLimits.height = BigInt(longest);
  ResourceLimits.area = BigInt(area);
  ResourceLimits.memory = BigInt(area * PIXEL_BYTES + OWN_BYTES);
  ResourceLimits.maxMemoryRequest = BigInt(area * PIXEL_BYTES + OWN_BYTES);
}

function pixelsOf(magick: Magick, image: IMagickImage, format: keyof typeof CODERS): Pixels {
  const { ColorSpace } = magick;
  const isPlain = image.colorSpace === ColorSpace.sRGB || image.colorSpace === ColorSpace.Gray;
  const profile = isPlain ? image.getColorProfile()?.data : undefined;
  if (!isPlain) image.colorSpace = ColorSpace.sRGB;
  const { width, height, hasAlpha } = image;
  const mapping = hasAlpha ? "RGBA" : "RGB";
  return {
    width,
    height,
    channels: hasAlpha ? 4 : 3,
    // libheif has turned the pixels already, whatever else stands in the file.
    orientation: format === "heic" ? 1 : orientationOf(image),
    profile: profile && isRgb(profile) ? profile : undefined,
    rows: (from, count) =>
      image.getPixels((pixels) => pixels.toByteArray(0, from, width, count, mapping)) ?? NOTHING,
  };
}

const NOTHING = new Uint8Array(0);

const orientationOf = ({ orientation }: IMagickImage) =>
  orientation >= 1 && orientation <= ORIENTATIONS ? orientation : 1;

/** Greys have become colours by now: only a profile of colours says something about them. */
const isRgb = (profile: Uint8Array) => String.fromCharCode(...profile.subarray(16, 20)) === "RGB ";
