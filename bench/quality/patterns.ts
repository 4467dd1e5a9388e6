import type { Rgb } from "./ssimulacra2.ts";

type Value = (x: number, y: number, channel: number) => number;

function painted(width: number, height: number, value: Value): Rgb {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 1) {
    const pixel = Math.floor(at / 3);
    const exact = value(pixel % width, Math.floor(pixel / width), at % 3);
    data[at] = Math.max(0, Math.min(255, Math.floor(exact)));
  }
  return { data, width, height };
}

/** A number from 0 to 255 that looks like chance and is the same everywhere: whole-number arithmetic alone. */
function chance(x: number, y: number, channel: number): number {
  let mixed =
    Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca6b) ^ Math.imul(channel + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % 256;
}

/** Discs, stripes, a slope of brightness and grain: something of what photographs are made of. */
export const scene = (width: number, height: number): Rgb =>
  painted(width, height, (x, y, channel) => {
    const slope = 40 + (120 * x) / width + (60 * y * channel) / (2 * height);
    const disc = (x - width / 3) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2 ? 60 - 45 * channel : 0;
    const stripes = x > (2 * width) / 3 && Math.floor(y / 3) % 2 === 0 ? 30 : 0;
    const grain = y > (2 * height) / 3 ? (chance(x, y, 0) - 128) / 4 : 0;
    return slope + disc + stripes + grain;
  });

/** Hardly lighter than black, with a tint. */
export const night = (width: number, height: number): Rgb =>
  painted(
    width,
    height,
    (x, y, channel) => 6 + ((x >> 3) + (y >> 2)) / 3 + channel * 4 + chance(x, y, channel) / 64,
  );

/** What a picture may suffer, in whole numbers. */
export const DISTORTIONS: Readonly<Record<string, (picture: Rgb) => Rgb>> = {
  none: (picture) => picture,
  grain: (picture) => changed(picture, (value, x, y, channel) => value + (chance(y, x, channel) - 128) / 16),
  steps: (picture) => changed(picture, (value) => value - (value % 16) + 8),
  blocks: (picture) =>
    changed(picture, (value, x, y, channel, at) => (value + at(x - (x % 8), y - (y % 8), channel)) / 2),
  soft: (picture) =>
    changed(picture, (value, x, y, channel, at) => {
      const beside =
        at(x - 1, y, channel) + at(x + 1, y, channel) + at(x, y - 1, channel) + at(x, y + 1, channel);
      return (value * 4 + beside) / 8;
    }),
  tint: (picture) => changed(picture, (value, _x, _y, channel) => value + (channel === 2 ? 12 : -4)),
  faint: (picture) => changed(picture, (value, x, y) => value + ((x + y) % 7 === 0 ? 1 : 0)),
};

type At = (x: number, y: number, channel: number) => number;
type Change = (value: number, x: number, y: number, channel: number, at: At) => number;

/** Each value anew, from the old ones; beyond the edge stands the edge. */
function changed({ data, width, height }: Rgb, change: Change): Rgb {
  const at: At = (x, y, channel) => {
    const column = Math.max(0, Math.min(width - 1, x));
    const row = Math.max(0, Math.min(height - 1, y));
    return data[(row * width + column) * 3 + channel] ?? 0;
  };
  return painted(width, height, (x, y, channel) => change(at(x, y, channel), x, y, channel, at));
}
