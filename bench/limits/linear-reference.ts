import type { Rgb } from "../quality/ssimulacra2.ts";

/** Lobes of the kernel on each side. */
const LOBES = 3;

const linear = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});
const byteOf = (light: number) =>
  Math.round(
    255 * (light <= 0.0031308 ? Math.max(0, light) * 12.92 : 1.055 * Math.min(1, light) ** (1 / 2.4) - 0.055),
  );

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos = (x: number) => (Math.abs(x) < LOBES ? sinc(x) * sinc(x / LOBES) : 0);

/** Where the pixels of a shorter side come from: the first of the longer one, and what each from there on counts. */
function sums(from: number, to: number) {
  const factor = from / to;
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * factor;
    const first = Math.max(0, Math.floor(centre - LOBES * factor));
    const last = Math.min(from - 1, Math.ceil(centre + LOBES * factor));
    const weights = Array.from({ length: last - first + 1 }, (_, at) =>
      lanczos((first + at + 0.5 - centre) / factor),
    );
    const total = weights.reduce((sum, each) => sum + each, 0);
    return { first, weights: weights.map((each) => each / total) };
  });
}

/** A picture scaled down in linear light by Lanczos' kernel, every pixel of it taken into account: slow, and by nobody's library. */
export function scaledInLight(
  { data, width, height }: Rgb,
  to: { readonly width: number; readonly height: number },
): Rgb {
  const columns = sums(width, to.width);
  const row = to.width * 3;
  const narrow = new Float32Array(row * height);
  for (let y = 0; y < height; y += 1) {
    for (const [x, { first, weights }] of columns.entries()) {
      for (let band = 0; band < 3; band += 1) {
        let sum = 0;
        let at = (y * width + first) * 3 + band;
        for (const weight of weights) {
          sum += weight * (linear[data[at] ?? 0] ?? 0);
          at += 3;
        }
        narrow[y * row + x * 3 + band] = sum;
      }
    }
  }
  const result = new Uint8Array(row * to.height);
  for (const [y, { first, weights }] of sums(height, to.height).entries()) {
    const sum = new Float64Array(row);
    for (const [at, weight] of weights.entries()) {
      const from = (first + at) * row;
      for (let x = 0; x < row; x += 1) sum[x] = (sum[x] ?? 0) + weight * (narrow[from + x] ?? 0);
    }
    for (let x = 0; x < row; x += 1) result[y * row + x] = byteOf(sum[x] ?? 0);
  }
  return { data: result, width: to.width, height: to.height };
}
