import { clean } from "./clean.ts";
import { parseSvg, SvgFault } from "./parse.ts";
import { weightOf } from "./weight.ts";
import { writeSvg } from "./write.ts";

/** Raised by hand whenever the same bytes would give other ones: part of the key of what is kept. */
export const SANITISER_VERSION = 2;

/** Elements that may be drawn, every use of one counted. */
const HEAVIEST = 500_000;
/** Of CSS: about a quarter of a second. */
const MOST_TOKENS = 100_000;

/**
 * The drawing alone: written anew from elements, attributes and CSS that draw, so that nothing that runs, loads or leads anywhere is
 * left, and shorter. Undefined for what is not well-formed, uses an encoding or entities that are not read, or is too large, too
 * deep or too heavy: it can only be shown as pixels.
 */
export async function sanitiseSvg(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const root = clean(await parseSvg(bytes), { tokens: MOST_TOKENS });
    if (root?.name !== "svg" || weightOf(root) > HEAVIEST) return undefined;
    return new TextEncoder().encode(writeSvg(root));
  } catch (error) {
    if (error instanceof SvgFault) return undefined;
    throw error;
  }
}
