import type { InputFormat } from "../format.ts";
import type { ImageFacts, RenderLimits } from "./contract.ts";
import { RenderError } from "./errors.ts";
import { heldBytes } from "./held.ts";

const MEGA = 1_000_000;

/**
 * Bounds for pictures from strangers. They follow what decoding was seen to cost with sharp 0.35: formats that are read
 * row by row (baseline JPEG, PNG, WebP, GIF) stay below 130 MB at any size, a picture that has to be held whole takes
 * 3 bytes or more a pixel (828 MB for an interlaced PNG of 256 MP), and AVIF 1.2 GB and 7 s for 64 MP in one kilobyte. So what
 * a decoder holds at once is bounded as well as the pixels.
 */
export const DEFAULT_LIMITS: RenderLimits = {
  maxBytes: 50 * MEGA,
  maxPixels: {
    jpeg: 100 * MEGA,
    png: 100 * MEGA,
    webp: 100 * MEGA,
    gif: 100 * MEGA,
    svg: 100 * MEGA,
    tiff: 50 * MEGA,
    avif: 15 * MEGA,
    heic: 15 * MEGA,
    jxl: 12 * MEGA,
    psd: 14 * MEGA,
    raw: 60 * MEGA,
    bmp: 16 * MEGA,
    ico: 4 * MEGA,
    jp2: 7 * MEGA,
    pdf: 13 * MEGA,
    interlaced: 50 * MEGA,
  },
  maxHeldBytes: 320 * MEGA,
  // What a cell of the server has where it is alone, less a process and a quarter.
  maxTakenBytes: 228 * MEGA,
  maxPages: 500,
  // AVIF takes 30 MB of memory a megapixel, five times what the others take, JPEG XL 75, and GIF five times their time.
  maxOutputPixels: {
    jpeg: 40 * MEGA,
    png: 40 * MEGA,
    webp: 40 * MEGA,
    gif: 16 * MEGA,
    avif: 4 * MEGA,
    jxl: 2.5 * MEGA,
  },
  timeoutMs: 30_000,
};

/** Bytes of a PDF: it is copied to where it is read. */
export const LARGEST_PDF = 32 * MEGA;
/** Pages of one; counting them costs nothing, but what says to have more is no document. */
const MOST_DOCUMENT_PAGES = 10_000;

/** Bytes of an SVG that are parsed at all: its cost grows with its elements, which no header tells. */
export const LARGEST_SVG = MEGA;

const LARGEST: Partial<Record<InputFormat, number>> = { svg: LARGEST_SVG, pdf: LARGEST_PDF };

/**
 * Throws `IMAGE_TOO_LARGE` when the header promises more than the limits allow. `pixelBytes` are those of one decoded pixel; where they are
 * not known yet, they count as few.
 */
export function checkLimits(
  facts: ImageFacts & { readonly pixelBytes?: number },
  byteLength: number,
  limits: RenderLimits,
): void {
  const { maxPixels } = limits;
  const bounds: readonly (readonly [count: number, most: number, unit: string])[] = [
    [byteLength, limits.maxBytes, "bytes"],
    [byteLength, LARGEST[facts.format] ?? limits.maxBytes, "bytes"],
    [facts.documentPages ?? 0, MOST_DOCUMENT_PAGES, "pages"],
    [facts.pages, limits.maxPages, "frames"],
    [facts.pixels, maxPixels[facts.format], "pixels"],
    [heldBytes(facts, facts.pixelBytes ?? 1), limits.maxHeldBytes, "bytes to hold at once"],
    [facts.pixels, facts.interlaced ? maxPixels.interlaced : maxPixels[facts.format], "pixels"],
  ];
  for (const [count, most, unit] of bounds) {
    if (count > most) throw tooLarge(count, most, unit);
  }
}

export function tooLarge(count: number, most: number, unit: string): RenderError {
  return new RenderError(
    "IMAGE_TOO_LARGE",
    `The image has ${count} ${unit} and the limit is ${most}. Publish a smaller original.`,
  );
}

/** Throws `PAGE_MISSING` for a page that a document has not. */
export function checkPage({ documentPages }: Pick<ImageFacts, "documentPages">, page = 1): void {
  if (documentPages === undefined || page <= documentPages) return;
  throw new RenderError(
    "PAGE_MISSING",
    `The document has ${documentPages === 1 ? "one page" : `${documentPages} pages`}, and doc_page asks for page ${page}.`,
  );
}
