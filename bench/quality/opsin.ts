/** Three channels of one value a pixel each. */
export interface Planes {
  readonly planes: readonly [Float32Array, Float32Array, Float32Array];
  readonly width: number;
  readonly height: number;
}

const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** Red, green and blue in linear light, 0 to 1, of sRGB bytes. */
export function linearOf(data: Uint8Array): Planes["planes"] {
  const channel = (which: number) => {
    const plane = new Float32Array(data.length / 3);
    for (let at = 0; at < plane.length; at += 1) plane[at] = LINEAR[data[at * 3 + which] ?? 0] ?? 0;
    return plane;
  };
  return [channel(0), channel(1), channel(2)];
}

/** Half as many pixels a side, rounded up, each the mean of four; the last row and column stand in for missing ones. */
export function half({ planes, width, height }: Planes): Planes {
  const size = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const shrink = (plane: Float32Array) => {
    const smaller = new Float32Array(size.width * size.height);
    for (let y = 0; y < size.height; y += 1) {
      const row = 2 * y * width;
      const next = Math.min(2 * y + 1, height - 1) * width;
      for (let x = 0; x < size.width; x += 1) {
        const left = 2 * x;
        const right = Math.min(2 * x + 1, width - 1);
        const upper = (plane[row + left] ?? 0) + (plane[row + right] ?? 0);
        smaller[y * size.width + x] = (upper + (plane[next + left] ?? 0) + (plane[next + right] ?? 0)) / 4;
      }
    }
    return smaller;
  };
  const [red, green, blue] = planes;
  return { planes: [shrink(red), shrink(green), shrink(blue)], ...size };
}

// How much of each light the three kinds of cones take, and a bias that keeps the root tame near black: the XYB of JPEG XL.
const LONG = [0.3, 0.622, 0.078] as const;
const MEDIUM = [0.23, 0.692, 0.078] as const;
const SHORT = [0.24342268924547819, 0.20476744424496821, 0.5518098665095535] as const;
const BIAS = 0.0037930732552754493;
const ROOT_OF_BIAS = Math.cbrt(BIAS);

/** X, Y and B−Y, moved and stretched so that sRGB lies between 0 and 1. */
export function toOpsin([red, green, blue]: Planes["planes"]): Planes["planes"] {
  const count = red.length;
  const [x, y, b] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  for (let at = 0; at < count; at += 1) {
    const light = [red[at] ?? 0, green[at] ?? 0, blue[at] ?? 0] as const;
    const long = response(LONG, light);
    const medium = response(MEDIUM, light);
    const bright = (long + medium) / 2;
    x[at] = ((long - medium) / 2) * 14 + 0.42;
    y[at] = bright + 0.01;
    b[at] = response(SHORT, light) - bright + 0.55;
  }
  return [x, y, b];
}

type Three = readonly [number, number, number];

const response = (cone: Three, light: Three) =>
  Math.cbrt(cone[0] * light[0] + cone[1] * light[1] + cone[2] * light[2] + BIAS) - ROOT_OF_BIAS;
