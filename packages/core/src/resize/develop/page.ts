import type { Sharp } from "sharp";
import { openRaw } from "../engine.ts";
import { type Box, type Size, sameSize } from "../geometry.ts";
import type { Pass } from "../picture.ts";
import { drawPage, MOST_RASTER } from "./pdfium.ts";

/**
 * The page as the first pass wants to have it: drawn in the size that is asked for, so that its letters and lines are as sharp in
 * a large picture as in a small one, and what is left of the pass.
 */
export async function openPage(
  bytes: Uint8Array,
  page: number,
  pass: Pass,
): Promise<{ readonly source: Sharp; readonly pass: Pass }> {
  const drawn = drawnFor(pass);
  return { source: openRaw(await drawPage(bytes, page, drawn.incoming)), pass: drawn };
}

/** The same pass over the page in the size in which its extract needs no scaling, as far as that may be drawn. */
export function drawnFor(pass: Pass): Pass {
  const { incoming, extract, scaled } = pass;
  const wanted = {
    width: incoming.width * (scaled.width / extract.width),
    height: incoming.height * (scaled.height / extract.height),
  };
  const factor = Math.min(1, Math.sqrt(MOST_RASTER / (wanted.width * wanted.height)));
  const raster = { width: side(wanted.width * factor), height: side(wanted.height * factor) };
  if (sameSize(extract, incoming))
    return { ...pass, incoming: raster, extract: { left: 0, top: 0, ...raster } };
  return { ...pass, incoming: raster, extract: boxIn(raster, extract, incoming) };
}

const side = (pixels: number) => Math.max(1, Math.round(pixels));

/** The box that is to `raster` what `box` is to `whole`, in whole pixels. */
function boxIn(raster: Size, box: Box, whole: Size): Box {
  const [perX, perY] = [raster.width / whole.width, raster.height / whole.height];
  const width = Math.min(raster.width, side(box.width * perX));
  const height = Math.min(raster.height, side(box.height * perY));
  return {
    ...{ width, height },
    left: Math.min(raster.width - width, Math.round(box.left * perX)),
    top: Math.min(raster.height - height, Math.round(box.top * perY)),
  };
}
