import fc from "fast-check";
import { expect, test } from "vitest";
import { percentDecode, percentEncode } from "./percent.ts";
import { readQuery } from "./query.ts";

const read = (text: string) => readQuery(text).map(({ name, value }) => [name, value]);

test("any text is read", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readQuery(text)));
});

test("empty items are skipped, a later ? and &amp; separate", () => {
  expect(read("&a=1&&amp;b=2?c=3&=")).toEqual([
    ["a", "1"],
    ["b", "2"],
    ["c", "3"],
  ]);
});

test("names and values are decoded once, plus signs stay", () => {
  expect(read("wat%5B1%5D=a%2520b+c&flag&d==")).toEqual([
    ["wat[1]", "a%20b+c"],
    ["flag", ""],
    ["d", "="],
  ]);
  expect(readQuery("a=%31")[0]).toEqual({ raw: "a=%31", name: "a", value: "1" });
});

test("malformed escapes stay as they are", () => {
  expect(["%", "%zz", "%e9%20", "%C3%A9%", "%ff%41"].map(percentDecode)).toEqual([
    "%",
    "%zz",
    "%e9 ",
    "é%",
    "%ffA",
  ]);
});

test("what was encoded decodes to the same text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const encoded = percentEncode(text);
      expect(encoded).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/);
      expect(percentDecode(encoded)).toBe(text.toWellFormed());
    }),
  );
});
