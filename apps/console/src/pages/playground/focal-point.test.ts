import fc from "fast-check";
import { expect, it } from "vitest";
import { movedBy, pointOf, writePoint } from "./focal-point.ts";
import { readable } from "./knobs.ts";

it("reads points in percent, in shares and, of a known size, in pixels", () => {
  const size = { width: 200, height: 100 };
  expect(
    ["10p,20.5p", "0.1c,0.5c", "50,50", "10s,10s", "north", undefined].map((each) => pointOf(each, size)),
  ).toEqual([{ x: 10, y: 20.5 }, { x: 10, y: 50 }, { x: 25, y: 50 }, undefined, undefined, undefined]);
  expect(pointOf("50,50")).toBeUndefined();
});

it("writes points as the wire reads them, wherever somebody clicked", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (x, y) => {
      const text = writePoint({ x, y });
      expect(readable("gravity", text)).toBe(text);
      expect(pointOf(text)).toBeDefined();
    }),
  );
});

it("moves by arrow keys alone", () => {
  const point = { x: 50, y: 50 };
  expect(["ArrowLeft", "ArrowDown", "Enter"].map((key) => movedBy(key, point, 5))).toEqual([
    { x: 45, y: 50 },
    { x: 50, y: 55 },
    undefined,
  ]);
});
