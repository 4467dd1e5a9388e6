import fc from "fast-check";
import { expect, test } from "vitest";
import { qualityFor, shownHardness, type Writer } from "./curves.ts";

const writer = fc.constantFrom<Writer>("jpeg", "mozjpeg", "webp", "avif");
const hard = fc.double({ min: -1, max: 1, noNaN: true });
const points = fc.double({ min: 40, max: 95, noNaN: true });

test("what a quality has shown leads back to that quality", () => {
  fc.assert(
    fc.property(writer, fc.integer({ min: 10, max: 95 }), points, (by, quality, seen) => {
      expect(qualityFor(by, seen, shownHardness(by, quality, seen))).toBe(quality);
    }),
  );
});

test("harder pictures and higher aims never get a lower quality", () => {
  fc.assert(
    fc.property(writer, hard, hard, points, points, (by, one, other, low, high) => {
      const [easy, difficult] = [Math.min(one, other), Math.max(one, other)];
      const [less, more] = [Math.min(low, high), Math.max(low, high)];
      expect(qualityFor(by, less, easy)).toBeLessThanOrEqual(qualityFor(by, less, difficult));
      expect(qualityFor(by, less, easy)).toBeLessThanOrEqual(qualityFor(by, more, easy));
    }),
  );
});
