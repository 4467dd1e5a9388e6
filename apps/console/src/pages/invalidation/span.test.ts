import { expect, test } from "vitest";
import { writeSpan } from "./span.ts";

const BEGIN = "2026-01-02T03:04:05.000Z";
const after = (ms: number) => new Date(Date.parse(BEGIN) + ms).toISOString();

test.each<[number, string]>([
  [0, "0 ms"],
  [12, "12 ms"],
  [2_340, `${(2.3).toLocaleString()} s`],
  [185_000, "3 min 5 s"],
  [120_000, "2 min"],
])("%d milliseconds are %s", (ms, written) => {
  expect(writeSpan(BEGIN, after(ms))).toBe(written);
});

test("clocks that differ make no span that is negative, and what is no time makes none", () => {
  expect(writeSpan(after(5), BEGIN)).toBe("0 ms");
  expect(writeSpan(undefined, BEGIN)).toBe("");
  expect(writeSpan(BEGIN, "soon")).toBe("");
});
