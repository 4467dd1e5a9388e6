import fc from "fast-check";
import { expect, test } from "vitest";
import {
  NONE,
  writeBytes,
  writeCount,
  writeCountry,
  writeDay,
  writeMs,
  writeRate,
  writeShare,
  writeStep,
} from "./format.ts";

test("what cannot be said is a dash, never a zero", () => {
  for (const write of [writeBytes, writeCount, writeMs, writeShare]) {
    for (const figure of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(write(figure)).toBe(NONE);
    }
    expect(write(0)).not.toBe(NONE);
  }
  expect(writeRate(null, 600)).toBe(NONE);
});

test("bytes have the unit that reads best, in the reader's language", () => {
  expect(writeBytes(999, "en")).toBe("999 bytes");
  expect(writeBytes(26_160_000, "en")).toBe("26.16 MB");
  expect(writeBytes(26_160_000, "de")).toBe("26,16 MB");
  expect(writeBytes(-1_500, "en")).toBe("-1.5 kB");
  expect(writeBytes(5e18, "en")).toBe("5,000 PB");
  expect(writeBytes(500_000, "en", 10_000_000)).toBe("0.5 MB");
  expect(writeBytes(0, "en", 10_000_000)).toBe("0 MB");
});

test("any number of bytes can be written", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (bytes) => {
      expect(writeBytes(bytes, "en")).toMatch(/\d/);
    }),
  );
});

test("what is nearly all, or nearly nothing, does not look like it", () => {
  expect(writeShare(0.9999, "en")).toBe("99.99%");
  expect(writeShare(1, "en")).toBe("100%");
  expect(writeShare(0.0002, "en")).toBe("0.02%");
  expect(writeShare(0.4567, "en")).toBe("45.7%");
  expect(writeShare(0.4567, "de")).toMatch(/^45,7\s%$/);
});

test("times, rates and counts are short", () => {
  expect(writeMs(81.25, "en")).toBe("81.3 ms");
  expect(writeMs(12_000, "en")).toBe("12 sec");
  expect(writeRate(990_000, 600, "en")).toBe("13.2 kb/s");
  expect(writeCount(4.04, "en")).toBe("4");
  expect(writeCount(120_034.4, "en")).toBe("120,034");
});

test("days and steps are UTC's", () => {
  expect(writeDay("2026-11-01T00:00:00.000Z", "en")).toBe("Nov 1, 2026");
  expect(writeStep("2026-11-01T00:00:00.000Z", "day", "en")).toBe("Nov 1, 2026");
  expect(writeStep("2026-11-01T14:10:00.000Z", "10m", "en-GB")).toBe("1 Nov 2026, 14:10 UTC");
});

test("a country that nobody knows stays its code", () => {
  expect(writeCountry("DE", "en")).toBe("Germany");
  expect(writeCountry("?<", "en")).toBe("?<");
});
