import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const blur: Apply<"blur"> = (picture, { blur: value = 0 }) =>
  value === 0 ? picture : withEffect(picture, { kind: "blur", sigma: sigmaOf(value) });

/** sharp takes no sigma below 0.3. */
export const sigmaOf = (value: number) => Math.max(0.3, value / 2);
