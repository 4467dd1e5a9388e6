import { readFile } from "node:fs/promises";

/** What a layer takes and gives: `side` by `side` places, row by row, with all channels of one place together. */
export interface Maps {
  readonly side: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** Applied to each number that comes out. */
export type Curve = (value: number) => number;

export const relu: Curve = (value) => (value > 0 ? value : 0);
export const hardSwish: Curve = (value) => (value * Math.min(6, Math.max(0, value + 3))) / 6;
export const sigmoid: Curve = (value) => 1 / (1 + Math.exp(-value));
const same: Curve = (value) => value;

/** Numbers of half precision in the order in which layers take them. */
export class Weights {
  readonly #numbers: Float32Array;
  #used = 0;

  constructor(bytes: Uint8Array) {
    this.#numbers = Float32Array.from(new Float16Array(new Uint8Array(bytes).buffer));
  }

  /** A file of `models/`. */
  static async read(name: string): Promise<Weights> {
    // By the package's name: this file may lie in a bundle.
    const home = import.meta.resolve("@freshet/core/package.json");
    return new Weights(await readFile(new URL(`models/${name}`, home)));
  }

  take(count: number): Float32Array {
    const taken = this.#numbers.subarray(this.#used, this.#used + count);
    if (taken.length < count) throw new Error("The model has fewer weights than its network takes.");
    this.#used += count;
    return taken;
  }

  /** The same from the beginning. */
  rewound(): this {
    this.#used = 0;
    return this;
  }

  get isUsedUp(): boolean {
    return this.#used === this.#numbers.length;
  }
}

/** Mixes the channels of each place: `to` of those there are. */
export function mix(weights: Weights, { side, channels, data }: Maps, to: number, curve: Curve = same): Maps {
  const filter = weights.take(channels * to);
  const bias = weights.take(to);
  const mixed = new Float32Array(side * side * to);
  const sums = new Float64Array(to);
  for (let place = 0; place < side * side; place += 1) {
    sums.set(bias);
    for (let channel = 0; channel < channels; channel += 1) {
      const value = data[place * channels + channel] as number;
      if (value === 0) continue;
      const row = channel * to;
      for (let out = 0; out < to; out += 1)
        sums[out] = (sums[out] as number) + value * (filter[row + out] as number);
    }
    for (let out = 0; out < to; out += 1) mixed[place * to + out] = curve(sums[out] as number);
  }
  return { side, channels: to, data: mixed };
}

/** Looks at `size` by `size` places around each, channel by channel, at every `stride`th place; `to` are the channels of each, where they are mixed. */
export function look(
  weights: Weights,
  { side, channels, data }: Maps,
  { size, stride = 1, to }: { readonly size: number; readonly stride?: number; readonly to?: number },
  curve: Curve,
): Maps {
  const each = to ?? 1;
  const out = to ?? channels;
  const filter = weights.take(size * size * channels * each);
  const bias = weights.take(out);
  const small = Math.ceil(side / stride);
  const before = Math.floor(Math.max(0, (small - 1) * stride + size - side) / 2);
  const seen = new Float32Array(small * small * out);
  const sums = new Float64Array(out);
  for (let place = 0; place < small * small; place += 1) {
    const [x, y] = [(place % small) * stride - before, Math.floor(place / small) * stride - before];
    sums.set(bias);
    for (let down = 0; down < size; down += 1) {
      for (let across = 0; across < size; across += 1) {
        const [left, top] = [x + across, y + down];
        if (left < 0 || left >= side || top < 0 || top >= side) continue;
        const from = (top * side + left) * channels;
        const at = (down * size + across) * channels;
        for (let channel = 0; channel < channels; channel += 1) {
          const value = data[from + channel] as number;
          if (to === undefined)
            sums[channel] = (sums[channel] as number) + value * (filter[at + channel] as number);
          else
            for (let next = 0; next < to; next += 1)
              sums[next] = (sums[next] as number) + value * (filter[(at + channel) * to + next] as number);
        }
      }
    }
    for (let channel = 0; channel < out; channel += 1)
      seen[place * out + channel] = curve(sums[channel] as number);
  }
  return { side: small, channels: out, data: seen };
}

/** The mean of each channel, as one place. */
export function mean({ side, channels, data }: Maps): Maps {
  const means = new Float32Array(channels);
  for (const [at, value] of data.entries()) {
    const channel = at % channels;
    means[channel] = (means[channel] as number) + value / (side * side);
  }
  return { side: 1, channels, data: means };
}

/** Weighs each channel by what its means say of the whole. */
export const weigh = (maps: Maps, { data }: Maps): Maps => ({
  ...maps,
  data: maps.data.map((value, at) => value * (data[at % maps.channels] as number)),
});

export const add = (one: Maps, other: Maps): Maps => ({
  ...one,
  data: one.data.map((value, at) => value + (other.data[at] as number)),
});

/** Twice the places on each side, between those there are. */
export function double({ side, channels, data }: Maps): Maps {
  const large = new Float32Array(4 * side * side * channels);
  const last = side - 1;
  for (let place = 0; place < 4 * side * side; place += 1) {
    const [x, y] = [(place % (2 * side)) / 2 - 0.25, Math.floor(place / (2 * side)) / 2 - 0.25];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, bottom] = [x - left, y - top];
    const at = (column: number, row: number) =>
      (Math.min(last, Math.max(0, row)) * side + Math.min(last, Math.max(0, column))) * channels;
    const corners = [at(left, top), at(left + 1, top), at(left, top + 1), at(left + 1, top + 1)] as const;
    for (let channel = 0; channel < channels; channel += 1) {
      const of = (corner: number) => data[corner + channel] as number;
      const above = of(corners[0]) * (1 - right) + of(corners[1]) * right;
      const below = of(corners[2]) * (1 - right) + of(corners[3]) * right;
      large[place * channels + channel] = above * (1 - bottom) + below * bottom;
    }
  }
  return { side: 2 * side, channels, data: large };
}
