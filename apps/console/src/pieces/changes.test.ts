import fc from "fast-check";
import { expect, it } from "vitest";
import { changesBetween } from "./changes.ts";

it("names what was added, removed and changed", () => {
  const before = { hosts: ["a", "b"], cache: { browser: 60 }, "a/b": 1, old: true };
  const after = { hosts: ["a", "c"], cache: { browser: 90, cdn: 5 }, "a/b": 2 };
  expect(changesBetween(before, after)).toEqual([
    { pointer: "/a~1b", before: 1, after: 2 },
    { pointer: "/cache/browser", before: 60, after: 90 },
    { pointer: "/cache/cdn", before: undefined, after: 5 },
    { pointer: "/hosts/1", before: "b", after: "c" },
    { pointer: "/old", before: true, after: undefined },
  ]);
});

it("shows a list of another length as a whole", () => {
  expect(changesBetween({ a: [1, 2] }, { a: [1] })).toEqual([{ pointer: "/a", before: [1, 2], after: [1] }]);
});

it("finds nothing between a value and itself, and something between different ones", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(changesBetween(one, structuredClone(one))).toEqual([]);
      const isEqual = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      // JSON knows no negative nought.
      if (!isEqual) expect(changesBetween(one, other)).not.toEqual([]);
    }),
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
