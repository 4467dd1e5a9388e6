import fc from "fast-check";
import { expect, test } from "vitest";
import { dayOf, daysOf, faultOf, periodIn, readPeriod, SPANS, stepsFor, writePeriod } from "./period.ts";
import { STEPS } from "./shapes.ts";

const NOW = Date.parse("2026-11-29T08:30:00Z");
const day = fc
  .date({ min: new Date("1970-01-01T00:00:00Z"), max: new Date("2999-12-31T00:00:00Z"), noInvalidDate: true })
  .map((at) => dayOf(at.getTime()));

test("a span ends with the UTC day that it is now", () => {
  expect(daysOf({ span: "today" }, NOW)).toEqual({ from: "2026-11-29", to: "2026-11-29" });
  expect(daysOf({ span: "7" }, NOW)).toEqual({ from: "2026-11-23", to: "2026-11-29" });
  expect(daysOf({ span: "30" }, NOW)).toEqual({ from: "2026-10-31", to: "2026-11-29" });
});

test("steps are those that the API answers for so many days", () => {
  expect(stepsFor({ span: "7" }, NOW)).toEqual(["10m", "hour", "day"]);
  expect(stepsFor({ span: "30" }, NOW)).toEqual(["hour", "day"]);
  expect(stepsFor({ from: "2026-10-26", to: "2026-11-25" }, NOW)).toEqual(["hour", "day"]);
  expect(stepsFor({ from: "2026-10-26", to: "2026-11-26" }, NOW)).toEqual(["day"]);
});

test("of days that are kept as days alone there are no finer steps", () => {
  expect(stepsFor({ from: "2026-10-25", to: "2026-10-25" }, NOW)).toEqual(["day"]);
  expect(stepsFor({ from: "2026-10-26", to: "2026-10-26" }, NOW)).toEqual(["10m", "hour", "day"]);
  expect(readPeriod("from=2026-01-01&to=2026-01-02&step=hour", NOW, "7").step).toBeUndefined();
});

test("what an address keeps is read again as it was", () => {
  const wish = fc.oneof(
    fc.constantFrom(...(["today", "7", "30", "90"] as const)).map((span) => ({ span })),
    fc
      .tuple(day, day)
      .map(([one, other]) => (one < other ? { from: one, to: other } : { from: other, to: one }))
      .filter(({ from, to }) => faultOf(from, to) === undefined),
  );
  fc.assert(
    fc.property(wish, fc.option(fc.constantFrom(...STEPS), { nil: undefined }), (wished, step) => {
      const isPossible = step !== undefined && stepsFor(wished, NOW).includes(step);
      const written = writePeriod("url=%2Fhat&period=7", { wish: wished, step });
      expect(readPeriod(written, NOW, "30")).toEqual({ wish: wished, step: isPossible ? step : undefined });
      expect(new URLSearchParams(written).get("url")).toBe("/hat");
      expect(new URLSearchParams(periodIn(written)).get("url")).toBeNull();
    }),
  );
});

test.each([
  ["period=31"],
  ["period=toString"],
  ["from=2026-02-30&to=2026-03-02"],
  ["from=2026-03-02&to=2026-03-01"],
  ["from=2026-03-02"],
  ["from=1900-01-01&to=1900-01-02"],
  ["from=2000-01-01&to=2026-01-01"],
])("%s counts as not said", (search) => {
  expect(readPeriod(search, NOW, "30").wish).toBeUndefined();
});

test("a step that is not answered for the usual span counts as not said", () => {
  expect(readPeriod("step=10m", NOW, "30").step).toBeUndefined();
  expect(readPeriod("step=hour", NOW, "30").step).toBe("hour");
  expect(readPeriod("step=hour", NOW, undefined).step).toBeUndefined();
});

test("any text behind the ? can be read", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (from, to) => {
      const search = `${new URLSearchParams({ from, to })}`;
      const { wish } = readPeriod(search, NOW, "7");
      expect(wish === undefined || "from" in wish).toBe(true);
      expect(() => readPeriod(from, NOW, "7")).not.toThrow();
    }),
  );
});

test("every span has at least a day", () => {
  for (const days of Object.values(SPANS)) expect(days).toBeGreaterThan(0);
});
