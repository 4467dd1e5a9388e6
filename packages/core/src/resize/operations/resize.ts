import { LARGEST_SIDE } from "../../operations/resize.ts";
import { type Box, type Size, sameSize } from "../geometry.ts";
import { beginPass, cutOut, keepWindow, type Picture, scaleTo, standOn } from "../picture.ts";
import { type Plan, planResize } from "../plan.ts";
import type { Apply, RenderContext } from "./apply.ts";

/** Also keeps every output within the limits, so it runs whether a size was asked for or not. */
export const resize: Apply<"resize"> = (picture, values, context) => {
  const plan = planResize(values, { ...picture.size, within: picture.within }, bounds(picture, context));
  const sized = cutAndScale(picture, plan);
  const colored = picture.needsColor ? beginPass(sized) : sized;
  const { left, top } = plan.placement;
  return sameSize(plan.output, colored.size) ? colored : standOn(colored, { ...plan.output, left, top });
};

function bounds(picture: Picture, { format, limits, transformation }: RenderContext) {
  const maxPixels = Math.max(1, Math.floor(limits.maxOutputPixels[format] / picture.pages));
  return { maxSide: LARGEST_SIDE, maxPixels, tilt: transformation.rotate?.r ?? 0 };
}

/** Beyond this a picture scaled as a whole would leave what libvips can address; sharp refuses an SVG from here on. */
const LARGEST_SCALED = 32_767;

function cutAndScale(picture: Picture, { crop, scaled, window }: Plan): Picture {
  // Without scaling, or when only a sliver of a giant is kept, the cut comes first; else last, because JPEG and WebP
  // are decoded at a fraction of their size only when nothing is cut before.
  const isGiant = Math.max(scaled.width, scaled.height) > LARGEST_SCALED;
  if (isGiant || sameSize(scaled, picture.size)) {
    const kept = sameSize(window, scaled) ? picture : cutOut(picture, wholePixels(crop, picture.size));
    return sameSize(kept.size, window) ? kept : scaleTo(kept, window);
  }
  const whole = scaleTo(picture, scaled);
  return sameSize(window, scaled) ? whole : keepWindow(whole, window);
}

function wholePixels(box: Box, size: Size): Box {
  const left = Math.min(size.width - 1, Math.round(box.left));
  const top = Math.min(size.height - 1, Math.round(box.top));
  const right = Math.min(size.width, Math.max(left + 1, Math.round(box.left + box.width)));
  const bottom = Math.min(size.height, Math.max(top + 1, Math.round(box.top + box.height)));
  return { left, top, width: right - left, height: bottom - top };
}
