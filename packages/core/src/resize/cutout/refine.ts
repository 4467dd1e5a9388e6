import type { Size } from "../geometry.ts";

/** Pixels with their colours first and, where there are two or four, alpha last. */
interface Pixels extends Size {
  readonly data: Uint8Array;
  readonly channels: 1 | 2 | 3 | 4;
}

/** How far two colours, as bytes, have to be apart to be trusted half. */
const TOLD = 22;
/** Looks in each direction, to either side. */
const LOOKS = 4;
/** What comes out as nearly nothing or nearly all is nothing or all: the noise of a picture is no veil. */
const VEIL = { none: 0.06, all: 0.94 };

/**
 * Makes the outline of a mask fit the picture: within `reach` pixels of it, how much of a pixel is subject follows from where its colour
 * lies between those of subject and ground nearby. Answers the pixels with alpha, in four bytes each, without what of the ground's colour shone through.
 */
export function cutAlong(pixels: Pixels, mask: Uint8Array, reach: number): Uint8Array {
  const { data, channels, width, height } = pixels;
  const colors = channels < 3 ? 1 : 3;
  const hasAlpha = channels % 2 === 0;
  const cut = new Uint8Array(width * height * 4);
  const band = bandOf(mask, pixels, reach);
  const see = window(pixels, mask, band, reach);
  const [green, blue] = colors === 3 ? [1, 2] : [0, 0];
  for (let pixel = 0, from = 0, to = 0; pixel < mask.length; pixel += 1, from += channels, to += 4) {
    cut[to] = data[from] as number;
    cut[to + 1] = data[from + green] as number;
    cut[to + 2] = data[from + blue] as number;
    const own = hasAlpha ? (data[from + channels - 1] as number) : 255;
    if (band[pixel] === 0) {
      cut[to + 3] = (mask[pixel] as number) > 127 ? own : 0;
      continue;
    }
    let alpha = (mask[pixel] as number) / 255;
    const seen = see(pixel);
    if (seen) {
      alpha = shareOfSubject(cut, to, seen, alpha);
      unmix(cut, to, seen, alpha);
    }
    cut[to + 3] = Math.round(own * alpha);
  }
  return cut;
}

/** 1 for what lies within `reach` of the outline, or is neither in nor out. */
function bandOf(mask: Uint8Array, { width, height }: Size, reach: number): Uint8Array {
  const outline = new Uint8Array(width * height);
  const isIn = (pixel: number) => (mask[pixel] ?? 0) > 127;
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    const value = mask[pixel] ?? 0;
    const right = pixel % width < width - 1 ? pixel + 1 : pixel;
    const below = pixel + width < mask.length ? pixel + width : pixel;
    const isEdge = isIn(pixel) !== isIn(right) || isIn(pixel) !== isIn(below);
    if (isEdge || (value > 8 && value < 247)) outline[pixel] = 1;
  }
  return widened(widened(outline, width, height, 1, width, reach), height, width, width, 1, reach);
}

/** Widened along lines of `length` pixels that lie `step` apart. */
function widened(
  marks: Uint8Array,
  length: number,
  lines: number,
  step: number,
  next: number,
  reach: number,
): Uint8Array {
  const wide = new Uint8Array(marks.length);
  for (let line = 0; line < lines; line += 1) {
    let until = -1;
    for (let at = 0; at < length + reach; at += 1) {
      if (at < length && marks[line * next + at * step] === 1) until = at + reach;
      if (at >= length) break;
      if (at <= until) wide[line * next + at * step] = 1;
    }
    until = length;
    for (let at = length - 1; at >= 0; at -= 1) {
      if (marks[line * next + at * step] === 1) until = at - reach;
      if (at >= until) wide[line * next + at * step] = 1;
    }
  }
  return wide;
}

interface Seen {
  readonly subject: readonly [number, number, number];
  readonly ground: readonly [number, number, number];
}

/** Colours of what is certain around a pixel, nearer ones counting more; undefined where one of both is not to be seen. */
function window(
  { data, channels, width, height }: Pixels,
  mask: Uint8Array,
  band: Uint8Array,
  reach: number,
): (pixel: number) => Seen | undefined {
  const step = Math.max(1, Math.ceil((2 * reach + 2) / LOOKS));
  const colors = channels < 3 ? 1 : 3;
  const sums = new Float64Array(8);
  return (pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    sums.fill(0);
    for (let down = -LOOKS; down <= LOOKS; down += 1) {
      const top = y + down * step;
      if (top < 0 || top >= height) continue;
      for (let across = -LOOKS; across <= LOOKS; across += 1) {
        const left = x + across * step;
        if (left < 0 || left >= width) continue;
        const other = top * width + left;
        if (band[other] === 1) continue;
        const weight = 1 / (1 + down * down + across * across);
        const at = (mask[other] ?? 0) > 127 ? 0 : 4;
        for (let channel = 0; channel < 3; channel += 1) {
          const value = data[other * channels + Math.min(channel, colors - 1)] ?? 0;
          sums[at + channel] = (sums[at + channel] ?? 0) + weight * value;
        }
        sums[at + 3] = (sums[at + 3] ?? 0) + weight;
      }
    }
    const [r = 0, g = 0, b = 0, subject = 0, red = 0, green = 0, blue = 0, ground = 0] = sums;
    if (subject === 0 || ground === 0) return undefined;
    return {
      subject: [r / subject, g / subject, b / subject],
      ground: [red / ground, green / ground, blue / ground],
    };
  };
}

/** Where the colour lies between both; where they are alike the mask knows better. */
function shareOfSubject(cut: Uint8Array, at: number, { subject, ground }: Seen, said: number): number {
  let [dot, square] = [0, 0];
  for (let channel = 0; channel < 3; channel += 1) {
    const whole = (subject[channel] ?? 0) - (ground[channel] ?? 0);
    dot += ((cut[at + channel] ?? 0) - (ground[channel] ?? 0)) * whole;
    square += whole * whole;
  }
  const trust = square / (square + TOLD * TOLD);
  const share = trust * (square > 0 ? Math.min(1, Math.max(0, dot / square)) : said) + (1 - trust) * said;
  return Math.min(1, Math.max(0, (share - VEIL.none) / (VEIL.all - VEIL.none)));
}

/** Takes the ground's part out of a mixed colour; of what is nearly all ground nothing of its own can be told, and it gets the subject's. */
function unmix(cut: Uint8Array, at: number, { subject, ground }: Seen, share: number): void {
  if (share >= 1 || share <= 0) return;
  for (let channel = 0; channel < 3; channel += 1) {
    const pure = ((cut[at + channel] ?? 0) - (1 - share) * (ground[channel] ?? 0)) / share;
    const value = share * pure + (1 - share) * (subject[channel] ?? 0);
    cut[at + channel] = Math.min(255, Math.max(0, Math.round(value)));
  }
}
