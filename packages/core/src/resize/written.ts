import type { InputFormat, OutputFormat } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import { heldBytes } from "./held.ts";
import type { Header } from "./probe.ts";

/**
 * Bytes a pixel that encoders hold beside the bytes they have written, measured with sharp 0.35 on pictures full of noise; an animation is
 * written frame by frame. A PNG and a GIF are little more than rows on their way.
 */
const WRITTEN: Readonly<Record<OutputFormat, number>> = {
  jpeg: 8,
  png: 5,
  webp: 13,
  gif: 5,
  avif: 36,
  jxl: 75,
};
const FRAME = 5;
/** Besides, for a WebP with transparency. */
const TRANSPARENT = 20;
/** Finished pixels that are looked at or encoded twice, or for which what was read is let go. */
export const FINISHED = 3;
/** Pixels before and after an effect. */
export const RETOUCHED = 2;
/** Canvas, rows before scaling, and copies of whoever reads rows. */
export const LEAST = 16_000_000;
/** Pixels that are held finished at most; a larger picture is written while it is read, in the first format alone, at a typical quality. */
export const MOST_FINISHED = 16_000_000;
/** What decoding holds is held until the last row is written, unless it is more: then finished pixels are held instead. */
const MOST_BESIDE = 32_000_000;
/** Whatever an original holds, an answer may have as many pixels as a large screen. */
const FEWEST = 2_000_000;

/** Formats whose decoders hold the same from the first row to the last; others hold most before the first. */
const LASTING: ReadonlySet<InputFormat> = new Set(["jpeg", "png", "webp", "gif"]);

/** What decides how much decoding holds; a picture of which only the size is known holds nothing. */
export type Held = Pick<Header, "width" | "height"> &
  Partial<Pick<Header, "format" | "interlaced" | "samples" | "isPart" | "hasAlpha">>;

const bytesOf = ({ format, interlaced = false, ...held }: Held): number =>
  format === undefined ? 0 : heldBytes({ format, interlaced, ...held });

/** Bytes that are held while rows are read and written. */
const heldBeside = (held: Held): number =>
  held.format !== undefined && LASTING.has(held.format) ? bytesOf(held) : 0;

/** Whether all pixels of a still picture are finished before they are written, because decoding holds much until then. */
export const isLetGo = (held: Held): boolean => bytesOf(held) > MOST_BESIDE;

/** How a picture is written. */
export interface Written {
  readonly format: OutputFormat;
  readonly rival?: OutputFormat | undefined;
  readonly isRetouched: boolean;
  /** As far as header and transformation tell. */
  readonly isTransparent: boolean;
}

/** Bytes a pixel of the dearer of both formats. */
export function writtenBytes(
  { format, rival, isTransparent }: Pick<Written, "format" | "rival" | "isTransparent">,
  pages: number,
): number {
  if (pages > 1) return FRAME;
  const formats = rival ? [format, rival] : [format];
  const bytesIn = (as: OutputFormat) => WRITTEN[as] + (isTransparent && as === "webp" ? TRANSPARENT : 0);
  return Math.max(...formats.map(bytesIn));
}

/** Whether something of the answer may be transparent, as far as it is told before anything is drawn. */
export const mayBeTransparent = ({ hasAlpha }: Held, { radius, cutout }: Transformation): boolean =>
  hasAlpha === true || radius !== undefined || cutout?.bg_remove === true;

/** Pixels that a still answer may have where decoding and writing may take so many bytes together. */
export function mostPixels(held: Held, written: Written, maxBytes: number): number {
  const room = maxBytes - LEAST;
  const perPixel = writtenBytes(written, 1) + (written.isRetouched ? RETOUCHED : 0);
  const finished = Math.min(room / (perPixel + FINISHED), MOST_FINISHED);
  const beside = room - heldBeside(held);
  if (isLetGo(held)) return Math.max(FEWEST, Math.min(finished, beside / FINISHED));
  return finished < MOST_FINISHED ? finished : beside / perPixel;
}
