import { type InputFormat, isDeveloped } from "../format.ts";
import type { ImageFacts } from "./contract.ts";
import type { Head } from "./develop/head.ts";
import { readHead } from "./develop/heads.ts";
import { asRenderError, openImage } from "./engine.ts";
import { RenderError } from "./errors.ts";
import { isWideProfile } from "./icc.ts";
import { readSamples } from "./jpeg/scans.ts";
import { LARGEST_PDF, LARGEST_SVG, tooLarge } from "./limits.ts";
import { sniffFormat } from "./sniff.ts";
import { layDown, type Symmetry, UPRIGHT, uprighting } from "./symmetry.ts";

/** The facts, and what else of the header a render needs. */
export interface Header extends ImageFacts {
  /** The EXIF tag, 1 to 8; 1 when there is none. */
  readonly orientation: number;
  /** How the stored pixels have to be laid down to stand upright. */
  readonly uprighting: Symmetry;
  /** One channel of brightness: colour has to be made room for. */
  readonly isGrey: boolean;
  /**
   * 16 bits a channel with a profile: until a pass ends, sharp keeps colours of these in Display P3, and does not look at the profile
   * of greys.
   */
  readonly isDeep: boolean;
  /** Says how many pixels an inch has. */
  readonly hasDensity: boolean;
  /** A second picture that makes the first brighter on some screens. */
  readonly hasGainMap: boolean;
  /** Bytes of one decoded pixel. */
  readonly pixelBytes: number;
  /** Milliseconds each frame is shown. */
  readonly delay: readonly number[] | undefined;
  /** How often an animation runs, 0 for ever. */
  readonly loop: number | undefined;
}

/**
 * Reads the header of an image and makes no pixels. What it promises is bounded by `checkLimits`; here only an SVG of
 * more than a megabyte is `IMAGE_TOO_LARGE`, because it has no header. Throws `IMAGE_UNREADABLE` for everything that begins like none of
 * the formats of `InputFormat`, or whose header says nothing that could be drawn. What has to be developed says here what its header
 * promises; a photograph may come out a few pixels smaller.
 */
export async function probe(bytes: Uint8Array): Promise<ImageFacts> {
  return factsOf(await readHeader(bytes));
}

/** Without what only a render needs. */
export function factsOf(header: Header): ImageFacts {
  const { format, width, height, pages, hasAlpha, pixels, interlaced } = header;
  const { samples, isWide, isPart, documentPages } = header;
  const marks = {
    ...(samples && { samples }),
    ...(isWide && { isWide }),
    ...(isPart && { isPart }),
    ...(documentPages && { documentPages }),
  };
  return { format, width, height, pages, hasAlpha, pixels, interlaced, ...marks };
}

/** `page` is that of a document. */
export async function readHeader(bytes: Uint8Array, page?: number): Promise<Header> {
  const format = sniffFormat(bytes);
  if (!format) throw unreadable("The original is in no format that is read.");
  if (!isDeveloped(format)) return readPlainHeader(format, bytes);
  if (format === "pdf") {
    if (bytes.length > LARGEST_PDF) throw tooLarge(bytes.length, LARGEST_PDF, "bytes");
    const { readDocument } = await import("./develop/pdfium.ts");
    const { documentPages, ...size } = await readDocument(bytes, page);
    return { ...promisedBy(format, { ...size, hasAlpha: false }), documentPages };
  }
  const head = readHead(format, bytes);
  if (!head) throw unreadable("The original has no header that could be read, or ends before its picture.");
  return promisedBy(format, head);
}

/** What is known of an original before it is developed. */
function promisedBy(format: InputFormat, { width, height, hasAlpha, isWide, part }: Head): Header {
  return {
    ...{ format, width, height, pages: 1, hasAlpha, pixels: width * height, interlaced: false },
    ...(isWide ? { isWide } : {}),
    ...(part ? { isPart: true } : {}),
    ...{ orientation: 1, uprighting: UPRIGHT, isGrey: false, isDeep: false },
    ...{ hasDensity: false, hasGainMap: false, pixelBytes: hasAlpha ? 4 : 3 },
    ...{ delay: undefined, loop: undefined },
  };
}

/** The header of what sharp reads; `turned` is the orientation where the bytes say none. */
export async function readPlainHeader(
  format: InputFormat,
  bytes: Uint8Array,
  turned: number = 1,
): Promise<Header> {
  if (format === "svg" && bytes.length > LARGEST_SVG) throw tooLarge(bytes.length, LARGEST_SVG, "bytes");
  const header = await readMetadata(bytes);
  if (
    header.format !== (format === "avif" ? "heif" : format) ||
    (format === "avif" && header.compression !== "av1")
  ) {
    throw unreadable("The original is in a variety of its format that cannot be read.");
  }
  const pages = ANIMATED.includes(format) ? (header.pages ?? 1) : 1;
  // Turning a strip of frames would mix them up, so the orientation of an animation is ignored, as browsers mostly do.
  const { orientation = turned } = header;
  const symmetry = pages > 1 ? UPRIGHT : uprighting(orientation);
  const size = layDown(symmetry, { width: header.width, height: header.pageHeight ?? header.height });
  const samples = format === "jpeg" && header.isProgressive ? readSamples(bytes) : undefined;
  const isColored = header.space === "srgb" || header.space === "rgb16";
  return {
    format,
    ...size,
    pages,
    hasAlpha: header.hasAlpha,
    pixels: size.width * size.height * pages,
    interlaced: header.isProgressive,
    ...(samples && { samples }),
    ...(isColored && header.icc && isWideProfile(header.icc) ? { isWide: true } : {}),
    orientation,
    uprighting: symmetry,
    isGrey: header.space === "b-w" || header.space === "grey16",
    isDeep: header.depth === "ushort" && header.icc !== undefined,
    hasDensity: header.density !== undefined,
    hasGainMap: header.gainMap !== undefined,
    pixelBytes: header.channels * (DEPTHS[header.depth] ?? 8),
    delay: header.delay,
    loop: header.loop,
  };
}

/** Bytes of a channel, by libvips' names; a picture has no others. */
const DEPTHS: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
};

/** Other formats with several pages hold different pictures, not one that moves. */
const ANIMATED: readonly InputFormat[] = ["gif", "webp"];

async function readMetadata(bytes: Uint8Array) {
  try {
    return await openImage(bytes, { maxPixels: false, animated: false }).metadata();
  } catch (error) {
    throw asRenderError(error);
  }
}

function unreadable(what: string): RenderError {
  return new RenderError("IMAGE_UNREADABLE", `${what} Replace it with an image in one of these formats.`);
}
