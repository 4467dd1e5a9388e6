import { mixed, type Triple } from "../effect.ts";
import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

/** What each channel adds to brightness (Rec. 709, as in CSS). */
export const LUMA: Triple = [0.2126, 0.7152, 0.0722];

export const gray: Apply<"gray"> = (picture, { gray: isOn = false }) =>
  isOn ? withEffect(picture, mixed(1, [LUMA, LUMA, LUMA])) : picture;
