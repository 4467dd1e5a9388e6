import fc from "fast-check";
import { expect, test } from "vitest";
import type { OperationValues } from "../operations/index.ts";
import { planResize } from "./plan.ts";
import { isVideoSize, planVideo } from "./video-plan.ts";

type Values = OperationValues["resize"];

const side = fc.integer({ min: 102, max: 2_000 });
const values: fc.Arbitrary<Values> = fc.record(
  {
    w: side,
    h: side,
    func: fc.constantFrom("crop", "fit", "cropfit", "bound", "boundmin", "cover"),
    gravity: fc.constantFrom("center", "north", "southeast"),
    org_if_sml: fc.boolean(),
    fit_enlarge: fc.boolean(),
    margin: fc.integer({ min: 0, max: 40 }),
  },
  { requiredKeys: [] },
);
const source = fc.record({
  width: fc.integer({ min: 16, max: 4_096 }),
  height: fc.integer({ min: 16, max: 2_304 }),
});

test("every number is even, and what is kept lies in what it is kept of and in what it stands in", () => {
  fc.assert(
    fc.property(values, source, (wish, size) => {
      const { scaled, window, placement, output } = planVideo(wish, size);
      for (const box of [scaled, window, placement, output])
        for (const each of Object.values(box)) expect(each % 2).toBe(0);
      expect(window.left + window.width).toBeLessThanOrEqual(scaled.width);
      expect(window.top + window.height).toBeLessThanOrEqual(scaled.height);
      expect(placement.left + placement.width).toBeLessThanOrEqual(output.width);
      expect(placement.top + placement.height).toBeLessThanOrEqual(output.height);
      expect(Math.min(window.width, window.height, window.left + 1, placement.left + 1)).toBeGreaterThan(0);
      expect(isVideoSize(output)).toBe(true);
    }),
  );
});

test("the output is that of a picture, but for a pixel", () => {
  fc.assert(
    fc.property(values, source, (wish, size) => {
      const bounds = { maxSide: 4_096, maxPixels: 4_096 * 2_304, tilt: 0 };
      const picture = planResize(wish, size, bounds).output;
      const { output } = planVideo(wish, size);
      fc.pre(picture.width > 1 && picture.height > 1);
      expect(picture.width - output.width).toBeOneOf([0, 1]);
      expect(picture.height - output.height).toBeOneOf([0, 1]);
    }),
  );
});

test.each([
  ["crop", { w: 200, h: 200 }, { output: [200, 200], scaled: [356, 200], window: [78, 0] }],
  ["fit", { w: 200, h: 200, func: "fit" }, { output: [200, 200], scaled: [200, 112], window: [0, 0] }],
  ["cover", { w: 200, h: 200, func: "cover" }, { output: [200, 200], scaled: [200, 200], window: [0, 0] }],
  ["bound", { w: 200, h: 200, func: "bound" }, { output: [200, 112], scaled: [200, 112], window: [0, 0] }],
  [
    "boundmin",
    { w: 200, h: 200, func: "boundmin" },
    { output: [356, 200], scaled: [356, 200], window: [0, 0] },
  ],
  ["a side that is too small", { w: 10, h: 20 }, { output: [102, 102], scaled: [180, 102], window: [40, 0] }],
] as const)("%s", (_, wish, expected) => {
  const { output, scaled, window } = planVideo(wish, { width: 640, height: 360 });
  expect([output.width, output.height]).toEqual(expected.output);
  expect([scaled.width, scaled.height]).toEqual(expected.scaled);
  expect([window.left, window.top]).toEqual(expected.window);
});

test("a video of 4K is read in either direction, and nothing larger", () => {
  expect(isVideoSize({ width: 3_840, height: 2_160 })).toBe(true);
  expect(isVideoSize({ width: 2_160, height: 3_840 })).toBe(true);
  expect(isVideoSize({ width: 4_098, height: 2 })).toBe(false);
  expect(isVideoSize({ width: 4_096, height: 4_096 })).toBe(false);
});
