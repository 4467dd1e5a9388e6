import type { Effect, Triple } from "../effect.ts";

/** Changes the colours of pixels in place: those of `data` from one byte to another. */
export type Recolor = (data: Uint8Array, channels: number, from: number, to: number) => void;

/** To the nearest; without `Math.round`, which takes longer than the sum that it rounds. */
const toByte = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0);

/** An affine effect. One that leaves channels apart is looked up in a table, and one that gives grey is counted once for all three. */
export function affine({ rows, offset }: Extract<Effect, { kind: "affine" }>): Recolor {
  const isDiagonal = rows.every((row, at) => row.every((each, column) => column === at || each === 0));
  if (isDiagonal) {
    const tables = rows.map((row, at) =>
      Uint8Array.from({ length: 256 }, (_, value) => toByte((row[at] ?? 0) * value + (offset[at] ?? 0))),
    );
    return byTables(tables);
  }
  const [[rr, rg, rb], [gr, gg, gb], [br, bg, bb]] = rows;
  const [r0, g0, b0] = offset;
  const isGrey = rows.every((row) => row.every((each, column) => each === rows[0][column]));
  if (isGrey && offset.every((each) => each === r0)) return toGrey(rows[0], r0);
  return (data, channels, from, to) => {
    for (let at = from; at < to; at += channels) {
      const red = data[at] ?? 0;
      const green = data[at + 1] ?? 0;
      const blue = data[at + 2] ?? 0;
      data[at] = toByte(rr * red + rg * green + rb * blue + r0);
      data[at + 1] = toByte(gr * red + gg * green + gb * blue + g0);
      data[at + 2] = toByte(br * red + bg * green + bb * blue + b0);
    }
  };
}

function toGrey([red, green, blue]: Triple, offset: number): Recolor {
  return (data, channels, from, to) => {
    for (let at = from; at < to; at += channels) {
      const sum = red * (data[at] ?? 0) + green * (data[at + 1] ?? 0) + blue * (data[at + 2] ?? 0);
      const grey = toByte(sum + offset);
      data[at] = grey;
      data[at + 1] = grey;
      data[at + 2] = grey;
    }
  };
}

function byTables([reds, greens, blues]: readonly Uint8Array[]): Recolor {
  return (data, channels, from, to) => {
    for (let at = from; at < to; at += channels) {
      data[at] = reds?.[data[at] ?? 0] ?? 0;
      data[at + 1] = greens?.[data[at + 1] ?? 0] ?? 0;
      data[at + 2] = blues?.[data[at + 2] ?? 0] ?? 0;
    }
  };
}

/**
 * HSL with another saturation. Hue and lightness stay, so every channel keeps its share of the way from the lightness, which is
 * the middle of the largest and the smallest; the largest way is what saturation 1 allows.
 */
export function saturation({ factor }: Extract<Effect, { kind: "saturation" }>): Recolor {
  return (data, channels, from, to) => {
    for (let at = from; at < to; at += channels) {
      const red = data[at] ?? 0;
      const green = data[at + 1] ?? 0;
      const blue = data[at + 2] ?? 0;
      const most = Math.max(red, green, blue);
      const least = Math.min(red, green, blue);
      if (most === least) continue;
      const middle = (most + least) / 2;
      const reach = Math.min(middle, 255 - middle);
      const times = Math.min(factor, (2 * reach) / (most - least));
      data[at] = toByte(middle + (red - middle) * times);
      data[at + 1] = toByte(middle + (green - middle) * times);
      data[at + 2] = toByte(middle + (blue - middle) * times);
    }
  };
}
