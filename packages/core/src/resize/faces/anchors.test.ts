import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { facesIn, type Grid, merge, NUMBERS, SEEN } from "./anchors.ts";
import type { Face } from "./face.ts";

/** Answers in which nobody is seen. */
const nothing = (cells: number, anchors: number): Grid => ({
  cells,
  scores: new Float32Array(cells * cells * anchors).fill(-9),
  boxes: new Float32Array(cells * cells * anchors * NUMBERS),
});

/** The same rule in other words: the list of all anchors as the model was trained with, two sizes of stride, in pixels. */
function anchorList(): readonly (readonly [x: number, y: number])[] {
  return [[16, 2] as const, [32, 6] as const].flatMap(([stride, count]) => {
    const places: [number, number][] = [];
    for (let y = stride / 2; y < SEEN; y += stride)
      for (let x = stride / 2; x < SEEN; x += stride) for (let n = 0; n < count; n += 1) places.push([x, y]);
    return places;
  });
}

describe("the anchor decoder", () => {
  const anchors = anchorList();

  it("knows as many anchors as the network has answers", () => {
    expect(anchors.length).toBe(16 * 16 * 2 + 8 * 8 * 6);
  });

  it("puts a box where the list of anchors puts it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: anchors.length - 1 }),
        fc.tuple(...[-40, -40, 8, 8].map((min) => fc.integer({ min, max: 200 }))),
        fc.double({ min: 0.5, max: 6, noNaN: true }),
        (at, [dx = 0, dy = 0, w = 0, h = 0], raw) => {
          const grids = [nothing(16, 2), nothing(8, 6)];
          const [grid, index] = at < 512 ? [grids[0], at] : [grids[1], at - 512];
          grid?.scores.set([raw], index);
          grid?.boxes.set([dx, dy, w, h], index * NUMBERS);
          const [x, y] = anchors[at] ?? [0, 0];
          const [face, ...others] = facesIn(grids);
          expect(others).toEqual([]);
          expect((face?.left ?? 0) * SEEN).toBeCloseTo(x + dx - w / 2, 3);
          expect((face?.top ?? 0) * SEEN).toBeCloseTo(y + dy - h / 2, 3);
          expect((face?.width ?? 0) * SEEN).toBeCloseTo(w, 3);
          expect((face?.height ?? 0) * SEEN).toBeCloseTo(h, 3);
          expect(face?.score).toBeCloseTo(0.5 * (1 + Math.tanh(Math.fround(raw) / 2)), 6);
        },
      ),
    );
  });

  it("finds nobody where the network is sure of nothing, and takes no box that is inside out", () => {
    const grid = nothing(16, 2);
    expect(facesIn([grid])).toEqual([]);
    grid.scores.fill(5);
    grid.boxes.fill(-20);
    expect(facesIn([grid])).toEqual([]);
  });
});

const face = (left: number, top: number, size: number, score: number): Face => ({
  ...{ left, top, width: size, height: size, score },
});

describe("boxes of one face", () => {
  it("become their mean, weighted by score, as sure as the surest", () => {
    const [one, ...others] = merge([face(0.4, 0.4, 0.2, 0.5), face(0.44, 0.4, 0.2, 1)]);
    expect(others).toEqual([]);
    expect(one?.left).toBeCloseTo((0.4 * 0.5 + 0.44) / 1.5, 9);
    expect(one?.score).toBe(1);
  });

  it("become no more than they were, and each is touched by one that is left", () => {
    const some = fc.record({
      left: fc.double({ min: 0, max: 0.8, noNaN: true }),
      top: fc.double({ min: 0, max: 0.8, noNaN: true }),
      size: fc.double({ min: 0.05, max: 0.2, noNaN: true }),
      score: fc.double({ min: 0.4, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 30 }), (all) => {
        const faces = all.map(({ left, top, size, score }) => face(left, top, size, score));
        const merged = merge(faces);
        expect(merged.length).toBeLessThanOrEqual(faces.length);
        // Whoever was there is still covered by a box that touches him.
        for (const each of faces) {
          const touching = merged.some(
            (one) =>
              one.left <= each.left + each.width &&
              each.left <= one.left + one.width &&
              one.top <= each.top + each.height &&
              each.top <= one.top + one.height,
          );
          expect(touching).toBe(true);
        }
      }),
    );
  });
});
