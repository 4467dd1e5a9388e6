import { mixed } from "../effect.ts";
import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const sepia: Apply<"sepia"> = (picture, { sepia: percent = 0 }) => {
  if (percent === 0) return picture;
  // Filter Effects Module Level 1 §8.3.
  const effect = mixed(percent / 100, [
    [0.393, 0.769, 0.189],
    [0.349, 0.686, 0.168],
    [0.272, 0.534, 0.131],
  ]);
  return withEffect(picture, effect);
};
