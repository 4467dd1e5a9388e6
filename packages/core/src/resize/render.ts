import { effectiveTransformation } from "../effective-transformation.ts";
import type { Transformation } from "../operations/index.ts";
import type { Rendered, RenderOptions } from "./contract.ts";
import { readMask } from "./cutout/apply.ts";
import { CUTOUT_MASK } from "./cutout/mask.ts";
import { asRenderError } from "./engine.ts";
import { carriesP3, inP3, wishesInP3 } from "./gamut.ts";
import type { Insight } from "./insight.ts";
import { letGo } from "./let-go.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { look } from "./look.ts";
import { draw, type Wish } from "./operations/index.ts";
import { readOriginal } from "./original.ts";
import { paint } from "./paint.ts";
import type { Painting } from "./passes.ts";
import type { Picture } from "./picture.ts";

/**
 * Original bytes and a transformation → variant bytes: upright, without metadata, and in sRGB without a profile unless `gamut` and
 * the original want Display P3. An animation
 * keeps its frames as WebP and GIF and shows the first elsewhere; transparency is kept where the format and `bg_color`
 * allow. Wishes beyond the output limits are scaled down. What is wanted is `effectiveTransformation`, so that equal canonical
 * texts are equal pictures. Rejects with nothing but a `RenderError`.
 */
export async function render(
  bytes: Uint8Array,
  transformation: Transformation,
  options: RenderOptions,
): Promise<Rendered> {
  return withPicture(bytes, transformation, options, (painting, picture) =>
    paint(painting, picture, options.format, options.rival),
  );
}

/** Plans the picture that `render` gives, and does `work` on it. Rejects with nothing but a `RenderError`. */
export async function withPicture<Result>(
  original: Uint8Array,
  transformation: Transformation,
  { format, rival, gamut, limits = DEFAULT_LIMITS, memory, frames, images = new Map() }: RenderOptions,
  work: (painting: Painting, picture: Picture) => Promise<Result>,
): Promise<Result> {
  const deadline = performance.now() + limits.timeoutMs;
  const { bytes, header, format: read } = await readOriginal(original, limits, transformation.page?.doc_page);
  const { cutout, ...uncut } = effectiveTransformation(transformation);
  // Masks are made of pictures: which page one would be of, it does not say.
  const isCut = cutout && header.pages === 1 && read !== "pdf";
  const mask = isCut ? images.get(CUTOUT_MASK) : undefined;
  const wish = { transformation: { ...uncut, ...(mask && cutout && { cutout }) }, format, rival, limits };
  const scraps: Uint8Array[] = [];
  const painted = { bytes, header, limits, images, frames, gamut: "srgb", scraps, deadline } as const;
  const isWide = gamut === "p3" && header.isWide && [format, rival ?? format].every(carriesP3);
  try {
    const painting = { ...painted, ...(mask && { mask: await readMask(mask, deadline) }) };
    // Always in sRGB: what is seen is kept for variants of both kinds.
    const insight = await look(painting, { ...wish, insight: {} }, memory);
    if (!isWide) return await work(painting, draw(header, { ...wish, insight }));
    return await work({ ...painting, gamut: "p3" }, draw(header, widened(wish, insight)));
  } catch (error) {
    throw asRenderError(error);
  } finally {
    for (const each of scraps) letGo(each);
  }
}

function widened(wish: Wish, { color, ...insight }: Insight): Wish {
  const transformation = wishesInP3(wish.transformation);
  return { ...wish, transformation, insight: { ...insight, ...(color && { color: inP3(color) }) } };
}
