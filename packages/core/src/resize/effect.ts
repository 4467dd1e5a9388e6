import type { Radii } from "../codecs/radii.ts";
import type { Watermark } from "../watermarks.ts";

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
