import { isRenderError } from "@freshet/core/resize";
import type { Patience } from "../cache/patience.ts";
import type { Turn } from "../cache/turn.ts";
import type { Needs, Variants } from "../cache/variants.ts";
import { TEXT } from "../cells/allowance.ts";

/** Kept in place of a drawing, so that nobody tries again. No drawing begins like it. */
const PIXELS_ONLY = new TextEncoder().encode("pixels only");
const LESS_THAN = 0x3c;

/** The cost is what half a megabyte takes. */
const NEEDS: Needs = { cost: 10, allowance: TEXT };

/** What draws in an SVG, made once; `isDrawing` says whether it may be sent. Undefined when the original's bytes are gone. */
export function drawingOf(
  variants: Variants,
  of: {
    readonly key: string;
    readonly digest: string;
    readonly bytesOf: (digest: string) => Promise<Uint8Array | undefined>;
    readonly patience?: Patience | undefined;
    readonly turn?: Turn | undefined;
  },
) {
  return variants.make({ ...of, needs: () => NEEDS }, async (run, original) => {
    try {
      return (await run("sanitise", { original })) ?? PIXELS_ONLY;
    } catch (error) {
      // Too slow or too large to be read here: whether it can be drawn is another question.
      if (isRenderError(error)) return PIXELS_ONLY;
      throw error;
    }
  });
}

export const isDrawing = (bytes: Uint8Array): boolean => bytes[0] === LESS_THAN;
