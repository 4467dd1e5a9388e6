import { isDeveloped, type OutputFormat } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import type { ImageFacts } from "./contract.ts";
import type { Effect } from "./effect.ts";
import { type Beside, foresee } from "./foreseen.ts";
import { heldBytes } from "./held.ts";
import type { Pass } from "./picture.ts";

/** An AVIF is held while it is written, and a JPEG XL in WebAssembly. */
const WRITTEN: Partial<Record<OutputFormat, number>> = { avif: 30, jxl: 75 };
/** What writes a JPEG XL, before it has written one. */
const WRITING_JXL = 90_000_000;
/** Rows on their way to any encoder, seen when a small picture was made large. */
const PASSED = 5;
/** Finished pixels before and after an effect, or for two encoders. */
const RAW = 14;
/** With time: an encoder that looks further, and the senses of two pictures that are compared. */
const LATE = 90;
/** The larger pixels from which linear light begins. */
const LIT = 14;
/** What is cut out: pixels with alpha, the mask at their size, and where it is uncertain. */
const CUT = 8;
/** A backdrop is blurred beside the picture. */
const BACKED = 24;
/** The copy that a blur works on. */
const BLURRED = 4;
/** What is looked at for a border: at most as many pixels, in four bytes. */
const LOOKED_AT = 48_000_000;
/** Filters of a drawing, each on a canvas of its own as large as what is drawn. */
const DRAWN = 16;
/** A decoder in WebAssembly, compiled, and what it takes for the smallest picture. */
const DEVELOPING = 100_000_000;
/** The largest page that is drawn, and its copies on the way out of WebAssembly. */
const RASTERISED = 11 * 12_000_000;
/** Canvas and copy of whoever reads rows. */
const LEAST = 8_000_000;

/**
 * Bytes that a render takes at most besides the encoded ones, estimated like its cost. For admission: who needs much is rendered
 * where it harms nobody.
 */
export function estimateMemory(
  facts: ImageFacts,
  transformation: Transformation,
  format: OutputFormat,
  { rival, late, images = [] }: Beside = {},
): number {
  const { size, pages, effects, passes } = foresee(facts, transformation, format);
  const isRaw =
    late === true ||
    rival !== undefined ||
    effects.length > 0 ||
    passes.length > 1 ||
    passes[0].backdrop !== undefined;
  const area = size.width * size.height;
  const raw = isRaw
    ? area *
      pages *
      ((passes.some((pass) => pass.backdrop) ? BACKED : RAW) +
        reachOf(effects) +
        lightOf(passes) +
        cutOf(passes))
    : 0;
  const ready = format === "jxl" ? WRITING_JXL : 0;
  const written = ready + area * (PASSED + (WRITTEN[format] ?? 0) + (late ? LATE : 0));
  const drawn = facts.format === "svg" ? area * DRAWN : facts.format === "pdf" ? RASTERISED : 0;
  const read = [facts, ...images].reduce((most, each) => Math.max(most, heldBytes(each)), 0);
  const looked = transformation.trim?.trim === undefined ? 0 : Math.min(4 * facts.pixels, LOOKED_AT);
  const developing = [facts, ...images].some((each) => isDeveloped(each.format) && !each.isPart);
  // What a decoder took it keeps until its process ends.
  if (developing) return LEAST + DEVELOPING + read + looked + drawn + raw + written;
  return LEAST + Math.max(read + looked, drawn + raw + written);
}

const lightOf = (passes: readonly Pass[]) => (passes.some(({ inLight }) => inLight) ? LIT : 0);
const cutOf = (passes: readonly Pass[]) => (passes.some(({ cutsOut }) => cutsOut) ? CUT : 0);
const reachOf = (effects: readonly Effect[]) => (effects.some(({ kind }) => kind === "blur") ? BLURRED : 0);
