import type { Size } from "../geometry.ts";

/** Parts that hang together by their sides: which one each pixel is of, from 1 on (0 is of none), and how many pixels each has (at its number). */
export interface Islands {
  readonly labels: Int32Array;
  readonly areas: readonly number[];
}

export function islandsOf(is: (pixel: number) => boolean, { width, height }: Size): Islands {
  const labels = new Int32Array(width * height);
  const areas: number[] = [0];
  const stack: number[] = [];
  for (let start = 0; start < labels.length; start += 1) {
    if (labels[start] !== 0 || !is(start)) continue;
    const label = areas.length;
    let area = 0;
    labels[start] = label;
    stack.push(start);
    for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
      area += 1;
      const x = pixel % width;
      const visit = (next: number) => {
        if (labels[next] !== 0 || !is(next)) return;
        labels[next] = label;
        stack.push(next);
      };
      if (x > 0) visit(pixel - 1);
      if (x < width - 1) visit(pixel + 1);
      if (pixel >= width) visit(pixel - width);
      if (pixel < labels.length - width) visit(pixel + width);
    }
    areas.push(area);
  }
  return { labels, areas };
}

/** Drops parts of the mask smaller than `least` pixels, and fills holes smaller than `leastHole`. */
export function tidy(mask: Uint8Array, size: Size, least: number, leastHole: number): void {
  const parts = islandsOf((pixel) => (mask[pixel] ?? 0) > 0, size);
  for (const [pixel, label] of parts.labels.entries()) {
    if (label > 0 && (parts.areas[label] ?? 0) < least) mask[pixel] = 0;
  }
  const holes = islandsOf((pixel) => mask[pixel] === 0, size);
  for (const [pixel, label] of holes.labels.entries()) {
    if (label > 0 && (holes.areas[label] ?? 0) < leastHole) mask[pixel] = 255;
  }
}

export function shareOf(mask: Uint8Array): number {
  let sum = 0;
  for (const value of mask) sum += value;
  return sum / (255 * Math.max(1, mask.length));
}
