import type { Apply } from "./apply.ts";

/** The format is negotiated before a render, so only what its quality follows from is left to note. */
export const encode: Apply<"encode"> = (picture, { q, optipress }, { insight }) => ({
  ...picture,
  quality: q,
  press: optipress === undefined ? undefined : { level: optipress, lessons: insight.lessons ?? {} },
});
