import type { RenderLimits } from "../contract.ts";
import { asRenderError, type Raw } from "../engine.ts";
import { glanceAt, wholeOf } from "../glance.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import type { Painting } from "../passes.ts";
import type { Picture } from "../picture.ts";
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
  const { painting, picture } = await glanceAt(original, limits, page);
  try {
    return await sketchOf(painting, picture);
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
  return facesOfSketch(await sketchOf(painting, wholeOf(painting, page)));
}

const sketchOf = (painting: Painting, picture: Picture): Promise<FaceSketch> =>
  pixelsOf(painting, picture, sizeToSee(picture.size), ON_WHITE);
