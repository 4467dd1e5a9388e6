import { clamp, sameSize } from "../geometry.ts";
import { cutOut } from "../picture.ts";
import type { Apply } from "./apply.ts";

/** A missing corner is the image's own; what lies outside is clamped; an empty rectangle is no wish at all. */
export const extract: Apply<"extract"> = (picture, { tl_px, br_px }) => {
  const { width, height } = picture.size;
  const left = clamp(tl_px?.x ?? 0, 0, width);
  const top = clamp(tl_px?.y ?? 0, 0, height);
  const box = {
    left,
    top,
    width: clamp(br_px?.x ?? width, 0, width) - left,
    height: clamp(br_px?.y ?? height, 0, height) - top,
  };
  if (box.width <= 0 || box.height <= 0 || sameSize(box, picture.size)) return picture;
  return { ...cutOut(picture, box), within: { left, top, original: picture.size } };
};
