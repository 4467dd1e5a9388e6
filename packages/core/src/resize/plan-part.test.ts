import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Box } from "./geometry.ts";
import { frameAround, largestWithout, planPart } from "./plan-part.ts";

const meets = (one: Box, other: Box) =>
  one.left < other.left + other.width - 1e-6 &&
  other.left < one.left + one.width - 1e-6 &&
  one.top < other.top + other.height - 1e-6 &&
  other.top < one.top + one.height - 1e-6;
const liesIn = (box: Box, { width, height }: { width: number; height: number }) =>
  box.left >= -1e-6 &&
  box.top >= -1e-6 &&
  box.left + box.width <= width + 1e-6 &&
  box.top + box.height <= height + 1e-6;

const side = fc.integer({ min: 10, max: 60 });
const scene = fc.tuple(side, side, fc.constantFrom(0.5, 1, 1.5, 3)).chain(([width, height, ratio]) =>
  fc.record({
    picture: fc.constant({ width, height }),
    ratio: fc.constant(ratio),
    others: fc.array(
      fc.record({
        left: fc.integer({ min: 0, max: width - 1 }),
        top: fc.integer({ min: 0, max: height - 1 }),
        width: fc.integer({ min: 1, max: 12 }),
        height: fc.integer({ min: 1, max: 12 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  }),
);

/** The largest height that a box standing on whole pixels can have, by trying every place. */
function tried(others: readonly Box[], ratio: number, picture: { width: number; height: number }): number {
  let best = 0;
  for (let top = 0; top < picture.height; top += 1) {
    for (let left = 0; left < picture.width; left += 1) {
      for (let height = best + 1; height <= picture.height - top; height += 1) {
        const box = { left, top, width: height * ratio, height };
        if (!liesIn(box, picture) || others.some((each) => meets(box, each))) break;
        best = height;
      }
    }
  }
  return best;
}

describe("the largest part without any face", () => {
  it("has the ratio, lies in the picture and meets none", () => {
    fc.assert(
      fc.property(scene, ({ others, ratio, picture }) => {
        const box = largestWithout(others, ratio, picture);
        if (!box) return;
        expect(box.width / box.height).toBeCloseTo(ratio, 6);
        expect(liesIn(box, picture)).toBe(true);
        expect(others.filter((each) => meets(box, each))).toEqual([]);
      }),
    );
  });

  it("is no smaller than any that is found by trying every place", () => {
    fc.assert(
      fc.property(scene, ({ others, ratio, picture }) => {
        const most = tried(others, ratio, picture);
        const box = largestWithout(others, ratio, picture);
        // A part of less than eight pixels is none.
        if (Math.min(most, most * ratio) >= 8) expect(box?.height ?? 0).toBeGreaterThanOrEqual(most - 1e-6);
      }),
      { numRuns: 150 },
    );
  });

  it("is the one nearest to the middle where several are as large, and none in a close-up", () => {
    const face = { left: 40, top: 0, width: 20, height: 100 };
    const twice = largestWithout([face], 1, { width: 100, height: 100 });
    expect(twice).toMatchObject({ top: 30, width: 40, height: 40 });
    expect(
      largestWithout([{ left: 2, top: 2, width: 96, height: 96 }], 1, { width: 100, height: 100 }),
    ).toBeUndefined();
  });
});

describe("the frame around a face", () => {
  it("has the ratio, holds the face where that fits, and never leaves the picture", () => {
    const picture = { width: 300, height: 200 };
    const box = fc.record({
      left: fc.integer({ min: -20, max: 280 }),
      top: fc.integer({ min: -20, max: 180 }),
      width: fc.integer({ min: 5, max: 100 }),
      height: fc.integer({ min: 5, max: 100 }),
    });
    fc.assert(
      fc.property(box, fc.constantFrom(0.4, 1, 1.5, 2.5), (face, ratio) => {
        const frame = frameAround(face, ratio, picture);
        expect(frame.width / frame.height).toBeCloseTo(ratio, 6);
        expect(liesIn(frame, picture)).toBe(true);
        const fits =
          Math.max(face.width, face.height * ratio) <= Math.min(picture.width, picture.height * ratio);
        if (fits) {
          expect(frame.width).toBeGreaterThanOrEqual(face.width - 1e-6);
          expect(frame.height).toBeGreaterThanOrEqual(face.height - 1e-6);
        }
        if (fits && liesIn(face, picture))
          expect(liesIn({ ...face, left: face.left - frame.left, top: face.top - frame.top }, frame)).toBe(
            true,
          );
      }),
    );
  });
});

describe("a part that becomes the output", () => {
  const source = { width: 1000, height: 800 };
  const part = { left: 200, top: 100, width: 200, height: 160 };

  it("comes out at the size that is asked for, by its own ratio where one side is, and as it is without", () => {
    expect(planPart({ w: 400, h: 320 }, source, part).output).toEqual({ width: 400, height: 320 });
    expect(planPart({ w: 100 }, source, part).output).toEqual({ width: 100, height: 80 });
    expect(planPart({ h: 100 }, source, part).output).toEqual({ width: 125, height: 100 });
    expect(planPart({}, source, part)).toMatchObject({ output: { width: 200, height: 160 }, scaled: source });
  });

  it("shows that part and nothing else", () => {
    const { crop } = planPart({ w: 400, h: 320 }, source, part);
    expect(crop).toEqual(part);
  });

  it("is not enlarged where that is forbidden, and stays within the bounds", () => {
    expect(planPart({ w: 400, h: 320, org_if_sml: true }, source, part).output).toEqual({
      width: 200,
      height: 160,
    });
    expect(planPart({ w: 400, org_if_sml: true }, source, part).output).toEqual({ width: 200, height: 160 });
    const bounds = { maxSide: 100, maxPixels: 1e6, tilt: 0 };
    expect(planPart({ w: 400, h: 320 }, source, part, bounds).output).toEqual({ width: 100, height: 80 });
  });
});
