import type { Transformation } from "../operations/index.ts";
import type { Rendered, RenderOptions } from "./contract.ts";
import { checkLimits, DEFAULT_LIMITS } from "./limits.ts";
import { draw } from "./operations/index.ts";
import { paint } from "./paint.ts";
import { readHeader } from "./probe.ts";

/**
 * Original bytes and a transformation → variant bytes: upright, in sRGB, without profile and metadata. An animation
 * keeps its frames as WebP and GIF and shows the first elsewhere; transparency is kept where the format and `bg_color`
 * allow. Wishes beyond the output limits are scaled down. Rejects with nothing but a `RenderError`.
 */
export async function render(
  bytes: Uint8Array,
  transformation: Transformation,
  { format, limits = DEFAULT_LIMITS }: RenderOptions,
): Promise<Rendered> {
  const header = await readHeader(bytes);
  checkLimits(header, bytes.length, limits);
  const picture = draw(header, { transformation, format, limits });
  return paint(bytes, header, picture, { format, limits });
}
