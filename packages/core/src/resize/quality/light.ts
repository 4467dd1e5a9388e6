import type { Raw } from "../engine.ts";
import type { Size } from "../geometry.ts";
import { inPieces } from "../pieces.ts";
import { lightOfByte } from "../transfer.ts";

/** Red, green and blue in linear light, 0 to 1, one value a pixel each. */
export interface Light extends Size {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
}

const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => lightOfByte(byte));

const emptyLight = (size: Size): Light => {
  const plane = () => new Float32Array(size.width * size.height);
  return { ...size, red: plane(), green: plane(), blue: plane() };
};

/** The light of a picture in sRGB; transparency is left out. */
export async function lightOf(raw: Raw, deadline: number): Promise<Light> {
  const { data, width, height, channels } = raw;
  const light = emptyLight({ width, height });
  const [second, third] = channels < 3 ? [0, 0] : [1, 2];
  await inPieces(light, deadline, (fromRow, toRow) => {
    for (let at = fromRow * width; at < toRow * width; at += 1) {
      const from = at * channels;
      light.red[at] = LINEAR[data[from] ?? 0] ?? 0;
      light.green[at] = LINEAR[data[from + second] ?? 0] ?? 0;
      light.blue[at] = LINEAR[data[from + third] ?? 0] ?? 0;
    }
  });
  return light;
}

/** Half as many pixels a side, rounded up, each the mean of four; at an odd edge the last one counts twice. */
export async function halved(light: Light, deadline: number): Promise<Light> {
  const { width, height } = light;
  const small = emptyLight({ width: Math.ceil(width / 2), height: Math.ceil(height / 2) });
  await inPieces(small, deadline, (fromRow, toRow) => {
    for (const name of ["red", "green", "blue"] as const) {
      const [from, to] = [light[name], small[name]];
      for (let y = fromRow; y < toRow; y += 1) {
        const upper = 2 * y * width;
        const lower = Math.min(2 * y + 1, height - 1) * width;
        for (let x = 0; x < small.width; x += 1) {
          const left = 2 * x;
          const right = Math.min(left + 1, width - 1);
          const above = (from[upper + left] ?? 0) + (from[upper + right] ?? 0);
          to[y * small.width + x] = (above + (from[lower + left] ?? 0) + (from[lower + right] ?? 0)) / 4;
        }
      }
    }
  });
  return small;
}

// What the long, middle and short cones of the eye take of red, green and blue, as in JPEG XL's XYB. The bias tames the root near black.
const BIAS = 0.0037930732552754493;
const ROOT = Math.cbrt(BIAS);
const SHORT = [0.24342268924547819, 0.20476744424496821, 0.5518098665095535] as const;
const long = (red: number, green: number, blue: number) =>
  Math.cbrt(0.3 * red + 0.622 * green + 0.078 * blue + BIAS) - ROOT;
const middle = (red: number, green: number, blue: number) =>
  Math.cbrt(0.23 * red + 0.692 * green + 0.078 * blue + BIAS) - ROOT;
const short = (red: number, green: number, blue: number) =>
  Math.cbrt(SHORT[0] * red + SHORT[1] * green + SHORT[2] * blue + BIAS) - ROOT;

/** What the eye makes of light: brightness, red against green, blue against yellow; steps of the same size look about as large. */
export const SENSES = {
  bright: (red: number, green: number, blue: number) =>
    (long(red, green, blue) + middle(red, green, blue)) / 2,
  redness: (red: number, green: number, blue: number) =>
    7 * (long(red, green, blue) - middle(red, green, blue)),
  blueness: (red: number, green: number, blue: number) =>
    short(red, green, blue) - SENSES.bright(red, green, blue),
} as const;

export type Sense = keyof typeof SENSES;

/** One of the senses, a value a pixel. */
export async function sensed(light: Light, sense: Sense, deadline: number): Promise<Float32Array> {
  const plane = new Float32Array(light.red.length);
  const see: (red: number, green: number, blue: number) => number = SENSES[sense];
  await inPieces(light, deadline, (fromRow, toRow) => {
    for (let at = fromRow * light.width; at < toRow * light.width; at += 1) {
      plane[at] = see(light.red[at] ?? 0, light.green[at] ?? 0, light.blue[at] ?? 0);
    }
  });
  return plane;
}
