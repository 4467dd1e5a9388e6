import type { InputFormat } from "../format.ts";
import type { RenderLimits } from "./contract.ts";
import { drawSource } from "./operations/index.ts";
import { readOriginal } from "./original.ts";
import type { Painting } from "./passes.ts";
import type { Picture } from "./picture.ts";

/** An original ready to be looked at, by itself and not for a variant. */
export interface Glance {
  readonly painting: Painting;
  readonly picture: Picture;
  /** That of the original, whatever it was developed to. */
  readonly format: InputFormat;
}

/** Reads an original and makes no pixels yet; `page` is that of a document. */
export async function glanceAt(original: Uint8Array, limits: RenderLimits, page?: number): Promise<Glance> {
  const deadline = performance.now() + limits.timeoutMs;
  const { bytes, header, format } = await readOriginal(original, limits, page);
  const painting: Painting = { bytes, header, limits, images: new Map(), gamut: "srgb", deadline };
  return { painting, picture: wholeOf(painting, page), format };
}

/** The upright original with nothing done to it; of an animation the first frame. */
export function wholeOf({ header, limits }: Painting, page?: number): Picture {
  const transformation = page === undefined ? {} : { page: { doc_page: page } };
  return { ...drawSource(header, { transformation, format: "png", limits, insight: {} }), pages: 1 };
}
