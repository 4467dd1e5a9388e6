import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const pixelate: Apply<"pixelate"> = (picture, { pixelate: side = 0 }) =>
  side < 2 ? picture : withEffect(picture, { kind: "pixelate", side });
