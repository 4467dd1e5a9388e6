import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSame, pointerOf, rebase, valueAt, withValue } from "./paths.ts";

describe("a value with something else at a place", () => {
  it("has it there, and is otherwise the same", () => {
    const before = { a: { b: [1, { c: 2 }] }, d: 3 };
    expect(withValue(before, ["a", "b", 1, "c"], 9)).toEqual({ a: { b: [1, { c: 9 }] }, d: 3 });
    expect(withValue(before, ["x", "y"], true)).toEqual({ ...before, x: { y: true } });
    expect(before).toEqual({ a: { b: [1, { c: 2 }] }, d: 3 });
  });

  it("holds no objects that nothing is in", () => {
    expect(withValue({ a: { b: { c: 1 } }, d: 2 }, ["a", "b", "c"], undefined)).toEqual({ d: 2 });
    expect(withValue({ a: [1, 2] }, ["a", 0], undefined)).toEqual({ a: [2] });
  });

  it("is read back at any place", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (value, path, next) => {
          expect(valueAt(withValue(value, path, next), path)).toBe(next);
        },
      ),
    );
  });
});

describe("two changes of one version", () => {
  const base = { hosts: ["a.example"], cache: { browser: 1, cdn: 2 }, formats: ["avif"] };
  it("both stand where they are about different things", () => {
    const mine = { ...base, cache: { browser: 9, cdn: 2 } };
    const theirs = { ...base, cache: { browser: 1, cdn: 8 }, formats: ["webp"] };
    expect(rebase(base, mine, theirs)).toEqual({
      settings: { hosts: ["a.example"], cache: { browser: 9, cdn: 8 }, formats: ["webp"] },
      clashes: [],
    });
  });

  it("are told where they are about the same, which is then mine", () => {
    const { settings, clashes } = rebase(base, { ...base, hosts: ["m"] }, { ...base, hosts: ["t"] });
    expect(settings).toMatchObject({ hosts: ["m"] });
    expect(clashes).toEqual(["/hosts"]);
  });

  it("give what one of them says where the other said nothing", () => {
    const json = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(isSame(rebase(before, after, before).settings, after)).toBe(true);
        expect(isSame(rebase(before, before, after).settings, after)).toBe(true);
        expect(rebase(before, after, after).clashes).toEqual([]);
      }),
    );
  });
});

it("writes pointers as RFC 6901 says", () => {
  expect(pointerOf(["a/b", "c~d", 0])).toBe("/a~1b/c~0d/0");
});
