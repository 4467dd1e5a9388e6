import type { Box, Size } from "./geometry.ts";

/** One of the eight ways to lay a rectangle down: first mirrored left-right when `flop`, then turned clockwise by quarters. */
export interface Symmetry {
  readonly flop: boolean;
  readonly turns: 0 | 1 | 2 | 3;
}

export const UPRIGHT: Symmetry = { flop: false, turns: 0 };

/** What makes an image with this EXIF orientation upright; Exif 2.32 §4.6.4, tag 0x0112. */
export function uprighting(orientation: number): Symmetry {
  return EXIF[orientation - 1] ?? UPRIGHT;
}

const EXIF: readonly Symmetry[] = [
  UPRIGHT,
  { flop: true, turns: 0 },
  { flop: false, turns: 2 },
  { flop: true, turns: 2 },
  { flop: true, turns: 3 },
  { flop: false, turns: 1 },
  { flop: true, turns: 1 },
  { flop: false, turns: 3 },
];

const quarters = (count: number) => (((count % 4) + 4) % 4) as Symmetry["turns"];

/** The symmetry that does `first` and then `second`. A mirror turns the sense of every turn before it. */
export function followedBy(first: Symmetry, second: Symmetry): Symmetry {
  return {
    flop: first.flop !== second.flop,
    turns: quarters(second.turns + (second.flop ? -first.turns : first.turns)),
  };
}

export function inverse({ flop, turns }: Symmetry): Symmetry {
  return { flop, turns: flop ? turns : quarters(-turns) };
}

export function layDown({ turns }: Symmetry, { width, height }: Size): Size {
  return turns % 2 === 0 ? { width, height } : { width: height, height: width };
}

/** Where `box`, a part of a picture of `size`, lies after the symmetry. */
export function moveBox({ flop, turns }: Symmetry, box: Box, size: Size): Box {
  const { width, height, top } = box;
  const left = flop ? size.width - box.left - width : box.left;
  const right = size.width - left - width;
  const bottom = size.height - top - height;
  const places: Readonly<Record<Symmetry["turns"], Box>> = {
    0: { left, top, width, height },
    1: { left: bottom, top: left, width: height, height: width },
    2: { left: right, top: bottom, width, height },
    3: { left: top, top: right, width: height, height: width },
  };
  return places[turns];
}
