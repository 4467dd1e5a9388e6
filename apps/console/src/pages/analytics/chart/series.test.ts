import fc from "fast-check";
import { expect, test } from "vitest";
import { columnsOf, extremesOf, heldOf, isEmpty, pointsOf, stackedOf } from "./series.ts";

const HEAD = { from: "2026-11-28T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z", step: "day" } as const;

test("steps that are still to come have a place and no figure", () => {
  const rows = [
    { at: "2026-11-28T00:00:00.000Z", requests: 3 },
    { at: "2026-11-29T00:00:00.000Z", requests: 0, other: null },
  ];
  const columns = columnsOf(HEAD, rows, [{ key: "requests" }, { key: "other" }]);
  expect(columns.at.map((at) => new Date(at * 1_000).toISOString().slice(0, 10))).toEqual([
    "2026-11-28",
    "2026-11-29",
    "2026-11-30",
  ]);
  expect(columns.figures).toEqual([
    [3, 0, null],
    [null, null, null],
  ]);
});

test("a stack's first line is the sum of all, and each is as much higher than the next as it counts", () => {
  const lines = fc.integer({ min: 1, max: 5 }).chain((steps) =>
    fc.array(fc.array(fc.nat(1_000), { minLength: steps, maxLength: steps }), {
      minLength: 1,
      maxLength: 4,
    }),
  );
  fc.assert(
    fc.property(lines, (figures) => {
      const stacked = stackedOf(figures);
      for (const [place, line] of figures.entries()) {
        for (const [at, figure] of line.entries()) {
          expect((stacked[place]?.[at] ?? 0) - (stacked[place + 1]?.[at] ?? 0)).toBe(figure);
        }
      }
    }),
  );
});

test("the last step is as wide as the others", () => {
  const columns = {
    at: [0, 600, 1_200],
    figures: [
      [1, 2, null],
      [null, 5, 6],
      [null, null, null],
    ],
  };
  expect(heldOf(columns, 600)).toEqual({
    at: [0, 600, 1_200, 1_800],
    figures: [
      [1, 2, 2, null],
      [null, 5, 6, 6],
      [null, null, null, null],
    ],
  });
});

test("zeros are nothing, except where they are shares", () => {
  expect(isEmpty([[0, null, 0]])).toBe(true);
  expect(isEmpty([[0, null, 0]], true)).toBe(false);
  expect(isEmpty([[null, null]], true)).toBe(true);
  expect(isEmpty([[0, 1]])).toBe(false);
});

test("a figure that stands alone has a point, others only where there are few", () => {
  const many = Array.from({ length: 200 }, (_, at) => (at === 7 || at > 150 ? at : null));
  expect(pointsOf(many)).toEqual([7]);
  expect(pointsOf([1, 2, null])).toEqual([0, 1]);
});

test("the most and its step are found among gaps", () => {
  expect(extremesOf([10, 20, 30], [null, 5, 2])).toEqual({ sum: 7, most: 5, mostAt: 20 });
  expect(extremesOf([10], [null])).toBeUndefined();
});
