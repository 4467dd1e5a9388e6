import type { FaceBlur } from "../codecs/face-blur.ts";
import type { Radii } from "../codecs/radii.ts";
import type { Watermark } from "../watermarks.ts";
import type { Box } from "./geometry.ts";

/** At most so many squares in each direction, or a blur in pixels. */
export type Veil =
  | { readonly kind: "squares"; readonly most: number }
  | ({ readonly kind: "blur" } & FaceBlur);

export type Triple = readonly [number, number, number];

/**
 * What is done to finished pixels, in numbers alone. Colours are counted from 0 to 255; every effect rounds to whole numbers and
 * keeps to these ends, and none but `overlay` and `corners` touches transparency.
 */
export type Effect =
  /** Each channel becomes a sum of the three and an offset. */
  | { readonly kind: "affine"; readonly rows: readonly [Triple, Triple, Triple]; readonly offset: Triple }
  /** HSL saturation times the factor; it ends at 1. */
  | { readonly kind: "saturation"; readonly factor: number }
  /** Squares take their mean, weighted by opacity. */
  | { readonly kind: "pixelate"; readonly side: number }
  | { readonly kind: "blur"; readonly sigma: number }
  /** Adds so many times the difference from a blur with sigma 1. */
  | { readonly kind: "sharpen"; readonly amount: number }
  /** Boxes of the picture are made unrecognisable; a blur fades out around them. */
  | { readonly kind: "veil"; readonly boxes: readonly Box[]; readonly how: Veil }
  /** A picture of its own is laid above. */
  | { readonly kind: "overlay"; readonly mark: Watermark }
  | { readonly kind: "corners"; readonly radii: Radii };

const IDENTITY: readonly [Triple, Triple, Triple] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Each channel for itself: `factor` times it, and an offset. */
export function perChannel(factor: number, offset: Triple): Effect {
  const rows = IDENTITY.map((row) => row.map((each) => (each === 0 ? 0 : each * factor)));
  return { kind: "affine", rows: rows as unknown as readonly [Triple, Triple, Triple], offset };
}

/** `share` of a matrix over the picture as it was. */
export function mixed(
  share: number,
  rows: readonly [Triple, Triple, Triple],
  offset: Triple = [0, 0, 0],
): Effect {
  const mix = (row: Triple, at: number): Triple => {
    const [red, green, blue] = row;
    const rest = (column: number) => (column === at ? 1 - share : 0);
    return [share * red + rest(0), share * green + rest(1), share * blue + rest(2)];
  };
  const [one, two, three] = rows;
  return {
    kind: "affine",
    rows: [mix(one, 0), mix(two, 1), mix(three, 2)],
    offset: [share * offset[0], share * offset[1], share * offset[2]],
  };
}
