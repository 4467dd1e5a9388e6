import { perChannel } from "../effect.ts";
import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const bright: Apply<"bright"> = (picture, { bright: value = 0 }) => {
  const more = 2.55 * value;
  return value === 0 ? picture : withEffect(picture, perChannel(1, [more, more, more]));
};
