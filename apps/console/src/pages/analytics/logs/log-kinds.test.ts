import fc from "fast-check";
import { expect, test } from "vitest";
import { isLog, LOGS, type LogName, readFilters, writeFilters } from "./log-kinds.ts";

test("filters are read from the address again as they were written", () => {
  const text = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((each) => each === each.trim());
  fc.assert(
    fc.property(text, fc.constantFrom("404", "4xx", "200"), (url, status) => {
      const filters = { url: url.toWellFormed(), status };
      const written = writeFilters("period=7&url=old&source=disk", filters);
      expect(readFilters("cdn", written)).toEqual(filters);
      expect(new URLSearchParams(written).get("period")).toBe("7");
    }),
  );
});

test("a log is not asked for what it does not know", () => {
  const all = "url=a&status=404&origin=b&source=disk&via=node&output=avif&code=X";
  for (const kind of Object.keys(LOGS) as LogName[]) {
    expect(Object.keys(readFilters(kind, all)).toSorted()).toEqual([...LOGS[kind].filters].toSorted());
  }
});

test("what is no value counts as not said", () => {
  expect(readFilters("cdn", "status=40&via=moon&url=%20")).toEqual({});
  expect(readFilters("cdn", `url=${"a".repeat(1_001)}`)).toEqual({});
  expect(isLog("toString")).toBe(false);
});
