import type { Lab } from "./lab.ts";

/** How many kinds of colour a ground or a subject is thought to be made of. */
const KINDS = 5;
/** Added to each spread, so that a plain colour has one too. */
const LEAST_SPREAD = 0.6;

/** One kind of colour: a bell curve in three dimensions. */
interface Bell {
  readonly mean: readonly [number, number, number];
  /** Inverse of the covariance, upper half by rows. */
  readonly inverse: readonly [number, number, number, number, number, number];
  /** Logarithm of weight and norm. */
  readonly level: number;
}

/** Gaussian mixture over the colours of some pixels. */
export class Mixture {
  readonly #bells: readonly Bell[];

  private constructor(bells: readonly Bell[]) {
    this.#bells = bells;
  }

  /** Gathers the pixels around colours far from each other, then makes a bell of each. Undefined for fewer than a few pixels. */
  static over(lab: Lab, pixels: readonly number[]): Mixture | undefined {
    if (pixels.length < 20) return undefined;
    const step = Math.max(1, Math.floor(pixels.length / 4_000));
    const samples = pixels.filter((_, at) => at % step === 0);
    const centres = farApart(lab, samples);
    let kinds = new Uint8Array(samples.length);
    for (let round = 0; round < 6; round += 1) {
      kinds = Uint8Array.from(samples, (pixel) => nearest(lab, pixel, centres));
      for (const [kind, centre] of centres.entries()) {
        const sums = [0, 0, 0, 0];
        for (const [at, pixel] of samples.entries()) {
          if (kinds[at] !== kind) continue;
          for (let channel = 0; channel < 3; channel += 1)
            sums[channel] = (sums[channel] ?? 0) + (lab[pixel * 3 + channel] ?? 0);
          sums[3] = (sums[3] ?? 0) + 1;
        }
        const count = sums[3] ?? 0;
        if (count > 0)
          for (let channel = 0; channel < 3; channel += 1) centre[channel] = (sums[channel] ?? 0) / count;
      }
    }
    const bells = centres.flatMap(
      (_, kind) =>
        bellOf(
          lab,
          samples.filter((_, at) => kinds[at] === kind),
          samples.length,
        ) ?? [],
    );
    return bells.length > 0 ? new Mixture(bells) : undefined;
  }

  /** Logarithm of the likelihood of a pixel's colour, up to a constant that all mixtures share. */
  of(lab: Lab, pixel: number): number {
    const [l, a, b] = [lab[pixel * 3] ?? 0, lab[pixel * 3 + 1] ?? 0, lab[pixel * 3 + 2] ?? 0];
    let best = -1e9;
    for (const { mean, inverse, level } of this.#bells) {
      const [x, y, z] = [l - mean[0], a - mean[1], b - mean[2]];
      const [xx, xy, xz, yy, yz, zz] = inverse;
      const away = x * x * xx + y * y * yy + z * z * zz + 2 * (x * y * xy + x * z * xz + y * z * yz);
      best = Math.max(best, level - away / 2);
    }
    return best;
  }
}

type Centre = [number, number, number];

const colorOf = (lab: Lab, pixel: number): Centre => [
  lab[pixel * 3] ?? 0,
  lab[pixel * 3 + 1] ?? 0,
  lab[pixel * 3 + 2] ?? 0,
];
const between = (one: Centre, other: Centre) =>
  (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2;

/** The first is any; each further one is far from all before it, and no outlier: that at nine tenths of the distances. */
function farApart(lab: Lab, samples: readonly number[]): readonly Centre[] {
  const centres: Centre[] = [colorOf(lab, samples[samples.length >> 1] ?? 0)];
  while (centres.length < KINDS) {
    const away = samples.map((pixel) => {
      const color = colorOf(lab, pixel);
      return [Math.min(...centres.map((centre) => between(color, centre))), pixel] as const;
    });
    away.sort(([one], [other]) => one - other);
    const [distance, pixel] = away[Math.floor(away.length * 0.93)] ?? [0, 0];
    if (distance < 1) break;
    centres.push(colorOf(lab, pixel));
  }
  return centres;
}

function nearest(lab: Lab, pixel: number, centres: readonly Centre[]): number {
  const color = colorOf(lab, pixel);
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [kind, centre] of centres.entries()) {
    const distance = between(color, centre);
    if (distance < least) [best, least] = [kind, distance];
  }
  return best;
}

function bellOf(lab: Lab, pixels: readonly number[], all: number): Bell | undefined {
  if (pixels.length < 5) return undefined;
  const mean: Centre = [0, 0, 0];
  for (const pixel of pixels)
    for (let c = 0; c < 3; c += 1) mean[c] = (mean[c] ?? 0) + (lab[pixel * 3 + c] ?? 0) / pixels.length;
  let [xx, xy, xz, yy, yz, zz] = [0, 0, 0, 0, 0, 0];
  for (const pixel of pixels) {
    const [l, a, b] = colorOf(lab, pixel);
    const [x, y, z] = [l - mean[0], a - mean[1], b - mean[2]];
    xx += x * x;
    xy += x * y;
    xz += x * z;
    yy += y * y;
    yz += y * z;
    zz += z * z;
  }
  const n = pixels.length;
  [xx, xy, xz, yy, yz, zz] = [
    xx / n + LEAST_SPREAD,
    xy / n,
    xz / n,
    yy / n + LEAST_SPREAD,
    yz / n,
    zz / n + LEAST_SPREAD,
  ];
  const [c0, c1, c2] = [yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy];
  const determinant = xx * c0 + xy * c1 + xz * c2;
  if (!(determinant > 1e-9)) return undefined;
  const by = 1 / determinant;
  const inverse = [
    c0 * by,
    c1 * by,
    c2 * by,
    (xx * zz - xz * xz) * by,
    (xy * xz - xx * yz) * by,
    (xx * yy - xy * xy) * by,
  ] as const;
  return { mean, inverse, level: Math.log(n / all) - Math.log(determinant) / 2 };
}
