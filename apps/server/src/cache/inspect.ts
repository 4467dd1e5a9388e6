import { checkLimits, isRenderError, probe, type RenderLimits, sniffFormat } from "@freshet/core/resize";
import type { Inspect } from "../sources/source.ts";

/** Bytes from which on a header may be whole; the first kilobytes say only what it is. */
const HEADER_BYTES = 65_536;

/**
 * Tells from its beginning that an original is no image (415), or larger than may be rendered (413), so that the rest need not come. What
 * the beginning does not tell is found out at the end, as always.
 */
export function createInspect(limits: RenderLimits): Inspect {
  return async (beginning) => {
    const format = sniffFormat(beginning);
    if (format === undefined) {
      return {
        kind: "refused",
        code: "IMAGE_UNREADABLE",
        reason: "Its first bytes are not those of an image.",
      };
    }
    // Drawings and documents have no header, and are read by a process that can be killed.
    if (format === "svg" || format === "pdf") return "enough";
    if (beginning.length < HEADER_BYTES) return "more";
    try {
      const facts = await probe(beginning);
      checkLimits(facts, 0, limits);
      // Of other formats something that turns or colours the picture, or another frame, may still come.
      return format === "jpeg" ? facts : "enough";
    } catch (error) {
      const isTooLarge = isRenderError(error) && error.code === "IMAGE_TOO_LARGE";
      return isTooLarge ? { kind: "refused", code: "IMAGE_TOO_LARGE", reason: error.message } : "more";
    }
  };
}
