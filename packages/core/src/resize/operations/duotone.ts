import { mixed, type Triple } from "../effect.ts";
import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";
import { LUMA } from "./gray.ts";

export const duotone: Apply<"duotone"> = (picture, { duotone: tones }) => {
  if (!tones) return picture;
  const { dark, light, opacity } = tones;
  const [red, green, blue] = LUMA;
  const along = (from: number, to: number): Triple => {
    const reach = (to - from) / 255;
    return [red * reach, green * reach, blue * reach];
  };
  const rows = [
    along(dark.red, light.red),
    along(dark.green, light.green),
    along(dark.blue, light.blue),
  ] as const;
  return withEffect(picture, mixed(opacity, rows, [dark.red, dark.green, dark.blue]));
};
