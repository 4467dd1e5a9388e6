import { perChannel } from "../effect.ts";
import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const invert: Apply<"invert"> = (picture, { invert: isOn = false }) =>
  isOn ? withEffect(picture, perChannel(-1, [255, 255, 255])) : picture;
