import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const saturate: Apply<"saturate"> = (picture, { saturate: value = 0 }) =>
  value === 0 ? picture : withEffect(picture, { kind: "saturation", factor: 1 + value / 100 });
