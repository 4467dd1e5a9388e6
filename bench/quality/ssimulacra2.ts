import { half, linearOf, type Planes, toOpsin } from "./opsin.ts";
import { smooth } from "./smooth.ts";
import { WEIGHTS } from "./weights.ts";

/** A picture in sRGB, three bytes a pixel. */
export interface Rgb {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const SCALES = 6;
/** Below this side a scale says nothing. */
const SMALLEST = 8;
/** Keeps the quotient finite where nothing varies. */
const C2 = 0.0009;

/** One channel at one scale: its values, their local means, and the local means of their squares. */
interface Channel {
  readonly values: Float32Array;
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

interface Scale {
  readonly width: number;
  readonly height: number;
  readonly channels: readonly Channel[];
}

/**
 * SSIMULACRA2 by Jon Sneyers (version 2.1), written from its description: 100 for the same picture, 90 where no difference can be seen,
 * 70 high, 50 medium quality, below 0 beyond use. Gives a function that judges any number of distorted pictures of the same size.
 * Pictures have to be 8 pixels a side or more.
 */
export function judge(original: Rgb): (distorted: Rgb) => number {
  const { width, height } = original;
  if (Math.min(width, height) < SMALLEST) throw new RangeError("The picture is smaller than 8 pixels.");
  const known = [...scalesOf(original)];
  return (distorted) => {
    if (distorted.width !== width || distorted.height !== height)
      throw new RangeError("The pictures differ in size.");
    const norms = new Float64Array(WEIGHTS.length);
    let at = 0;
    for (const scale of scalesOf(distorted)) {
      const other = known[at];
      if (other) compare(other, scale, (channel, values) => norms.set(values, (channel * SCALES + at) * 6));
      at += 1;
    }
    // What small pictures lack counts as nothing at the end of the list, as in the reference: weights are used up in order.
    return scoreOf(packed(norms, at));
  };
}

function* scalesOf({ data, width, height }: Rgb): Generator<Scale> {
  let linear: Planes = { planes: linearOf(data), width, height };
  for (let scale = 0; scale < SCALES; scale += 1) {
    if (Math.min(linear.width, linear.height) < SMALLEST) return;
    if (scale > 0) linear = half(linear);
    const size = { width: linear.width, height: linear.height };
    const channels = toOpsin(linear.planes).map((values) => ({
      values,
      means: smooth(values, size),
      squares: smooth(product(values, values), size),
    }));
    yield { ...size, channels };
  }
}

function product(one: Float32Array, other: Float32Array): Float32Array {
  const result = new Float32Array(one.length);
  for (let at = 0; at < one.length; at += 1) result[at] = (one[at] ?? 0) * (other[at] ?? 0);
  return result;
}

/** Reports the six norms of each channel: mean and 4-norm, in each structure, new edges, lost edges. */
function compare(
  one: Scale,
  other: Scale,
  report: (channel: number, norms: readonly number[]) => void,
): void {
  for (const [index, channel] of one.channels.entries()) {
    const opposite = other.channels[index];
    if (opposite) report(index, differences(channel, opposite, one));
  }
}

function differences(
  one: Channel,
  other: Channel,
  size: { readonly width: number; readonly height: number },
): readonly number[] {
  const products = smooth(product(one.values, other.values), size);
  const sums = new Float64Array(6);
  const add = (place: number, value: number) => {
    const squared = value * value;
    sums[place] = (sums[place] ?? 0) + value;
    sums[place + 3] = (sums[place + 3] ?? 0) + squared * squared;
  };
  const count = products.length;
  for (let at = 0; at < count; at += 1) {
    const mean = one.means[at] ?? 0;
    const otherMean = other.means[at] ?? 0;
    const apart = mean - otherMean;
    const together = 2 * ((products[at] ?? 0) - mean * otherMean) + C2;
    const spread =
      (one.squares[at] ?? 0) - mean * mean + ((other.squares[at] ?? 0) - otherMean * otherMean) + C2;
    add(0, Math.max(0, 1 - ((1 - apart * apart) * together) / spread));
    const edge = Math.abs((one.values[at] ?? 0) - mean);
    const otherEdge = Math.abs((other.values[at] ?? 0) - otherMean);
    const more = (1 + otherEdge) / (1 + edge) - 1;
    if (more > 0) add(1, more);
    else add(2, -more);
  }
  return Array.from(sums, (sum, place) => (place < 3 ? sum / count : (sum / count) ** 0.25));
}

/** The norms of the scales that there are, channel after channel, without gaps. */
function packed(norms: Float64Array, scales: number): readonly number[] {
  return [0, 1, 2].flatMap((channel) => {
    const begin = channel * SCALES * 6;
    return [...norms.subarray(begin, begin + scales * 6)];
  });
}

function scoreOf(norms: readonly number[]): number {
  const sum = norms.reduce((total, norm, at) => total + norm * (WEIGHTS[at] ?? 0), 0) * 0.9562382616834844;
  const bent = 2.326765642916932 * sum - 0.020884521182843837 * sum ** 2 + 6.248496625763138e-5 * sum ** 3;
  return bent > 0 ? 100 - 10 * bent ** 0.6276336467831387 : 100;
}
