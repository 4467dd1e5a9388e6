import { effectiveTransformation } from "../effective-transformation.ts";
import type { Transformation } from "../operations/index.ts";
import type { Rendered, RenderOptions } from "./contract.ts";
import { asRenderError } from "./engine.ts";
import { checkLimits, DEFAULT_LIMITS } from "./limits.ts";
import { look } from "./look.ts";
import { draw } from "./operations/index.ts";
import { paint } from "./paint.ts";
import { readHeader } from "./probe.ts";

/**
 * Original bytes and a transformation → variant bytes: upright, in sRGB, without profile and metadata. An animation
 * keeps its frames as WebP and GIF and shows the first elsewhere; transparency is kept where the format and `bg_color`
 * allow. Wishes beyond the output limits are scaled down. What is wanted is `effectiveTransformation`, so that equal canonical
 * texts are equal pictures. Rejects with nothing but a `RenderError`.
 */
export async function render(
  bytes: Uint8Array,
  transformation: Transformation,
  { format, rival, limits = DEFAULT_LIMITS, memory, images = new Map() }: RenderOptions,
): Promise<Rendered> {
  const deadline = performance.now() + limits.timeoutMs;
  const header = await readHeader(bytes);
  checkLimits(header, bytes.length, limits);
  const wish = { transformation: effectiveTransformation(transformation), format, rival, limits };
  const painting = { bytes, header, limits, images, deadline };
  try {
    const insight = await look(painting, { ...wish, insight: {} }, memory);
    return await paint(painting, draw(header, { ...wish, insight }), format, rival);
  } catch (error) {
    throw asRenderError(error);
  }
}
