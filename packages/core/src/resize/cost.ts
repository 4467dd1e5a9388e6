import type { InputFormat, OutputFormat } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import type { ImageFacts } from "./contract.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { draw } from "./operations/index.ts";
import { UPRIGHT } from "./symmetry.ts";

const DECODE: Readonly<Record<InputFormat, number>> = {
  jpeg: 1,
  png: 1,
  webp: 1,
  gif: 1,
  tiff: 1,
  svg: 1,
  avif: 4,
};
const ENCODE: Readonly<Record<OutputFormat, number>> = { jpeg: 1, png: 4, webp: 6, avif: 5, gif: 20 };

/** What a render will take, in units of decoding a megapixel of JPEG; for admission, not for billing. */
export function estimateCost(
  facts: ImageFacts,
  transformation: Transformation,
  format: OutputFormat,
): number {
  const drawable = { ...facts, uprighting: UPRIGHT, isGrey: false };
  const { size, pages } = draw(drawable, { transformation, format, limits: DEFAULT_LIMITS });
  const output = size.width * size.height * pages;
  return (facts.width * facts.height * pages * DECODE[facts.format] + output * ENCODE[format]) / 1e6;
}
