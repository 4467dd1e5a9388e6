import { cutOut } from "../picture.ts";
import type { Apply } from "./apply.ts";

/** Where the border ends was seen before; without having looked there is none. */
export const trim: Apply<"trim"> = (picture, { trim: tolerance }, { insight: { content } }) => {
  if (tolerance === undefined) return picture;
  const { width, height } = picture.size;
  if (!content) return { ...picture, trimmed: { left: false, right: false, top: false, bottom: false } };
  const trimmed = {
    left: content.left > 0,
    right: content.left + content.width < width,
    top: content.top > 0,
    bottom: content.top + content.height < height,
  };
  const { within } = picture;
  const place = { ...within, left: within.left + content.left, top: within.top + content.top };
  return { ...cutOut(picture, content), within: place, trimmed };
};
