import type { Size } from "../geometry.ts";
import { islandsOf, shareOf, tidy } from "./islands.ts";
import type { Lab } from "./lab.ts";
import type { Found } from "./provider.ts";

/** Distances of `Lab`: what still is ground beside the noise of the picture, what an enclosed place has to be as near as to be seen through, and where the search for the ground's colour begins and ends. */
const NEAR = 2.2;
const HOLE = 0.9;
const SEARCH = [24, 12, 6, 4] as const;
/** Of the border: so much of it has to be ground, and of the ground so much at least is needed to know its colour. */
const LEAST_GROUND = { calm: 0.7, noisy: 0.88 };
/** Noisier than that is no plain ground, or hardly one. */
const NOISE = { calm: 0.7, most: 1.4 };
/** Shares of the picture. */
const SPECK = 0.0002;
/** What is smaller is a letter or a light on the subject sooner than a hole. */
const LEAST_HOLE = 0.004;
const SUBJECT = { least: 0.004, most: 0.97 };

/**
 * Finds a ground of one colour, or of one that changes evenly across the picture, by what the picture's border is made of, and floods it from there.
 * Places that it encloses, such as in the handle of a cup, are ground where they have just its colour. Exact where it applies.
 */
export function keyOut(lab: Lab, size: Size): Found | undefined {
  const ring = ringOf(size);
  const ground = fitGround(lab, size, ring);
  if (!ground || ground.noise > NOISE.most) return undefined;
  if (ground.share < (ground.noise < NOISE.calm ? LEAST_GROUND.calm : LEAST_GROUND.noisy)) return undefined;
  const distances = distancesFrom(lab, size, ground.plane);
  const near = NEAR + 3 * ground.noise;
  const strict = HOLE + ground.noise;

  const mask = new Uint8Array(size.width * size.height).fill(255);
  const isNear = (pixel: number) => (distances[pixel] ?? 0) < near;
  const { labels, areas } = islandsOf(isNear, size);
  const outer = new Set(ring.map((pixel) => labels[pixel] ?? 0));
  const exact = new Float64Array(areas.length);
  for (const [pixel, label] of labels.entries()) {
    if (label > 0 && (distances[pixel] ?? 0) < strict) exact[label] = (exact[label] ?? 0) + 1;
  }
  const leastHole = Math.max(12, LEAST_HOLE * mask.length);
  const isGround = areas.map((area, label) => {
    if (label === 0) return false;
    return outer.has(label) || (area >= leastHole && (exact[label] ?? 0) >= 0.8 * area);
  });
  for (const [pixel, label] of labels.entries()) if (isGround[label]) mask[pixel] = 0;
  tidy(mask, size, Math.max(4, SPECK * mask.length), 6);
  const share = shareOf(mask);
  if (share < SUBJECT.least || share > SUBJECT.most) return undefined;
  return { mask: { ...size, data: mask }, confidence: ground.share };
}

function ringOf({ width, height }: Size): readonly number[] {
  const depth = Math.max(1, Math.round(0.006 * Math.min(width, height)));
  const ring: number[] = [];
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    if (Math.min(x, y, width - 1 - x, height - 1 - y) < depth) ring.push(pixel);
  }
  return ring;
}

/** For each channel: value in the middle, and change from the middle to the right and to the lower edge. */
type Plane = readonly [Even, Even, Even];
type Even = readonly [middle: number, across: number, down: number];

interface Ground {
  readonly plane: Plane;
  /** Of the ring that is near. */
  readonly share: number;
  /** Usual distance of what is near. */
  readonly noise: number;
}

function fitGround(lab: Lab, size: Size, ring: readonly number[]): Ground | undefined {
  let plane = [0, 1, 2].map((channel) => [medianOf(lab, ring, channel), 0, 0]) as unknown as Plane;
  let near: readonly number[] = ring;
  for (const most of SEARCH) {
    near = ring.filter((pixel) => distanceTo(lab, pixel, size, plane) < most);
    if (near.length < 0.4 * ring.length) return undefined;
    plane = [0, 1, 2].map((channel) => fitPlane(lab, near, size, channel)) as unknown as Plane;
  }
  const distances = near.map((pixel) => distanceTo(lab, pixel, size, plane));
  const noise = Math.sqrt(distances.reduce((sum, each) => sum + each * each, 0) / Math.max(1, near.length));
  const isNear = (pixel: number) => distanceTo(lab, pixel, size, plane) < NEAR + 3 * noise;
  return { plane, share: ring.filter(isNear).length / ring.length, noise };
}

function medianOf(lab: Lab, ring: readonly number[], channel: number): number {
  const values = Float32Array.from(ring, (pixel) => lab[pixel * 3 + channel] ?? 0).sort();
  return values[values.length >> 1] ?? 0;
}

const across = (pixel: number, { width }: Size) => (2 * (pixel % width)) / width - 1;
const down = (pixel: number, { width, height }: Size) => (2 * Math.floor(pixel / width)) / height - 1;

/** Least squares by the normal equations of three unknowns. */
function fitPlane(lab: Lab, pixels: readonly number[], size: Size, channel: number): Even {
  let [n, x, y, xx, xy, yy, v, vx, vy] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (const pixel of pixels) {
    const [u, w, value] = [across(pixel, size), down(pixel, size), lab[pixel * 3 + channel] ?? 0];
    n += 1;
    x += u;
    y += w;
    xx += u * u;
    xy += u * w;
    yy += w * w;
    v += value;
    vx += value * u;
    vy += value * w;
  }
  const of = (
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    f: number,
    g: number,
    h: number,
    i: number,
  ) => a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const all = of(n, x, y, x, xx, xy, y, xy, yy);
  if (Math.abs(all) < 1e-6) return [v / Math.max(1, n), 0, 0];
  return [
    of(v, x, y, vx, xx, xy, vy, xy, yy) / all,
    of(n, v, y, x, vx, xy, y, vy, yy) / all,
    of(n, x, v, x, xx, vx, y, xy, vy) / all,
  ];
}

function distanceTo(lab: Lab, pixel: number, size: Size, plane: Plane): number {
  const [u, w] = [across(pixel, size), down(pixel, size)];
  let sum = 0;
  for (const [channel, [middle, right, bottom]] of plane.entries()) {
    sum += ((lab[pixel * 3 + channel] ?? 0) - middle - right * u - bottom * w) ** 2;
  }
  return Math.sqrt(sum);
}

function distancesFrom(lab: Lab, size: Size, plane: Plane): Float32Array {
  const [[l, lx, ly], [a, ax, ay], [b, bx, by]] = plane;
  const distances = new Float32Array(size.width * size.height);
  for (let pixel = 0; pixel < distances.length; pixel += 1) {
    const [u, w] = [across(pixel, size), down(pixel, size)];
    const first = (lab[pixel * 3] ?? 0) - l - lx * u - ly * w;
    const second = (lab[pixel * 3 + 1] ?? 0) - a - ax * u - ay * w;
    const third = (lab[pixel * 3 + 2] ?? 0) - b - bx * u - by * w;
    distances[pixel] = Math.sqrt(first * first + second * second + third * third);
  }
  return distances;
}
