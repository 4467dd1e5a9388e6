import type { RenderLimits } from "../contract.ts";
import { asRenderError, type Raw } from "../engine.ts";
import { checkLimits, DEFAULT_LIMITS } from "../limits.ts";
import { drawSource } from "../operations/index.ts";
import type { Painting } from "../passes.ts";
import { ON_WHITE, pixelsOf } from "../pixels.ts";
import { readHeader } from "../probe.ts";
import { packFaces } from "./face.ts";
import { findFaces, sizeToSee } from "./find.ts";

/** Under which question a `Memory` keeps the faces of an original, five numbers each. */
export const FACES_QUESTION = "faces?";

/** An original as small as faces are looked for in it: upright, the whole of it, of an animation the first frame. */
export type FaceSketch = Raw;

/** Reads an original for `facesOfSketch`, so that both can be done in different places. Rejects with nothing but a `RenderError`. */
export async function sketchForFaces(
  bytes: Uint8Array,
  limits: RenderLimits = DEFAULT_LIMITS,
): Promise<FaceSketch> {
  const deadline = performance.now() + limits.timeoutMs;
  const header = await readHeader(bytes);
  checkLimits(header, bytes.length, limits);
  try {
    return await sketchOf({ bytes, header, limits, images: new Map(), gamut: "srgb", deadline });
  } catch (error) {
    throw asRenderError(error);
  }
}

/**
 * Where faces are, for a `Memory` to keep under `FACES_QUESTION`: left, top, width and height in parts of the upright picture and how sure
 * it is, face by face, the surest first. Rejects with nothing but a `RenderError`.
 */
export async function facesOfSketch(sketch: FaceSketch): Promise<readonly number[]> {
  return packFaces(await findFaces(sketch));
}

/** Both together. */
export async function seeFaces(bytes: Uint8Array, limits?: RenderLimits): Promise<readonly number[]> {
  return facesOfSketch(await sketchForFaces(bytes, limits));
}

/** The same of what is painted already, whatever is cut out of it. */
export async function facesIn(painting: Painting): Promise<readonly number[]> {
  return facesOfSketch(await sketchOf(painting));
}

function sketchOf(painting: Painting): Promise<FaceSketch> {
  const { header, limits } = painting;
  const whole = drawSource(header, { transformation: {}, format: "png", limits, insight: {} });
  return pixelsOf(painting, { ...whole, pages: 1 }, sizeToSee(whole.size), ON_WHITE);
}
