import type { Size } from "../geometry.ts";
import { islandsOf, shareOf, tidy } from "./islands.ts";
import { apart, type Lab } from "./lab.ts";
import { minCut, STEPS } from "./min-cut.ts";
import { Mixture } from "./mixture.ts";
import type { Found } from "./provider.ts";

/** How far from each side the subject is thought to be, as a share of it. */
const INSET = 0.04;
const ROUNDS = 5;
/** How much a cut through plain colour costs (Rother, Kolmogorov, Blake 2004). */
const SMOOTHNESS = 50;
/** What differs less, in squares of what people can tell apart, is no edge however plain the rest is. */
const LEAST_DIFFERENCE = 1;
/** Stronger than anything that is seen. */
const CERTAIN = 1e5;
/** Parts smaller than this share of the largest are dropped. */
const COMPANION = 0.12;

/** Shares of the picture: less is a detail, and more is no subject. */
const SUBJECT = { least: 0.08, most: 0.93 };

/** What is known before: 0 for ground, 1 for probably ground, 2 for probably subject, 3 for subject. */
export type Hint = 0 | 1 | 2 | 3;

/**
 * Parts subject from ground by what colours each is made of and by where edges are: the two are learned in turns (Rother, Kolmogorov, Blake
 * 2004, "GrabCut"). Without hints the subject is looked for inside of a border. Confidence is how clearly the cut runs along edges and
 * how well the colours of both sides can be told apart.
 */
export function grabCut(lab: Lab, size: Size, hints: Uint8Array = insetOf(size)): Found | undefined {
  const { width, height } = size;
  const all = Array.from(hints.keys());
  let side: Uint8Array = Uint8Array.from(hints, (hint) => (hint >= 2 ? 1 : 0));
  const { links, sharpness } = linksOf(lab, size);
  let mixtures: readonly [ground: Mixture, subject: Mixture] | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const ground = Mixture.over(
      lab,
      all.filter((pixel) => side[pixel] === 0),
    );
    const subject = Mixture.over(
      lab,
      all.filter((pixel) => side[pixel] === 1),
    );
    if (!ground || !subject) return undefined;
    mixtures = [ground, subject];
    const ties = Float32Array.from(hints, (hint, pixel) => {
      if (hint === 0) return -CERTAIN;
      if (hint === 3) return CERTAIN;
      return subject.of(lab, pixel) - ground.of(lab, pixel);
    });
    const next = minCut({ width, height, ties, links: links.slice() });
    const changed = next.reduce((sum, value, pixel) => sum + (value === side[pixel] ? 0 : 1), 0);
    side = next;
    if (changed < 0.001 * side.length) break;
  }
  const mask = side.map((value) => value * 255);
  keepLargest(mask, size);
  const share = shareOf(mask);
  if (!mixtures || share < SUBJECT.least || share > SUBJECT.most) return undefined;
  return { mask: { ...size, data: mask }, confidence: confidenceOf(lab, mask, size, sharpness, mixtures) };
}

function insetOf({ width, height }: Size): Uint8Array {
  const [left, top] = [Math.max(1, Math.round(width * INSET)), Math.max(1, Math.round(height * INSET))];
  return Uint8Array.from({ length: width * height }, (_, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return x >= left && x < width - left && y >= top && y < height - top ? 2 : 0;
  });
}

/** What it costs to part neighbours: less where their colours differ more than neighbours usually do. */
function linksOf(lab: Lab, { width, height }: Size) {
  const links = new Float32Array(width * height * 8);
  const each = (visit: (pixel: number, other: number, step: number, length: number) => void) => {
    for (let step = 0; step < 4; step += 1) {
      const [x, y] = STEPS[step] as readonly [number, number];
      const length = Math.hypot(x, y);
      for (let top = 0; top < height - y; top += 1) {
        for (let left = Math.max(0, -x); left < width - Math.max(0, x); left += 1) {
          const pixel = top * width + left;
          visit(pixel, pixel + y * width + x, step, length);
        }
      }
    }
  };
  let [sum, count] = [0, 0];
  each((pixel, other) => {
    sum += apart(lab, pixel, other);
    count += 1;
  });
  const sharpness = 1 / Math.max(LEAST_DIFFERENCE, (2 * sum) / Math.max(1, count));
  each((pixel, other, step, length) => {
    const cost = (SMOOTHNESS / length) * Math.exp(-sharpness * apart(lab, pixel, other));
    links[pixel * 8 + step] = cost;
    links[other * 8 + (step ^ 4)] = cost;
  });
  return { links, sharpness };
}

function keepLargest(mask: Uint8Array, size: Size): void {
  const { areas } = islandsOf((pixel) => (mask[pixel] ?? 0) > 0, size);
  tidy(mask, size, Math.max(8, COMPANION * Math.max(...areas)), 0.0015 * mask.length);
}

/** The mean of two shares: of the outline that runs along an edge, and of pixels whose colour says on which side they are. */
function confidenceOf(
  lab: Lab,
  mask: Uint8Array,
  { width, height }: Size,
  sharpness: number,
  [ground, subject]: readonly [Mixture, Mixture],
): number {
  let [outline, edges, told] = [0, 0, 0];
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    const isSubject = (mask[pixel] ?? 0) > 0;
    if (subject.of(lab, pixel) > ground.of(lab, pixel) === isSubject) told += 1;
    for (const other of [pixel % width < width - 1 ? pixel + 1 : -1, pixel + width]) {
      if (other < 0 || other >= width * height || (mask[other] ?? 0) > 0 === isSubject) continue;
      outline += 1;
      if (sharpness * apart(lab, pixel, other) > 1) edges += 1;
    }
  }
  return (edges / Math.max(1, outline) + told / mask.length) / 2;
}
