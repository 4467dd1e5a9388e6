import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const radius: Apply<"radius"> = (picture, { radius: radii }) =>
  radii?.some((each) => each !== 0) ? withEffect(picture, { kind: "corners", radii }) : picture;
