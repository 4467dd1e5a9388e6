import { lay, tilt } from "../picture.ts";
import type { Symmetry } from "../symmetry.ts";
import type { Apply } from "./apply.ts";

/** The wire counts counter-clockwise, sharp clockwise. */
export const rotate: Apply<"rotate"> = (picture, { r = 0 }) => {
  const clockwise = (360 - (r % 360)) % 360;
  if (clockwise === 0) return picture;
  if (clockwise % 90 !== 0) return tilt(picture, clockwise);
  return lay(picture, { flop: false, turns: (clockwise / 90) as Symmetry["turns"] });
};
