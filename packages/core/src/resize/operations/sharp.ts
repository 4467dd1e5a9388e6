import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const sharp: Apply<"sharp"> = (picture, { sharp: amount = 0 }) =>
  amount === 0 ? picture : withEffect(picture, { kind: "sharpen", amount });
