import { lay } from "../picture.ts";
import type { Symmetry } from "../symmetry.ts";
import type { Apply } from "./apply.ts";

const MIRRORS: Readonly<Record<"h" | "v" | "hv", Symmetry>> = {
  h: { flop: true, turns: 0 },
  v: { flop: true, turns: 2 },
  hv: { flop: false, turns: 2 },
};

export const flip: Apply<"flip"> = (picture, values) =>
  values.flip ? lay(picture, MIRRORS[values.flip]) : picture;
