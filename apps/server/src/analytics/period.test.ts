import fc from "fast-check";
import { expect, test } from "vitest";
import { isServerError } from "../errors.ts";
import { type PeriodQuery, readPeriod as read, STEPS, type Step, stepsOf } from "./period.ts";
import { DAY } from "./summing.ts";

const NOW = Date.parse("2026-11-29T03:20:00Z");
/** Finer sums are kept since 25 October, 03:20. */
const FINE_DAYS = 35;
const readPeriod = (query: PeriodQuery, now: number) => read(query, now, FINE_DAYS);
const iso = (at: number) => new Date(at).toISOString();

test.each<[PeriodQuery, string, string, Step]>([
  [{}, "2026-10-31T00:00:00.000Z", "2026-11-30T00:00:00.000Z", "day"],
  [{ from: "20261101", to: "20261103" }, "2026-11-01T00:00:00.000Z", "2026-11-04T00:00:00.000Z", "hour"],
  [{ from: "2026-11-28", to: "2026-11-28" }, "2026-11-28T00:00:00.000Z", "2026-11-29T00:00:00.000Z", "10m"],
  [
    { from: "2026-11-28T10:05:00Z", to: "2026-11-28T10:25:00Z" },
    "2026-11-28T10:00:00.000Z",
    "2026-11-28T10:30:00.000Z",
    "10m",
  ],
  [{ from: "2026-11-20", step: "day" }, "2026-11-20T00:00:00.000Z", "2026-11-30T00:00:00.000Z", "day"],
  [{ from: "20261026", to: "20261026" }, "2026-10-26T00:00:00.000Z", "2026-10-27T00:00:00.000Z", "10m"],
  [{ from: "20261025", to: "20261025" }, "2026-10-25T00:00:00.000Z", "2026-10-26T00:00:00.000Z", "day"],
  [{ from: "20261020", to: "20261026" }, "2026-10-20T00:00:00.000Z", "2026-10-27T00:00:00.000Z", "day"],
  [
    { from: "2026-03-01T10:05:00Z", to: "2026-03-01T10:25:00Z" },
    "2026-03-01T00:00:00.000Z",
    "2026-03-02T00:00:00.000Z",
    "day",
  ],
])("%o is a period of whole steps", (query, from, to, step) => {
  const period = readPeriod(query, NOW);
  expect([iso(period.from), iso(period.to), period.step]).toEqual([from, to, step]);
});

test.each<PeriodQuery>([
  { from: "2026-02-30" },
  { from: "yesterday" },
  { from: "2026-11-02", to: "2026-11-01" },
  { from: "2026-01-01", step: "10m" },
  { from: "2026-03-01", to: "2026-03-01", step: "10m" },
  { from: "2026-10-25", to: "2026-10-27", step: "hour" },
  { from: "19000101" },
  { to: "2026-13-01" },
])("%o is refused in words", (query) => {
  expect(() => readPeriod(query, NOW)).toThrow("A parameter of the query");
});

test("a series has every step once, and none of the future", () => {
  const steps = stepsOf(readPeriod({ from: "2026-11-28", step: "hour" }, NOW), NOW);
  expect(steps).toHaveLength(28);
  expect(iso(steps.at(-1) ?? 0)).toBe("2026-11-29T03:00:00.000Z");
});

test("whatever is asked, the answer is a bounded period or a refusal", () => {
  const text = fc.oneof(
    fc.string(),
    fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString().slice(0, 10)),
    fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString()),
  );
  const step = fc.constantFrom(...(Object.keys(STEPS) as Step[]));
  fc.assert(
    fc.property(fc.record({ from: text, to: text, step }, { requiredKeys: [] }), (query) => {
      try {
        const period = readPeriod(query, NOW);
        expect(stepsOf(period, NOW).length).toBeLessThanOrEqual(3_662);
        expect(period.step === "day" || period.from >= NOW - (FINE_DAYS + 1) * DAY).toBe(true);
        expect(period.from).toBeLessThan(period.to);
        expect(period.from % STEPS[period.step].width).toBe(0);
        expect(period.to - period.from).toBeLessThanOrEqual((STEPS[period.step].days + 1) * DAY);
      } catch (error) {
        expect(isServerError(error) && error.code).toBe("QUERY_WRONG");
      }
    }),
  );
});
