import type { Apply } from "./apply.ts";

/** What is cut along was found before; the resize says at which size, and without having looked nothing is cut. */
export const cutout: Apply<"cutout"> = (picture, { bg_remove }) =>
  bg_remove === true ? { ...picture, isCutOut: true } : picture;
