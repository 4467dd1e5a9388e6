import fc from "fast-check";
import { expect, test } from "vitest";
import { differenceOf, smoothed, structureOf } from "./structure.ts";

const NEVER = Number.POSITIVE_INFINITY;
const WEIGHTS = [0.009414, 0.036011, 0.109335, 0.212929, 0.264621, 0.212929, 0.109335, 0.036011, 0.009414];

/** The plain way: every place for itself, all 81 neighbours, one number after the other. */
function plainly(one: readonly number[], other: readonly number[], width: number) {
  const height = one.length / width;
  const around = (x: number, y: number, of: (at: number) => number) => {
    let sum = 0;
    for (let dy = -4; dy <= 4; dy += 1) {
      for (let dx = -4; dx <= 4; dx += 1) {
        const [column, row] = [x + dx, y + dy];
        if (column < 0 || row < 0 || column >= width || row >= height) continue;
        sum += (WEIGHTS[dx + 4] ?? 0) * (WEIGHTS[dy + 4] ?? 0) * of(row * width + column);
      }
    }
    return sum;
  };
  const a = (at: number) => one[at] ?? 0;
  const b = (at: number) => other[at] ?? 0;
  const errors: number[] = [];
  const edges: number[] = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [meanA, meanB] = [around(x, y, a), around(x, y, b)];
      const varianceA = around(x, y, (at) => a(at) ** 2) - meanA ** 2;
      const varianceB = around(x, y, (at) => b(at) ** 2) - meanB ** 2;
      const covariance = around(x, y, (at) => a(at) * b(at)) - meanA * meanB;
      const brightness = 1 - (meanA - meanB) ** 2;
      const structure = (2 * covariance + 0.0009) / (varianceA + varianceB + 0.0009);
      errors.push(Math.max(0, 1 - brightness * structure));
      const at = y * width + x;
      edges.push((1 + Math.abs(b(at) - meanB)) / (1 + Math.abs(a(at) - meanA)) - 1);
    }
  }
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const worst = (values: readonly number[]) => mean(values.map((each) => each ** 4)) ** 0.25;
  const fresh = edges.map((each) => Math.max(0, each));
  const lost = edges.map((each) => Math.max(0, -each));
  return {
    mean: { ssim: mean(errors), fresh: mean(fresh), lost: mean(lost) },
    worst: { ssim: worst(errors), fresh: worst(fresh), lost: worst(lost) },
  };
}

const WIDTH = 13;
const plane = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 117, maxLength: 117 });
const sized = (values: readonly number[]) =>
  [Float32Array.from(values), { width: WIDTH, height: values.length / WIDTH }] as const;

test("differences are those of a plain implementation", async () => {
  await fc.assert(
    fc.asyncProperty(plane, plane, async (one, other) => {
      const [values, size] = sized(one);
      const [otherValues] = sized(other);
      const found = await differenceOf(
        await structureOf(values, size, NEVER),
        await structureOf(otherValues, size, NEVER),
        NEVER,
      );
      const expected = plainly(one, other, WIDTH);
      for (const norm of ["mean", "worst"] as const) {
        for (const kind of ["ssim", "fresh", "lost"] as const)
          expect(found[norm][kind]).toBeCloseTo(expected[norm][kind], 3);
      }
    }),
    { numRuns: 40 },
  );
});

test("a picture does not differ from itself", async () => {
  await fc.assert(
    fc.asyncProperty(plane, async (one) => {
      const structure = await structureOf(...sized(one), NEVER);
      const { mean, worst } = await differenceOf(structure, structure, NEVER);
      expect(Math.max(mean.ssim, mean.fresh, mean.lost, worst.fresh, worst.lost)).toBeLessThan(1e-3);
    }),
    { numRuns: 20 },
  );
});

test("means keep what is even, but for the edges", async () => {
  const size = { width: 20, height: 20 };
  const means = await smoothed(new Float32Array(400).fill(0.5), size, NEVER);
  expect(means[10 * 20 + 10]).toBeCloseTo(0.5, 5);
  expect(means[0]).toBeLessThan(0.25);
});
