import type { Rgb } from "./ssimulacra2.ts";

/**
 * Mean difference of a colour value, of 255, up to which two pictures count as the same: who rounds the height before scaling and not
 * after moves grain by a part of a pixel, which is about 3; other kernels and other encoders take the rest.
 */
const MOST_DIFFERENT = 6;

/** Throws unless both show the same in the same size, so that nobody wins by doing less. */
export function needAlike(name: string, one: Rgb, other: Rgb): void {
  if (one.width !== other.width || one.height !== other.height)
    throw new Error(`${name} gives other dimensions than bare sharp.`);
  let sum = 0;
  for (let at = 0; at < one.data.length; at += 1)
    sum += Math.abs((one.data[at] ?? 0) - (other.data[at] ?? 0));
  const apart = sum / one.data.length;
  if (apart > MOST_DIFFERENT)
    throw new Error(`${name} shows another picture than bare sharp: ${apart.toFixed(2)} of 255.`);
}
