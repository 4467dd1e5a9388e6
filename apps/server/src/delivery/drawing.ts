import type { Variants } from "../cache/variants.ts";
import { sanitiseSvg } from "../svg/sanitise.ts";

/** Kept in place of a drawing, so that nobody tries again. No drawing begins like it. */
const PIXELS_ONLY = new TextEncoder().encode("pixels only");
const LESS_THAN = 0x3c;

/** In hundredths of a second: what half a megabyte takes. */
const COST = 10;

/** What draws in an SVG, made once; `isDrawing` says whether it may be sent. Undefined when the original's bytes are gone. */
export function drawingOf(
  variants: Variants,
  of: {
    readonly key: string;
    readonly digest: string;
    readonly bytesOf: (digest: string) => Promise<Uint8Array | undefined>;
  },
) {
  return variants.make({ ...of, cost: COST }, async (svg) => (await sanitiseSvg(svg)) ?? PIXELS_ONLY);
}

export const isDrawing = (bytes: Uint8Array): boolean => bytes[0] === LESS_THAN;
