import type { RenderLimits } from "../contract.ts";
import { asRenderError } from "../engine.ts";
import { checkLimits, DEFAULT_LIMITS } from "../limits.ts";
import { drawSource } from "../operations/index.ts";
import type { Painting } from "../passes.ts";
import { ON_WHITE, pixelsOf } from "../pixels.ts";
import { readHeader } from "../probe.ts";
import { packFaces } from "./face.ts";
import { findFaces, sizeToSee } from "./find.ts";

/** Under which question a `Memory` keeps the faces of an original, five numbers each. */
export const FACES_QUESTION = "faces?";

/**
 * Looks for the faces of an original, for `Memory` to keep under `FACES_QUESTION`: left, top, width and height in parts of the upright
 * picture and how sure it is, face by face, the surest first. Rejects with nothing but a `RenderError`.
 */
export async function seeFaces(
  bytes: Uint8Array,
  limits: RenderLimits = DEFAULT_LIMITS,
): Promise<readonly number[]> {
  const deadline = performance.now() + limits.timeoutMs;
  const header = await readHeader(bytes);
  checkLimits(header, bytes.length, limits);
  try {
    return await facesIn({ bytes, header, limits, images: new Map(), gamut: "srgb", deadline });
  } catch (error) {
    throw asRenderError(error);
  }
}

/** The same of what is painted already: of the whole original, whatever is cut out of it, and of its first frame. */
export async function facesIn(painting: Painting): Promise<readonly number[]> {
  const { header, limits } = painting;
  const whole = drawSource(header, { transformation: {}, format: "png", limits, insight: {} });
  const raw = await pixelsOf(painting, { ...whole, pages: 1 }, sizeToSee(whole.size), ON_WHITE);
  return packFaces(await findFaces(raw));
}
