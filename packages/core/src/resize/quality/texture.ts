import type { Raw } from "../engine.ts";

/** Side of the squares that are looked at, and how many of them at most, evenly spread. */
const SIDE = 16;
const MOST = 256;
/** Variance about which a place counts as half smooth. */
const SMOOTH = 20;

/**
 * What of a picture decides how hard it is to compress: detail, in powers of e, of brightness at three sizes and of both colours, how
 * much of it is smooth, its size, and how much of it is one colour to the bit, which no camera gives. A sample of at most 65,536 pixels is looked at, in a millisecond.
 */
export type Texture = readonly [
  fineRed: number,
  broadBlue: number,
  middle: number,
  broad: number,
  smooth: number,
  fine: number,
  size: number,
  flat: number,
];

/** The texture of the first frame, what is transparent standing on white. Undefined below 16 pixels a side. */
export function textureOf(raw: Raw): Texture | undefined {
  const [columns, rows] = [Math.floor(raw.width / SIDE), Math.floor(raw.height / SIDE)];
  const all = columns * rows;
  if (all === 0) return undefined;
  const count = Math.min(MOST, all);
  const square = new Square(raw);
  const sum = { fineRed: 0, broadBlue: 0, middle: 0, broad: 0, smooth: 0, fine: 0, flat: 0 };
  for (let index = 0; index < count; index += 1) {
    const place = Math.floor(((index + 0.5) * all) / count);
    square.read((place % columns) * SIDE, Math.floor(place / columns) * SIDE);
    if (square.isFlat()) sum.flat += 1;
    const [finest, second, third] = detailsOf(square.brightness, 3);
    sum.fine += finest?.amount ?? 0;
    sum.middle += Math.log(1 + (second?.variance ?? 0));
    sum.broad += Math.log(1 + (third?.variance ?? 0));
    sum.smooth += SMOOTH / (SMOOTH + (third?.variance ?? 0));
    sum.fineRed += detailsOf(square.red, 1)[0]?.amount ?? 0;
    sum.broadBlue += Math.log(1 + (detailsOf(square.blue, 4)[3]?.variance ?? 0));
  }
  return [
    Math.log(sum.fineRed / count + 0.1),
    sum.broadBlue / count,
    sum.middle / count,
    sum.broad / count,
    sum.smooth / count,
    Math.log(sum.fine / count + 0.1),
    Math.log2(raw.width * raw.height) / 2,
    sum.flat / count,
  ];
}

/** One square of a picture, its brightness and its two colours apart. */
class Square {
  readonly brightness = new Float64Array(SIDE * SIDE);
  readonly red = new Float64Array(SIDE * SIDE);
  readonly blue = new Float64Array(SIDE * SIDE);
  readonly #raw: Raw;

  constructor(raw: Raw) {
    this.#raw = raw;
  }

  isFlat(): boolean {
    return [this.brightness, this.red, this.blue].every((values) =>
      values.every((value) => value === values[0]),
    );
  }

  read(left: number, top: number): void {
    const { data, width, channels } = this.#raw;
    const isGrey = channels < 3;
    const hasAlpha = channels % 2 === 0;
    for (let at = 0; at < SIDE * SIDE; at += 1) {
      const from = ((top + Math.floor(at / SIDE)) * width + left + (at % SIDE)) * channels;
      const share = hasAlpha ? (data[from + channels - 1] ?? 255) / 255 : 1;
      const red = 255 + share * ((data[from] ?? 255) - 255);
      const green = isGrey ? red : 255 + share * ((data[from + 1] ?? 255) - 255);
      const blue = isGrey ? red : 255 + share * ((data[from + 2] ?? 255) - 255);
      const bright = 0.299 * red + 0.587 * green + 0.114 * blue;
      this.brightness[at] = bright;
      this.red[at] = (red - bright) * 0.713;
      this.blue[at] = (blue - bright) * 0.564;
    }
  }
}

/** What two pixels beside each other differ from their mean by, then two means of four, and so on; `values` is used up. */
function detailsOf(values: Float64Array, scales: number) {
  const found: { readonly amount: number; readonly variance: number }[] = [];
  for (let side = SIDE; found.length < scales; side /= 2) {
    let amount = 0;
    let variance = 0;
    const half = side / 2;
    for (let at = 0; at < half * half; at += 1) {
      const from = 2 * Math.floor(at / half) * side + 2 * (at % half);
      const [a, b] = [values[from] ?? 0, values[from + 1] ?? 0];
      const [c, d] = [values[from + side] ?? 0, values[from + side + 1] ?? 0];
      const mean = (a + b + c + d) / 4;
      amount += Math.abs(a - mean) + Math.abs(b - mean) + Math.abs(c - mean) + Math.abs(d - mean);
      variance += (a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2 + (d - mean) ** 2;
      values[at] = mean;
    }
    found.push({ amount: amount / side ** 2, variance: variance / side ** 2 });
  }
  return found;
}
