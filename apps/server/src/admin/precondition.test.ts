import fc from "fast-check";
import { expect, test } from "vitest";
import { preconditionOf } from "./precondition.ts";

const ONE = `"${"1".repeat(64)}"`;
const OTHER = `"${"2".repeat(64)}"`;

test.each([
  [{}, true, true],
  [{ "if-match": "" }, true, true],
  [{ "if-match": "*" }, true, false],
  [{ "if-match": ONE }, true, false],
  [{ "if-match": `"x", ${ONE}` }, true, false],
  [{ "if-match": `W/${ONE}` }, false, false],
  [{ "if-match": OTHER }, false, false],
  [{ "if-match": ONE.replaceAll('"', "") }, false, false],
  [{ "if-none-match": "*" }, false, true],
  [{ "if-none-match": `W/${ONE}` }, false, true],
  [{ "if-none-match": OTHER }, true, true],
  [{ "if-match": "*", "if-none-match": "*" }, false, false],
])("%j lets a picture be replaced: %s, and be put where none is: %s", (headers, whereOne, whereNone) => {
  const isExpected = preconditionOf(headers);
  expect([isExpected(ONE), isExpected(undefined)]).toEqual([whereOne, whereNone]);
});

test("whatever stands in If-Match, it lets nothing be put where none is", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => text.trim() !== ""),
      (text) => {
        expect(preconditionOf({ "if-match": text })(undefined)).toBe(false);
        expect(preconditionOf({ "if-none-match": text })(undefined)).toBe(true);
      },
    ),
  );
});
