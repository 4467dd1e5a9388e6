import fc from "fast-check";
import { expect, it } from "vitest";
import { minCut, STEPS } from "./min-cut.ts";

/** A grid of whole costs: ties of each pixel, and links to its right, lower right, lower and lower left. */
const grids = fc
  .record({ width: fc.integer({ min: 1, max: 4 }), height: fc.integer({ min: 1, max: 3 }) })
  .chain(({ width, height }) => {
    const count = width * height;
    return fc.record({
      ...{ width: fc.constant(width), height: fc.constant(height) },
      ties: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: count, maxLength: count }),
      costs: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 4 * count, maxLength: 4 * count }),
    });
  });

interface Costs {
  readonly width: number;
  readonly height: number;
  readonly ties: readonly number[];
  readonly costs: readonly number[];
}

/** Every link that lies inside, once. */
function linksOf({ width, height, costs }: Costs) {
  return costs.flatMap((cost, at) => {
    const [pixel, step] = [at >> 2, at & 3];
    const [x, y] = STEPS[step] as readonly [number, number];
    const [left, top] = [(pixel % width) + x, Math.floor(pixel / width) + y];
    if (left < 0 || left >= width || top >= height) return [];
    return [{ pixel, step, other: top * width + left, cost }];
  });
}

/** What a side for each pixel costs: ties and links that are cut. */
function costOf(grid: Costs, isSource: (pixel: number) => boolean): number {
  const tied = grid.ties.reduce(
    (sum, tie, pixel) => sum + (tie > 0 !== isSource(pixel) ? Math.abs(tie) : 0),
    0,
  );
  return linksOf(grid).reduce(
    (sum, { pixel, other, cost }) => sum + (isSource(pixel) === isSource(other) ? 0 : cost),
    tied,
  );
}

it("finds a cut that costs as little as any", () => {
  fc.assert(
    fc.property(grids, (grid) => {
      const { width, height, ties } = grid;
      const count = width * height;
      const links = new Float32Array(8 * count);
      for (const { pixel, step, other, cost } of linksOf(grid)) {
        links[pixel * 8 + step] = cost;
        links[other * 8 + (step ^ 4)] = cost;
      }
      const side = minCut({ width, height, ties: Float32Array.from(ties), links });
      const all = Array.from({ length: 2 ** count }, (_, sides) =>
        costOf(grid, (pixel) => ((sides >> pixel) & 1) === 1),
      );
      expect(costOf(grid, (pixel) => side[pixel] === 1)).toBe(Math.min(...all));
    }),
    { numRuns: 150 },
  );
});
