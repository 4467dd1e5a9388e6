import { toRaw } from "./engine.ts";
import type { Size } from "./geometry.ts";
import { type Fill, type Painting, runPasses } from "./passes.ts";
import { cutAlongMask, type Picture, scaleTo } from "./picture.ts";

const BARE: Fill = { background: { r: 0, g: 0, b: 0, alpha: 0 }, flatten: false };
export const ON_WHITE: Fill = { background: { r: 255, g: 255, b: 255, alpha: 1 }, flatten: true };

/** The picture as it is, at a size, to be looked at; unless it is said, nothing is laid behind what is transparent. */
export async function pixelsOf(painting: Painting, picture: Picture, size: Size, fill: Fill = BARE) {
  const scaled = scaleTo(picture, size);
  const cut = picture.isCutOut && painting.mask ? cutAlongMask(scaled) : scaled;
  const { image } = await runPasses(painting, { ...cut, needsColor: false }, fill);
  return toRaw(image, painting.deadline);
}
