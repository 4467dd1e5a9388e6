import fc from "fast-check";
import { expect, it } from "vitest";
import { readTime, writeDistance } from "./time.ts";

it("reads both ways in which the API writes times", () => {
  const at = Date.UTC(2030, 0, 31, 12, 5, 6, 789);
  expect(readTime("2030-01-31T12:05:06.789Z")?.getTime()).toBe(at);
  expect(readTime("2030-01-31 12:05:06.789000")?.getTime()).toBe(at);
  expect(readTime("never")).toBeUndefined();
});

it("reads back whatever it is given", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date("2200-01-01"), noInvalidDate: true }), (date) => {
      const written = `${date.toISOString().slice(0, -1).replace("T", " ")}000`;
      expect(readTime(written)?.getTime()).toBe(date.getTime());
      expect(readTime(date.toISOString())?.getTime()).toBe(date.getTime());
    }),
  );
});

it("says distances in the largest unit that fits", () => {
  const now = Date.UTC(2030, 0, 31);
  const before = (seconds: number) => writeDistance(new Date(now - seconds * 1_000), now, "en");
  expect(before(0)).toBe("now");
  expect(before(30)).toBe("30 seconds ago");
  expect(before(3 * 60)).toBe("3 minutes ago");
  expect(before(26 * 3_600)).toBe("yesterday");
  expect(before(-7_200)).toBe("in 2 hours");
  expect(before(400 * 86_400)).toBe("last year");
});
