import { describe, expect, it } from "vitest";
import { followedBy, inverse, layDown, moveBox, type Symmetry, uprighting } from "./symmetry.ts";

const ALL: readonly Symmetry[] = [false, true].flatMap((flop) =>
  ([0, 1, 2, 3] as const).map((turns) => ({ flop, turns })),
);
const SIZE = { width: 7, height: 5 };
const BOX = { left: 1, top: 2, width: 3, height: 2 };

describe("symmetries of a rectangle", () => {
  it("turns a quarter clockwise: the left edge becomes the top", () => {
    const turned = moveBox({ flop: false, turns: 1 }, { left: 0, top: 0, width: 2, height: 5 }, SIZE);
    expect(turned).toEqual({ left: 0, top: 0, width: 5, height: 2 });
  });

  it("mirrors before it turns", () => {
    expect(moveBox({ flop: true, turns: 0 }, BOX, SIZE)).toEqual({ left: 3, top: 2, width: 3, height: 2 });
    expect(moveBox({ flop: true, turns: 2 }, BOX, SIZE)).toEqual({ left: 1, top: 1, width: 3, height: 2 });
  });

  it("composes as doing one after the other, for all 64 pairs", () => {
    for (const first of ALL) {
      for (const second of ALL) {
        const stepwise = moveBox(second, moveBox(first, BOX, SIZE), layDown(first, SIZE));
        expect(moveBox(followedBy(first, second), BOX, SIZE)).toEqual(stepwise);
        expect(layDown(followedBy(first, second), SIZE)).toEqual(layDown(second, layDown(first, SIZE)));
      }
    }
  });

  it("undoes every symmetry by its inverse", () => {
    for (const each of ALL) {
      expect(followedBy(each, inverse(each))).toEqual({ flop: false, turns: 0 });
      expect(moveBox(inverse(each), moveBox(each, BOX, SIZE), layDown(each, SIZE))).toEqual(BOX);
    }
  });

  it("knows eight orientations and takes anything else for upright", () => {
    const known = [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => JSON.stringify(uprighting(orientation)));
    expect(new Set(known).size).toBe(8);
    for (const odd of [0, 9, -1, 1.5, Number.NaN]) expect(uprighting(odd)).toEqual({ flop: false, turns: 0 });
  });
});
