import type { RenderLimits } from "../contract.ts";
import { asRenderError, type Raw } from "../engine.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { drawSource } from "../operations/index.ts";
import { readOriginal } from "../original.ts";
import type { Painting } from "../passes.ts";
import { ON_WHITE, pixelsOf } from "../pixels.ts";
import { packFaces } from "./face.ts";
import { findFaces, sizeToSee } from "./find.ts";

/** Under which question a `Memory` keeps the faces of an original, five numbers each; of a document those of each page. */
export const facesQuestion = (page = 1): string => (page === 1 ? "faces?" : `faces?doc_page=${page}`);

/** An original as small as faces are looked for in it: upright, the whole of it, of an animation the first frame. */
export type FaceSketch = Raw;

/** Reads an original for `facesOfSketch`, so that both can be done in different places. Rejects with nothing but a `RenderError`. */
export async function sketchForFaces(
  original: Uint8Array,
  limits: RenderLimits = DEFAULT_LIMITS,
  page?: number,
): Promise<FaceSketch> {
  const deadline = performance.now() + limits.timeoutMs;
  const { bytes, header } = await readOriginal(original, limits, page);
  try {
    return await sketchOf({ bytes, header, limits, images: new Map(), gamut: "srgb", deadline }, page);
  } catch (error) {
    throw asRenderError(error);
  }
}

/**
 * Where faces are, for a `Memory` to keep under `facesQuestion`: left, top, width and height in parts of the upright picture and how sure
 * it is, face by face, the surest first. Rejects with nothing but a `RenderError`.
 */
export async function facesOfSketch(sketch: FaceSketch): Promise<readonly number[]> {
  return packFaces(await findFaces(sketch));
}

/** Both together. */
export async function seeFaces(
  bytes: Uint8Array,
  limits?: RenderLimits,
  page?: number,
): Promise<readonly number[]> {
  return facesOfSketch(await sketchForFaces(bytes, limits, page));
}

/** The same of what is painted already, whatever is cut out of it. */
export async function facesIn(painting: Painting, page?: number): Promise<readonly number[]> {
  return facesOfSketch(await sketchOf(painting, page));
}

function sketchOf(painting: Painting, page?: number): Promise<FaceSketch> {
  const { header, limits } = painting;
  const transformation = page === undefined ? {} : { page: { doc_page: page } };
  const whole = drawSource(header, { transformation, format: "png", limits, insight: {} });
  return pixelsOf(painting, { ...whole, pages: 1 }, sizeToSee(whole.size), ON_WHITE);
}
