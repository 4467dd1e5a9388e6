import type { Size } from "../geometry.ts";
import { inPieces } from "../pieces.ts";

/** One plane with its local means and the local means of its squares. */
export interface Structure extends Size {
  readonly values: Float32Array;
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

/** How two planes differ: 1 − SSIM, edges that are new, edges that are lost; each as its mean and as its 4-norm, which heeds the worst. */
export interface Difference {
  readonly mean: { readonly ssim: number; readonly fresh: number; readonly lost: number };
  readonly worst: { readonly ssim: number; readonly fresh: number; readonly lost: number };
}

/** Of a bell curve with σ 1.5 that ends at ±4, from the middle outwards; the sum of all nine is 1. */
const BELL = [0.264621, 0.212929, 0.109335, 0.036011, 0.0094145] as const;
const REACH = 4;
/** Keeps SSIM finite where nothing varies. */
const FLOOR = 0.0009;

/** The mean around every place, near ones counting more; outside the plane there is nothing. */
export async function smoothed(plane: Float32Array, size: Size, deadline: number): Promise<Float32Array> {
  const { width, height } = size;
  const across = new Float32Array(width * (height + 2 * REACH));
  const row = new Float32Array(width + 2 * REACH);
  await inPieces(size, deadline, (fromRow, toRow) => {
    for (let y = fromRow; y < toRow; y += 1) {
      row.set(plane.subarray(y * width, (y + 1) * width), REACH);
      const to = (y + REACH) * width;
      for (let x = 0; x < width; x += 1) across[to + x] = around(row, x + REACH, 1);
    }
  });
  const result = new Float32Array(plane.length);
  await inPieces(size, deadline, (fromRow, toRow) => {
    for (let at = fromRow * width; at < toRow * width; at += 1)
      result[at] = around(across, at + REACH * width, width);
  });
  return result;
}

const around = (of: Float32Array, at: number, step: number) =>
  BELL[0] * (of[at] ?? 0) +
  BELL[1] * ((of[at - step] ?? 0) + (of[at + step] ?? 0)) +
  BELL[2] * ((of[at - 2 * step] ?? 0) + (of[at + 2 * step] ?? 0)) +
  BELL[3] * ((of[at - 3 * step] ?? 0) + (of[at + 3 * step] ?? 0)) +
  BELL[4] * ((of[at - 4 * step] ?? 0) + (of[at + 4 * step] ?? 0));

function times(one: Float32Array, other: Float32Array): Float32Array {
  const product = new Float32Array(one.length);
  for (let at = 0; at < one.length; at += 1) product[at] = (one[at] ?? 0) * (other[at] ?? 0);
  return product;
}

const fourth = (value: number) => value * value * (value * value);

export async function structureOf(values: Float32Array, size: Size, deadline: number): Promise<Structure> {
  const means = await smoothed(values, size, deadline);
  const squares = await smoothed(times(values, values), size, deadline);
  return { values, means, squares, width: size.width, height: size.height };
}

/** Compares two planes of a size, place by place. The term of SSIM for brightness is without its denominator: values are even to the eye. */
export async function differenceOf(one: Structure, other: Structure, deadline: number): Promise<Difference> {
  const products = await smoothed(times(one.values, other.values), one, deadline);
  let [ssim, fresh, lost, ssim4, fresh4, lost4] = [0, 0, 0, 0, 0, 0];
  await inPieces(one, deadline, (fromRow, toRow) => {
    for (let at = fromRow * one.width; at < toRow * one.width; at += 1) {
      const [mean, otherMean] = [one.means[at] ?? 0, other.means[at] ?? 0];
      const apart = mean - otherMean;
      const together = 2 * ((products[at] ?? 0) - mean * otherMean) + FLOOR;
      const spread =
        (one.squares[at] ?? 0) - mean * mean + (other.squares[at] ?? 0) - otherMean * otherMean + FLOOR;
      const error = Math.max(0, 1 - ((1 - apart * apart) * together) / spread);
      ssim += error;
      ssim4 += fourth(error);
      const edge = 1 + Math.abs((one.values[at] ?? 0) - mean);
      const otherEdge = 1 + Math.abs((other.values[at] ?? 0) - otherMean);
      const more = otherEdge / edge - 1;
      if (more > 0) {
        fresh += more;
        fresh4 += fourth(more);
      } else {
        lost -= more;
        lost4 += fourth(more);
      }
    }
  });
  const count = products.length;
  return {
    mean: { ssim: ssim / count, fresh: fresh / count, lost: lost / count },
    worst: { ssim: (ssim4 / count) ** 0.25, fresh: (fresh4 / count) ** 0.25, lost: (lost4 / count) ** 0.25 },
  };
}
