import fc from "fast-check";
import { expect, test } from "vitest";
import { LEAST_CUT, moved, movedCut, percent, setCut, shareOf, sizedCut, stepOf } from "./points.ts";

test("arrow keys move by a hundredth, with Shift by ten, and other keys by nothing", () => {
  const at = { x: 0.5, y: 0.5 };
  const by = (key: string, isLarge = false) => {
    const step = stepOf(key, isLarge);
    return step && moved(at, step);
  };
  expect(by("ArrowLeft")).toEqual({ x: 0.49, y: 0.5 });
  expect(by("ArrowDown", true)).toEqual({ x: 0.5, y: 0.6 });
  for (const key of ["Tab", "Enter", "a", ""]) expect(by(key)).toBeUndefined();
});

test("a share is written as percent and read again", () => {
  expect(percent(0.495)).toBe("49.5");
  expect(shareOf("49,5")).toBe(0.495);
  expect(shareOf("200")).toBe(1);
  for (const text of ["", " ", "x", "1e999x"]) expect(shareOf(text)).toBeUndefined();
});

test("wherever a point or a cut is moved, it stays inside the picture", () => {
  const any = fc.double({ min: -2, max: 2, noNaN: true });
  const cut = fc.record({ x: any, y: any, width: any, height: any }).map((each) => setCut(each, {}));
  const change = fc.constantFrom(movedCut, sizedCut);
  fc.assert(
    fc.property(cut, fc.record({ x: any, y: any }), change, (from, by, move) => {
      const to = move(from, by);
      for (const [start, length] of [[to.x, to.width] as const, [to.y, to.height] as const]) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(length).toBeGreaterThanOrEqual(LEAST_CUT - 1e-9);
        expect(start + length).toBeLessThanOrEqual(1 + 1e-9);
      }
    }),
  );
  fc.assert(
    fc.property(fc.record({ x: any, y: any }), (by) => {
      const { x, y } = moved({ x: 0.5, y: 0.5 }, by);
      for (const share of [x, y]) expect(share >= 0 && share <= 1).toBe(true);
    }),
  );
});
