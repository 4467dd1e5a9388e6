import type { Apply } from "./apply.ts";

/** The format is negotiated before a render, so only the quality is left to note. */
export const encode: Apply<"encode"> = (picture, { q }) => ({ ...picture, quality: q });
