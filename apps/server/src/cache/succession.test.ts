import fc from "fast-check";
import { expect, test } from "vitest";
import { describeOriginal } from "../projects/originals.ts";
import { projectOf } from "../projects/project.test.support.ts";
import { ORIGIN_DEFAULTS } from "../projects/project.ts";
import type { Refusal } from "../sources/refusal.ts";
import type { OriginalRecord } from "./records.ts";
import { nextRecord, staleWhile } from "./succession.ts";

const NOW = 1_700_000_000_000;
const REVALIDATE = 100;
const CODES: readonly Refusal["code"][] = [
  ...(["ORIGIN_BROKEN", "ORIGIN_SLOW", "ORIGIN_DOWN", "ORIGINAL_NOT_ALLOWED"] as const),
  ...(["ORIGINAL_TOO_LARGE", "IMAGE_TOO_LARGE", "IMAGE_UNREADABLE"] as const),
];

const originalWith = (origins: object) =>
  describeOriginal(
    projectOf({
      cache: { browser: 60, cdn: 60, revalidate: REVALIDATE },
      origins: { ...ORIGIN_DEFAULTS, ...origins },
    }),
    "https://h.example/a.jpg",
  );
const recordOf = (more: Partial<OriginalRecord>): OriginalRecord => ({
  ...{ key: "", tag: "", validators: {}, stamp: 3, since: 3, order: 1, expires: NOW, doubtful: false },
  ...{ outcome: { kind: "bytes", digest: "d", size: 1, facts: undefined }, formerDigests: [], versions: [] },
  ...more,
});

test("a refusal is remembered under its own number for half a minute at most, and for five seconds where an old cache gave it", () => {
  const answered = fc.oneof(
    fc.record({
      kind: fc.constant("refused" as const),
      code: fc.constantFrom(...CODES),
      reason: fc.constant(""),
      age: fc.option(fc.nat(100), { nil: 0 }),
    }),
    fc.record({ kind: fc.constant("missing" as const), status: fc.constant(404 as const), age: fc.nat(100) }),
  );
  fc.assert(
    fc.property(answered, fc.nat(20), fc.nat(60_000), fc.nat(600), (said, stamp, ago, rememberMissing) => {
      const floor = { sequence: Math.min(stamp, 7), at: NOW - ago };
      const original = originalWith({ rememberMissing });
      const asking = { original, stamp, order: 1, at: NOW, floor, confirmed: undefined };
      const record = nextRecord(asking, said, undefined, NOW);
      if (!record) throw new Error("nothing is known afterwards");
      const isOld = floor.sequence > 0 && said.age > 0 && (said.age + 1) * 1_000 > ago;
      const most = isOld ? 5_000 : said.kind === "missing" ? rememberMissing * 1_000 : 30_000;
      expect(record.expires - NOW).toBeLessThanOrEqual(most);
      expect(record).toMatchObject({ stamp, doubtful: isOld, outcome: { kind: "error" } });
    }),
  );
});

test("a record answers while its origin is asked from its expiry to the end of the window, and at no other time", () => {
  const versions = fc.constantFrom(undefined, "known", "new");
  fc.assert(
    fc.property(
      fc.nat(300),
      fc.integer({ min: -400_000, max: 400_000 }),
      versions,
      (window, late, version) => {
        const original = originalWith({ staleWhileRevalidate: window });
        const until = staleWhile(recordOf({ versions: ["known"] }), version, original, NOW + late);
        const isIn = late >= 0 && late < window * 1_000 && version !== "new";
        expect(until).toBe(isIn ? NOW + window * 1_000 : undefined);
      },
    ),
  );
});

test.each<[string, Partial<OriginalRecord>]>([
  ["was missing", { outcome: { kind: "error", code: "ORIGINAL_MISSING" } }],
  ["an old cache gave", { doubtful: true }],
  ["stands in for a failing origin", { stale: { since: NOW - 1, code: "ORIGIN_SLOW" } }],
])("what %s answers at no time", (_, more) => {
  const original = originalWith({ staleWhileRevalidate: 300 });
  expect(staleWhile(recordOf({}), undefined, original, NOW + 1)).toBeDefined();
  expect(staleWhile(recordOf(more), undefined, original, NOW + 1)).toBeUndefined();
});
