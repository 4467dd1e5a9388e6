import type { Face } from "./face.ts";

/** Pixels of each side of what the network sees. */
export const SEEN = 256;
/** Numbers by which it describes one box: its place, its size, and six points of the face that are not used. */
export const NUMBERS = 16;

/** What the network answers of one grid of places: a score before its curve and a box for each anchor, row by row. */
export interface Grid {
  /** Places in a row and in a column. */
  readonly cells: number;
  readonly scores: Float32Array;
  readonly boxes: Float32Array;
}

/** Below it nobody asks; a box that is surer takes the weight of those around it. */
const LEAST_SCORE = 0.4;
/** Two boxes that share so much of what they cover together are one face. */
const SAME = 0.3;

/**
 * The faces that the network's answers describe, in parts of what it saw. An anchor is the middle of its place in the grid; the box
 * says by how many pixels its middle lies beside that, and its size. Boxes of one face become their mean, weighted by score.
 */
export function facesIn(grids: readonly Grid[]): readonly Face[] {
  return merge(grids.flatMap(candidates));
}

function candidates({ cells, scores, boxes }: Grid): readonly Face[] {
  const anchors = scores.length / (cells * cells);
  const found: Face[] = [];
  for (const [at, raw] of scores.entries()) {
    const score = 1 / (1 + Math.exp(-raw));
    if (score < LEAST_SCORE) continue;
    const place = Math.floor(at / anchors);
    const [x = 0, y = 0, w = 0, h = 0] = boxes.subarray(at * NUMBERS, at * NUMBERS + 4);
    if (w <= 0 || h <= 0) continue;
    const [width, height] = [w / SEEN, h / SEEN];
    found.push({
      left: ((place % cells) + 0.5) / cells + x / SEEN - width / 2,
      top: (Math.floor(place / cells) + 0.5) / cells + y / SEEN - height / 2,
      width,
      height,
      score,
    });
  }
  return found;
}

/** The surest takes what overlaps it, then the surest of the rest; what is left is one box a face. */
export function merge(faces: readonly Face[]): readonly Face[] {
  const merged: Face[] = [];
  let rest = faces.toSorted((one, other) => other.score - one.score);
  for (let best = rest[0]; best; best = rest[0]) {
    const surest = best;
    const same = rest.filter((each) => each === surest || overlap(each, surest) > SAME);
    const weight = same.reduce((sum, { score }) => sum + score, 0);
    const mean = (side: "left" | "top" | "width" | "height") =>
      same.reduce((sum, each) => sum + each[side] * each.score, 0) / weight;
    merged.push({
      left: mean("left"),
      top: mean("top"),
      width: mean("width"),
      height: mean("height"),
      score: surest.score,
    });
    rest = rest.filter((each) => !same.includes(each));
  }
  return merged;
}

/** The share of what two boxes cover together that both cover. */
function overlap(one: Face, other: Face): number {
  const across = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const down = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  if (across <= 0 || down <= 0) return 0;
  const both = across * down;
  return both / (one.width * one.height + other.width * other.height - both);
}
