import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("the wait grows with failures and never passes the cap", () => {
  expect([1, 2, 3, 4].map((n) => backoffMs(n, { first: 1000, cap: 5000 }, 0.999999))).toEqual([
    1000, 2000, 4000, 5000,
  ]);
});

test("whatever the count and the chance, the wait lies between half the first step and the cap", () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0, max: 0.999999, noNaN: true }), (failures, random) => {
      const wait = backoffMs(failures, { first: 1000, cap: 60_000 }, random);
      expect(wait).toBeGreaterThanOrEqual(500);
      expect(wait).toBeLessThanOrEqual(60_000);
    }),
  );
});
