import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketsShown, writeBound } from "./buckets.ts";

const BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, null];

test("no answer is lost between the columns", () => {
  const counts = fc.array(fc.nat(1_000), { minLength: BOUNDS.length, maxLength: BOUNDS.length });
  fc.assert(
    fc.property(counts, (requests) => {
      const buckets = BOUNDS.map((up_to_ms, place) => ({ up_to_ms, requests: requests[place] ?? 0 }));
      const sum = (all: readonly { readonly requests: number }[]) =>
        all.reduce((total, each) => total + each.requests, 0);
      expect(sum(bucketsShown(buckets))).toBe(sum(buckets));
    }),
  );
});

test("what nothing took so long is not drawn", () => {
  const buckets = BOUNDS.map((up_to_ms) => ({ up_to_ms, requests: up_to_ms === 5 ? 7 : 0 }));
  expect(bucketsShown(buckets).map(({ requests }) => requests)).toEqual([0, 7, 0]);
});

test("bounds are short", () => {
  expect([20, 2_000, null].map((bound) => writeBound(bound, "en"))).toEqual(["≤ 20", "≤ 2 s", "∞"]);
});
