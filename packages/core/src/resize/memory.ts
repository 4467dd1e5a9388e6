import { isDeveloped, type OutputFormat } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import type { ImageFacts } from "./contract.ts";
import type { Effect } from "./effect.ts";
import { type Beside, foresee } from "./foreseen.ts";
import { heldBytes } from "./held.ts";
import type { Pass } from "./picture.ts";
import {
  FINISHED,
  isLetGo,
  LEAST,
  MOST_FINISHED,
  mayBeTransparent,
  RETOUCHED,
  writtenBytes,
} from "./written.ts";

/** What writes a JPEG XL, before it has written one. */
const WRITING_JXL = 90_000_000;
/** With time: an encoder that looks further, and the senses of two pictures that are compared. */
const LATE = 90;
/** The larger pixels from which linear light begins. */
const LIT = 4;
/** What is cut out: pixels with alpha, the mask at their size, and where it is uncertain. */
const CUT = 8;
/** A backdrop is blurred beside the picture. */
const BACKED = 4;
/** The copy that a blur works on. */
const BLURRED = 2;
/** What is looked at for a border: at most as many pixels, in four bytes. */
const LOOKED_AT = 48_000_000;
/** Filters of a drawing, each on a canvas of its own as large as what is drawn. */
const DRAWN = 16;
/** A decoder in WebAssembly, compiled, and what it takes for the smallest picture. */
const DEVELOPING = 100_000_000;
/** The largest page that is drawn, and its copies on the way out of WebAssembly. */
const RASTERISED = 11 * 12_000_000;

/** Bytes that a render takes at most besides the encoded ones, estimated like its cost. For admission: who needs much is rendered where it harms nobody. */
export interface MemoryEstimate {
  /** Of these, what decoding holds. */
  readonly read: number;
  /** Of these, what painting and writing hold. */
  readonly written: number;
  /** At any moment. */
  readonly most: number;
}

/** True to a quarter, for pictures full of noise as well. */
export function estimateMemory(
  facts: ImageFacts,
  transformation: Transformation,
  format: OutputFormat,
  { rival, late, images = [] }: Beside = {},
): MemoryEstimate {
  const { size, pages, effects, passes, quality } = foresee(facts, transformation, format, rival);
  const area = size.width * size.height;
  const isStill = pages === 1;
  const isTransparent = mayBeTransparent(facts, transformation);
  const isRetouched =
    late === true || effects.length > 0 || passes.length > 1 || passes[0].backdrop !== undefined;
  const isFinished =
    isStill &&
    area <= MOST_FINISHED &&
    (quality === undefined || rival !== undefined || isRetouched || isLetGo(facts));
  const finished = isFinished ? area * FINISHED : 0;
  const beside = passes.some((pass) => pass.backdrop) ? BACKED : 0;
  const retouched = isRetouched
    ? area * pages * (RETOUCHED + beside + reachOf(effects) + lightOf(passes) + cutOf(passes))
    : 0;
  const ready = format === "jxl" ? WRITING_JXL : 0;
  const encoded = ready + area * (writtenBytes({ format, rival, isTransparent }, pages) + (late ? LATE : 0));
  const drawn = facts.format === "svg" ? area * DRAWN : facts.format === "pdf" ? RASTERISED : 0;
  const held = [facts, ...images].reduce((most, each) => Math.max(most, heldBytes(each)), 0);
  const looked = transformation.trim?.trim === undefined ? 0 : Math.min(4 * facts.pixels, LOOKED_AT);
  const developing = [facts, ...images].some((each) => isDeveloped(each.format) && !each.isPart);
  const read = held + looked;
  const written = drawn + finished + retouched + encoded;
  // What a decoder took it keeps until its process ends.
  if (developing) return { read, written, most: LEAST + DEVELOPING + read + written };
  return { read, written, most: LEAST + (isFinished ? Math.max(read + finished, written) : read + written) };
}

const lightOf = (passes: readonly Pass[]) => (passes.some(({ inLight }) => inLight) ? LIT : 0);
const cutOf = (passes: readonly Pass[]) => (passes.some(({ cutsOut }) => cutsOut) ? CUT : 0);
const reachOf = (effects: readonly Effect[]) => (effects.some(({ kind }) => kind === "blur") ? BLURRED : 0);
