import type { Raw } from "../engine.ts";
import { type Box, clamp } from "../geometry.ts";
import { meansOf } from "./means.ts";

/** Sizes of a thing and of what surrounds it, as shares of the shorter side. */
const SCALES = [
  [0.01, 0.12],
  [0.03, 0.25],
  [0.07, 0.45],
  [0.07, 1],
] as const;
/** Half the size of the neighbourhood that is looked at as one thing, and of what may belong to it. */
const THING = 0.12;
const WHOLE = 0.45;
/** How far around a place counts whether there is anything to be seen in detail. */
const GRAIN = 0.03;
/** A place with so many times the usual detail counts no more than one with less: that may be leaves. */
const MOST_GRAIN = 9;
/** A face outweighs what stands out most by so much, however small it is. */
const FACE = 1.5;
/** How much less counts what lies at an edge, where a thing has surroundings on one side alone. */
const EDGE_LOSS = 0.8;

/**
 * The point of a small picture that stands out most, in its pixels: where things differ in colour and brightness from what
 * surrounds them, at several sizes, and are in focus: a bright sky has colour and no detail. More so towards the middle, and the
 * middle where nothing does. Faces, in pixels too, stand out more than anything else, and large ones more than small ones.
 */
export function findFocus(raw: Raw, faces: readonly Box[] = []): { readonly x: number; readonly y: number } {
  const { width, height } = raw;
  const salience = salienceOf(raw);
  const radius = Math.max(1, Math.round(THING * Math.min(width, height)));
  addFaces(salience, raw, faces, radius);
  const things = meansOf(meansOf(salience, raw, radius), raw, radius);
  let best = -1;
  let found = 0;
  for (const [at, value] of things.entries()) {
    if (value <= best) continue;
    best = value;
    found = at;
  }
  if (best <= 1e-6) return { x: width / 2, y: height / 2 };
  const start = { x: found % width, y: Math.floor(found / width) };
  return centre(salience, raw, start, Math.max(2, WHOLE * Math.min(width, height)));
}

function salienceOf(raw: Raw): Float64Array {
  const { width, height } = raw;
  const planes = opponents(raw);
  const salience = new Float64Array(width * height);
  const shorter = Math.min(width, height);
  for (const [thing, surround] of SCALES) {
    const differences = planes.map((plane) => {
      const near = meansOf(plane, raw, Math.round(thing * shorter));
      const far = meansOf(plane, raw, Math.max(1, Math.round(surround * shorter)));
      return near.map((value, at) => value - (far[at] ?? 0));
    });
    const [light, red, blue] = differences;
    for (let at = 0; at < salience.length; at++) {
      const sum = (light?.[at] ?? 0) ** 2 + 2 * (red?.[at] ?? 0) ** 2 + 2 * (blue?.[at] ?? 0) ** 2;
      salience[at] = (salience[at] ?? 0) + Math.sqrt(sum);
    }
  }
  // Only what stands out more than the average: else much of little would outweigh little of much.
  const mean = meanOf(salience);
  const grain = meansOf(grainOf(planes[0], raw), raw, Math.max(1, Math.round(GRAIN * shorter)));
  const usual = meanOf(grain) || 1;
  return salience.map((strength, at) => {
    const value = Math.max(0, strength - mean) * Math.min(MOST_GRAIN, (grain[at] ?? 0) / usual);
    const dx = (2 * (at % width)) / width - 1;
    const dy = (2 * Math.floor(at / width)) / height - 1;
    return value * (1 - EDGE_LOSS * dx * dx) * (1 - EDGE_LOSS * dy * dy);
  });
}

/** Each weighs as a whole neighbourhood of what stands out most, and its own size on top. */
function addFaces(
  salience: Float64Array,
  { width, height }: Raw,
  faces: readonly Box[],
  radius: number,
): void {
  const most = salience.reduce((peak, value) => Math.max(peak, value), 0) || 1;
  for (const face of faces) {
    const [left, right] = [face.left, face.left + face.width].map((x) => clamp(Math.round(x), 0, width));
    const [top, bottom] = [face.top, face.top + face.height].map((y) => clamp(Math.round(y), 0, height));
    if (left === undefined || right === undefined || top === undefined || bottom === undefined) continue;
    const area = Math.max(1, (right - left) * (bottom - top));
    const weight = FACE * most * (1 + (2 * radius + 1) ** 2 / area);
    for (let y = top; y < Math.max(bottom, top + 1) && y < height; y += 1) {
      for (let x = left; x < Math.max(right, left + 1) && x < width; x += 1)
        salience[y * width + x] = (salience[y * width + x] ?? 0) + weight;
    }
  }
}

const meanOf = (plane: Float64Array) => plane.reduce((sum, value) => sum + value, 0) / plane.length;

/** How much each pixel differs from its four neighbours together; nothing at the rim. */
function grainOf(light: Float64Array, { width, height }: Raw): Float64Array {
  const grain = new Float64Array(light.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const around =
        (light[at - 1] ?? 0) + (light[at + 1] ?? 0) + (light[at - width] ?? 0) + (light[at + width] ?? 0);
      grain[at] = Math.abs(4 * (light[at] ?? 0) - around);
    }
  }
  return grain;
}

/** Brightness, red against green, yellow against blue; what is transparent is grey. */
function opponents({
  data,
  channels,
  width,
  height,
}: Raw): readonly [Float64Array, Float64Array, Float64Array] {
  const [light, red, blue] = [0, 1, 2].map(() => new Float64Array(width * height)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let at = 0; at < light.length; at++) {
    const from = at * channels;
    const share = channels === 4 ? (data[from + 3] ?? 0) / 255 : 1;
    const [r, g, b] = [0, 1, 2].map((band) => ((data[from + band] ?? 0) - 128) * share) as [
      number,
      number,
      number,
    ];
    light[at] = 0.3 * r + 0.59 * g + 0.11 * b;
    red[at] = (r - g) / 2;
    blue[at] = (r + g) / 4 - b / 2;
  }
  return [light, red, blue];
}

/** The centre of weight around a place, moved until it stays. */
function centre(
  weights: Float64Array,
  { width, height }: Raw,
  start: { readonly x: number; readonly y: number },
  radius: number,
): { readonly x: number; readonly y: number } {
  let { x, y } = start;
  for (let round = 0; round < 4; round++) {
    let [sum, sumX, sumY] = [0, 0, 0];
    for (let row = Math.max(0, Math.floor(y - radius)); row < Math.min(height, y + radius); row++) {
      for (let column = Math.max(0, Math.floor(x - radius)); column < Math.min(width, x + radius); column++) {
        const weight = weights[row * width + column] ?? 0;
        sum += weight;
        sumX += weight * (column + 0.5);
        sumY += weight * (row + 0.5);
      }
    }
    if (sum <= 0) break;
    x = clamp(sumX / sum, 0, width);
    y = clamp(sumY / sum, 0, height);
  }
  return { x, y };
}
