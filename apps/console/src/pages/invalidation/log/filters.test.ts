import { INVALIDATION_SCOPES, INVALIDATION_STATUSES } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  changed,
  dayOf,
  isFiltered,
  type LogFilters,
  queryOf,
  readFilters,
  startOfDay,
  writeFilters,
} from "./filters.ts";
import { whenChoices, whenOf } from "./when.ts";

const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  .map((each) => each.trim().toWellFormed())
  .filter((each) => each !== "");
const time = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((at) => at.toISOString());
const filters: fc.Arbitrary<LogFilters> = fc.record(
  {
    status: fc.constantFrom(...INVALIDATION_STATUSES),
    scope: fc.constantFrom(...INVALIDATION_SCOPES),
    cause: text,
    path: text,
    isNamed: fc.constant(true),
    since: time,
    until: time,
    cursor: text,
  },
  { requiredKeys: [] },
);

test("filters come back from the address as they went in", () => {
  fc.assert(
    fc.property(filters, (some) => {
      expect(readFilters(`?${writeFilters(some)}`)).toEqual(some);
    }),
  );
});

test("any address is read, and what is nonsense in it counts as not said", () => {
  expect(readFilters("?status=done&scope=ALL&since=yesterday&until=2026-99-99&cause=%20&named=0")).toEqual(
    {},
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (search) => {
      const read = readFilters(search.toWellFormed());
      expect(readFilters(writeFilters(read))).toEqual(read);
    }),
  );
});

describe("a picture", () => {
  test("is searched by all that covers it, a folder or a name by what names it", () => {
    expect(queryOf({ path: "/a/b.jpg", cursor: "s5" }, "shop")).toEqual({
      ...{ project: "shop", covers: "/a/b.jpg", cursor: "s5" },
    });
    expect(queryOf({ path: "/a/*" }, "shop")).toEqual({ project: "shop", path: "/a/*" });
    expect(queryOf({ path: "/a/b.jpg", isNamed: true }, "shop")).toEqual({
      project: "shop",
      path: "/a/b.jpg",
    });
  });
  test("another one begins at the newest page", () => {
    expect(changed({ status: "DONE", cursor: "s5" }, { path: "/a" })).toEqual({ status: "DONE", path: "/a" });
    expect(changed({ status: "DONE", path: "/a" }, { status: undefined })).toEqual({ path: "/a" });
    expect(isFiltered({ cursor: "s5" })).toBe(false);
  });
});

describe("days", () => {
  test("are those of the viewer, whatever the clock does in them", () => {
    fc.assert(
      fc.property(time, fc.integer({ min: -400, max: 400 }), (at, days) => {
        const day = dayOf(new Date(at));
        const start = startOfDay(day);
        expect(start === undefined ? undefined : dayOf(start)).toBe(day);
        const later = startOfDay(day, days);
        const noon = new Date(start?.getTime() ?? 0);
        noon.setHours(12);
        noon.setDate(noon.getDate() + days);
        expect(later === undefined ? undefined : dayOf(later)).toBe(dayOf(noon));
      }),
    );
    expect(startOfDay("2026-02-30")).toBeUndefined();
    expect(startOfDay("soon")).toBeUndefined();
  });
  test("of the last week are offered by their names, and found again", () => {
    // A Sunday.
    const now = new Date(2026, 10, 29, 12);
    const choices = whenChoices(now, "en-GB");
    expect(choices.map(({ label }) => label)).toContain("Tuesday 24 November");
    for (const { id, label: _, ...span } of choices) expect(whenOf(span, choices)).toBe(id);
    expect(whenOf({ since: "2020-01-01T00:00:00.000Z" }, choices)).toBe("other");
    const tuesday = choices.find(({ label }) => label.startsWith("Tuesday"));
    expect(dayOf(new Date(tuesday?.since ?? ""))).toBe("2026-11-24");
    expect(dayOf(new Date(tuesday?.until ?? ""))).toBe("2026-11-25");
  });
});
