import type { Raw } from "../engine.ts";
import { lightOfByte } from "../transfer.ts";

/** Colours as people tell them apart, OKLab (Ottosson 2020) times 100, three numbers a pixel: two colours a little over one apart are just told apart. */
export type Lab = Float32Array;

/** Of sRGB bytes; what is transparent counts by its colour. */
export function labOf({ data, width, height, channels }: Raw): Lab {
  const lab = new Float32Array(width * height * 3);
  const isGrey = channels < 3;
  for (let pixel = 0, at = 0; pixel < width * height; pixel += 1, at += channels) {
    const red = LINEAR[data[at] ?? 0] ?? 0;
    const green = isGrey ? red : (LINEAR[data[at + 1] ?? 0] ?? 0);
    const blue = isGrey ? red : (LINEAR[data[at + 2] ?? 0] ?? 0);
    const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    lab[pixel * 3] = 100 * (0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short);
    lab[pixel * 3 + 1] = 100 * (1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short);
    lab[pixel * 3 + 2] = 100 * (0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short);
  }
  return lab;
}

const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => lightOfByte(byte));

/** The square of the distance of two pixels. */
export function apart(lab: Lab, one: number, other: number): number {
  const l = (lab[one * 3] ?? 0) - (lab[other * 3] ?? 0);
  const a = (lab[one * 3 + 1] ?? 0) - (lab[other * 3 + 1] ?? 0);
  const b = (lab[one * 3 + 2] ?? 0) - (lab[other * 3 + 2] ?? 0);
  return l * l + a * a + b * b;
}
