import type { Texture } from "./texture.ts";

/** Encoders whose quality is chosen. JPEG has two: the plain one, and mozjpeg where bytes count for more than time. */
export type Writer = "jpeg" | "mozjpeg" | "webp" | "avif";

interface Behaviour {
  /** Logarithm of what a typical picture lacks to 100 points, by quality. */
  readonly lacks: readonly (readonly [quality: number, lack: number])[];
  /** What each number of a texture adds to that logarithm, and a constant. */
  readonly byTexture: Texture;
  readonly constant: number;
}

/**
 * Fitted by least squares to 37 pictures, nearly all photographs, at 250, 500 and 1000 pixels and these qualities, judged by SSIMULACRA2. The shape of a
 * curve is common to pictures, its height is each one's own; texture tells four fifths of that height's variance. They belong to the
 * encoders and their settings (`encoders.ts`) and have to be fitted again with them.
 */
const BEHAVIOURS: Readonly<Record<Writer, Behaviour>> = {
  jpeg: {
    lacks: [
      [14, 4.3636],
      [27, 3.9005],
      [40, 3.6401],
      [55, 3.4336],
      [68, 3.2427],
      [78, 3.0314],
      [86, 2.793],
      [93, 2.4694],
    ],
    byTexture: [0.2133, -0.0189, 0.2578, -0.1578, 0.8531, 0.0472, 0.0337, 0],
    constant: -0.9222,
  },
  mozjpeg: {
    lacks: [
      [14, 4.4535],
      [27, 4.0107],
      [40, 3.7349],
      [55, 3.5122],
      [68, 3.3076],
      [78, 3.0951],
      [86, 2.8487],
      [93, 2.5264],
    ],
    byTexture: [0.1737, -0.0313, 0.2643, -0.1701, 0.8867, 0.0862, 0.0291, 0],
    constant: -0.9104,
  },
  webp: {
    lacks: [
      [14, 4.0882],
      [27, 3.8711],
      [40, 3.6878],
      [55, 3.5194],
      [68, 3.3807],
      [78, 3.2046],
      [86, 2.9196],
      [93, 2.5777],
    ],
    byTexture: [0.2203, -0.0363, 0.1495, -0.2556, -0.1588, 0.0218, 0.0564, 0],
    constant: 0.0662,
  },
  avif: {
    lacks: [
      [14, 4.4154],
      [27, 4.232],
      [40, 3.9887],
      [55, 3.7005],
      [68, 3.4313],
      [73, 3.279],
      [78, 3.2013],
      [84, 3.088],
      [86, 2.9985],
      [88, 2.814],
      [93, 2.557],
    ],
    byTexture: [0.1926, -0.0569, 0.2051, -0.3172, -0.401, 0.21, 0.0477, 0],
    constant: 0.1232,
  },
};

/** Bounds of what is chosen; `q` itself goes further. */
const LEAST = 10;
const MOST = 95;
/** Nothing less is chosen by texture alone: the curves are those of photographs, and beyond those they only guess. */
const LEAST_UNTRIED = 70;
/** A logo, a screenshot or a product cut out, flat with hard edges, is no photograph: it looks far easier by the curves than it is. */
const LEAST_FLAT = 85;
const FLAT = 0.25;

/** The least quality for a picture with this texture, where no trial was made. */
export const leastUntried = (texture: Texture | undefined): number =>
  texture !== undefined && texture[7] > FLAT ? LEAST_FLAT : LEAST_UNTRIED;

/** How much harder than a typical picture one with this texture should be, as a difference of logarithms; 0 without one. */
export function hardness(writer: Writer, texture: Texture | undefined): number {
  const { byTexture, constant } = BEHAVIOURS[writer];
  if (texture === undefined) return 0;
  return byTexture.reduce<number>((sum, weight, at) => sum + weight * (texture[at] ?? 0), constant);
}

/** How much harder a picture was that got so many points. */
export const shownHardness = (writer: Writer, quality: number, points: number): number =>
  Math.log(Math.max(1, 100 - points)) - lackAt(writer, quality);

/** The quality from `least` up that should give a picture as hard as this so many points: a whole number, of which the nearest is taken. */
export function qualityFor(writer: Writer, points: number, hard: number, least = LEAST): number {
  const wanted = Math.log(100 - points) - hard;
  let best = least;
  for (let quality = least; quality <= MOST; quality += 1) {
    if (Math.abs(lackAt(writer, quality) - wanted) < Math.abs(lackAt(writer, best) - wanted)) best = quality;
  }
  return best;
}

/** Straight from one known quality to the next, and on beyond the last. */
function lackAt(writer: Writer, quality: number): number {
  const { lacks } = BEHAVIOURS[writer];
  const after = lacks.findIndex(([each]) => each >= quality);
  const at = Math.max(1, after === -1 ? lacks.length - 1 : after);
  const [from = 0, low = 0] = lacks[at - 1] ?? [];
  const [to = 0, high = 0] = lacks[at] ?? [];
  return low + ((quality - from) / (to - from)) * (high - low);
}
