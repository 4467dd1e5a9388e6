import {
  DEVELOPED_FORMATS,
  type InputFormat,
  isDeveloped,
  type OutputFormat,
  type Transformation,
} from "@freshet/core";
import {
  DEFAULT_LIMITS,
  estimateCost,
  estimateMemory,
  type ImageFacts,
  type MemoryEstimate,
  type RenderLimits,
} from "@freshet/core/resize";
import { type Allowance, EMPTY_CELL } from "./cell.ts";

const MB = 1_000_000;
/**
 * What decoding holds more of, or painting and writing, is rendered in a cell. Of the coefficients of a progressive JPEG it may be as much as
 * of what is written: a cell for them would take more than it saves.
 */
const MOST_READ_HERE = 64 * MB;
const MOST_HERE = 120 * MB;
/** Estimates are true to a quarter. */
const CAUTION = 1.25;

/**
 * A drawing says in a few bytes what takes for ever, and no header tells: a dense one of a megabyte takes two thirds of
 * this, and who waits for a refusal waits for less than two seconds.
 */
const DRAWING: Allowance = { bytes: 200 * MB, cpuMs: 1_500, isQuick: false };
/** Resident memory for a page of a document, with the largest picture that is drawn of one, its copies and its fonts. */
const DOCUMENT = 300 * MB;
/** Reading a drawing without drawing it. */
export const TEXT: Allowance = { bytes: 200 * MB, cpuMs: 1_000, isQuick: true };
const PICTURE_MS = 20_000;
/** What has to be developed may take so much, and twice what it is expected to: who promises little is stopped early. */
const DEVELOPING_MS = 1_200;
const MS_PER_COST = 20;
/** Cutting out is arithmetic in JavaScript, whose memory is collected late. */
const CUT = 60 * MB;
/** Resident memory of a process that takes so many bytes by estimate. */
const withCaution = (most: number) => EMPTY_CELL + most * CAUTION;
/** Four encodings of the largest picture that is improved; what is left of comparing a small one is collected late. */
const IMPROVING: Allowance = { bytes: 200 * MB, cpuMs: 40_000, isQuick: false };

/**
 * What a render in a cell may use; undefined for one that is done in the server itself. Drawings and AVIF never are: their headers
 * promise too little. Other formats are where they have to be held whole, and what is cut out. `memory` is the estimate for the same picture, where
 * somebody has it already.
 */
export function allowanceOf(
  facts: ImageFacts,
  transformation: Transformation,
  format: OutputFormat,
  options: { readonly rival?: OutputFormat | undefined; readonly images: readonly ImageFacts[] },
  memory: MemoryEstimate = estimateMemory(facts, transformation, format, options),
): Allowance | undefined {
  const all = [facts, ...options.images];
  const formats: ReadonlySet<InputFormat> = new Set(all.map((each) => each.format));
  const { read, written, most } = memory;
  const developed = all.filter((each) => isDeveloped(each.format) && !each.isPart);
  // To cut out is arithmetic of our own, on every pixel: it would keep the server from everything else.
  const isOurs = transformation.cutout?.bg_remove === true;
  const isKnown = !formats.has("svg") && !formats.has("avif") && developed.length === 0;
  const isSmall = read <= (facts.format === "jpeg" ? MOST_HERE : MOST_READ_HERE) && written <= MOST_HERE;
  if (!isOurs && isKnown && format !== "jxl" && isSmall) return undefined;
  const bytes = withCaution(most) + (isOurs ? CUT : 0);
  if (formats.has("svg")) return { ...DRAWING, bytes: Math.max(bytes, DRAWING.bytes) };
  const cpuMs =
    developed.length > 0 && !formats.has("avif") && !isOurs
      ? DEVELOPING_MS + MS_PER_COST * estimateCost(facts, transformation, format, options)
      : PICTURE_MS;
  const isDocument = formats.has("pdf");
  return {
    bytes: isDocument ? Math.max(bytes, DOCUMENT) : bytes,
    cpuMs: Math.min(PICTURE_MS, cpuMs),
    isQuick: false,
  };
}

/** The same for an improvement, which is always done in a cell: it may have to give way to visitors at any moment. */
export function allowanceToImprove(
  facts: ImageFacts,
  transformation: Transformation,
  format: OutputFormat,
  options: { readonly images: readonly ImageFacts[] },
): Allowance {
  const { most } = estimateMemory(facts, transformation, format, { ...options, late: true });
  return { ...IMPROVING, bytes: Math.max(withCaution(most), IMPROVING.bytes) };
}

/** The finder of faces with its network and all that it runs on: 110 were seen after a hundred pictures. */
export const FINDER = 170 * MB;
/** Faces are looked for in a small copy. */
const SMALL: Transformation = { resize: { w: 256, h: 256, func: "bound" } };

/** What making that copy may use; undefined where whoever finds the faces makes it as well. */
export function allowanceToSketch(facts: ImageFacts): Allowance | undefined {
  return allowanceOf(facts, SMALL, "png", { images: [] });
}

/** The same for finding faces, which is always done in a cell; `facts` are of the original where it is read there. */
export function allowanceToFindFaces(facts: ImageFacts | undefined): Allowance {
  const most = facts ? estimateMemory(facts, SMALL, "png").most : 0;
  return { bytes: withCaution(most) + FINDER, cpuMs: PICTURE_MS, isQuick: false };
}

/** Of finding a subject: colours and cut of a megapixel, measured at 80 MB, or what a provider of the operator's loads. The first leaves room for a render beside it. */
const CUTTING_OUT = { own: 80 * MB, operators: 230 * MB };
const CUTTING_OUT_MS = 60_000;

/** The same for finding the subject of an original, which is always done in a cell of its own. */
export function allowanceToCutOut(facts: ImageFacts, by: keyof typeof CUTTING_OUT): Allowance {
  const { most } = estimateMemory(facts, { resize: { w: 1024, h: 1024, func: "bound" } }, "png");
  const bytes = withCaution(most) + CUTTING_OUT[by];
  return { bytes, cpuMs: CUTTING_OUT_MS, isQuick: false, ends: true };
}

/** Bytes of all cells together that the default limits are made for. */
const USUAL_CELLS = 360 * MB;
/** An AVIF of more takes longer than anybody waits, whatever memory there is. */
const MOST_AVIF = 25_000_000;
/** The same for what has to be developed. */
const MOST_DEVELOPED = 25_000_000;

/** What originals may be where cells may take so many bytes together: what is held whole is let in larger where there is room. */
export function limitsWithin(cellBytes: number): RenderLimits {
  const factor = Math.max(1, cellBytes / USUAL_CELLS);
  const { maxPixels, maxHeldBytes, maxTakenBytes } = DEFAULT_LIMITS;
  const larger = (most: number, of: InputFormat) =>
    Math.max(maxPixels[of], Math.min(most, Math.floor(maxPixels[of] * factor)));
  const developed = DEVELOPED_FORMATS.map((each) => [each, larger(MOST_DEVELOPED, each)] as const);
  return {
    ...DEFAULT_LIMITS,
    maxPixels: { ...maxPixels, avif: larger(MOST_AVIF, "avif"), ...Object.fromEntries(developed) },
    maxHeldBytes: Math.floor(maxHeldBytes * factor),
    maxTakenBytes: Math.max(maxTakenBytes, Math.floor((cellBytes - EMPTY_CELL) / CAUTION)),
  };
}

/** The same for looking an original over. */
export function allowanceToLook(facts: ImageFacts): Allowance | undefined {
  return allowanceOf(facts, {}, "png", { images: [] });
}
