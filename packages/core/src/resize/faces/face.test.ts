import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dominantFace,
  type Face,
  facesWithin,
  grow,
  POSSIBLE,
  packFaces,
  SURE,
  unpackFaces,
} from "./face.ts";

const face = (some: Partial<Face> = {}): Face => ({
  left: 0.4,
  top: 0.4,
  width: 0.1,
  height: 0.1,
  score: 0.9,
  ...some,
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
const some = fc.record({ left: share, top: share, width: share, height: share, score: share });

describe("what is kept of faces", () => {
  it("comes back to a hundred-thousandth, the surest first", () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 20 }), (faces) => {
        const again = unpackFaces(packFaces(faces));
        expect(again.length).toBe(faces.length);
        const sorted = faces.toSorted((one, other) => other.score - one.score);
        for (const [at, each] of again.entries()) {
          for (const side of ["left", "top", "width", "height", "score"] as const)
            expect(each[side]).toBeCloseTo(sorted[at]?.[side] ?? -1, 5);
        }
      }),
    );
  });

  it("is bounded in a crowd", () => {
    const crowd = Array.from({ length: 400 }, (_, at) => face({ score: at / 400 }));
    const kept = unpackFaces(packFaces(crowd));
    expect(kept.length).toBe(100);
    expect(Math.min(...kept.map(({ score }) => score))).toBeGreaterThan(0.7);
  });
});

describe("faces of what is left of an original", () => {
  const original = { width: 1000, height: 500 };
  const whole = { size: original, within: { left: 0, top: 0, original } };

  it("are in its pixels", () => {
    const cut = { size: { width: 500, height: 400 }, within: { left: 300, top: 50, original } };
    expect(facesWithin([face()], SURE, cut)).toEqual([
      { left: 100, top: 150, width: 100, height: 50, score: 0.9 },
    ]);
  });

  it("are not those whose middle was cut away", () => {
    const cut = { size: { width: 400, height: 500 }, within: { left: 0, top: 0, original } };
    expect(facesWithin([face()], SURE, cut)).toEqual([]);
  });

  it("count by how sure and how large they are", () => {
    const possible = face({ score: 0.5 });
    expect(facesWithin([possible], SURE, whole)).toEqual([]);
    expect(facesWithin([possible], POSSIBLE, whole).length).toBe(1);
    expect(facesWithin([face({ width: 0.019, height: 0.019 })], POSSIBLE, whole)).toEqual([]);
    expect(facesWithin([face({ width: 0.02, height: 0.04 })], POSSIBLE, whole).length).toBe(1);
  });
});

describe("the dominant face", () => {
  it("is the only one, or one beside which every other is at most half as high", () => {
    expect(dominantFace([])).toBeUndefined();
    expect(dominantFace([face()])).toEqual(face());
    const large = face({ height: 0.2 });
    expect(dominantFace([face({ height: 0.1 }), large])).toBe(large);
    expect(dominantFace([face({ height: 0.11 }), large])).toBeUndefined();
  });
});

it("a margin is added on each side, in percent of the box", () => {
  const box = { left: 100, top: 100, width: 50, height: 80 };
  expect(grow(box, { x: 20, y: 50 })).toEqual({ left: 90, top: 60, width: 70, height: 160 });
});
