import { perChannel } from "../effect.ts";
import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

const MIDDLE = 127.5;

export const contrast: Apply<"contrast"> = (picture, { contrast: value = 0 }) => {
  const factor = ((100 + value) / 100) ** 2;
  const offset = MIDDLE - MIDDLE * factor;
  return value === 0 ? picture : withEffect(picture, perChannel(factor, [offset, offset, offset]));
};
