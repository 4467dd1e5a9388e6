import fc from "fast-check";
import { expect, test } from "vitest";
import { isServerError } from "../errors.ts";
import { CACHE_WORDS, readNodeLines } from "./edge-lines.ts";

const NOW = Date.parse("2026-11-29T03:20:00Z");
const read = (...lines: readonly unknown[]) =>
  readNodeLines(
    Buffer.from(lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n")),
    "demo",
    NOW,
  );
const GOOD = { url: "/v7/demo/a.jpg?w=100", status: 200, bytes: 1_000, cache: "hit" };

test("lines are read with everything they say", () => {
  const { events, refused } = read(
    {
      ...GOOD,
      at: "2026-11-29T02:00:00Z",
      ms: 1.5,
      node: "fra-1",
      referrer: "https://shop.example/a",
      country: "DE",
    },
    { ...GOOD, url: "https://img.example/v7/demo/a.jpg?w=100#x", cache: "MISS", count: 3 },
    "",
  );
  expect(refused).toBe(0);
  expect(events).toMatchObject([
    {
      ...{
        project: "demo",
        at: NOW - 4_800_000,
        url: "/v7/demo/a.jpg?w=100",
        milliseconds: 1.5,
        node: "fra-1",
      },
      ...{ referer: "https://shop.example/a", country: "DE", count: 1 },
    },
    { at: NOW, url: "/v7/demo/a.jpg?w=100", cache: "miss", count: 3 },
  ]);
});

test.each<[unknown, string]>([
  ["{", "JSON"],
  ["null", "JSON"],
  ["[]", "JSON"],
  [{ ...GOOD, url: "a b" }, "url"],
  [{ ...GOOD, url: "javascript:alert(1)" }, "url"],
  [{ ...GOOD, status: "200" }, "status"],
  [{ ...GOOD, status: 99 }, "status"],
  [{ ...GOOD, bytes: -1 }, "bytes"],
  [{ ...GOOD, bytes: 1e300 }, "bytes"],
  [{ ...GOOD, cache: "warm" }, "cache"],
  [{ ...GOOD, count: 0 }, "count"],
  [{ ...GOOD, ms: -1 }, "ms"],
  [{ ...GOOD, at: "2026-11-20T00:00:00Z" }, "at"],
  [{ ...GOOD, at: "2027-01-01T00:00:00Z" }, "at"],
  [{ ...GOOD, at: 5 }, "at"],
  [{ ...GOOD, at: "2026-11-29T02:00:00" }, "zone"],
  [{ ...GOOD, at: "2026-11-29" }, "zone"],
  [{ ...GOOD, at: "2026-02-30T99:00:00Z" }, "at"],
])("%j is left out and named, and the line behind it counts", (line, word) => {
  const { events, refused, errors } = read(line, GOOD);
  expect(events).toHaveLength(1);
  expect(refused).toBe(1);
  expect(errors).toMatchObject([{ line: 1, detail: expect.stringContaining(word) }]);
});

test.each(["2026-11-29T02:00:00.000Z", "2026-11-29T04:00:00+02:00", "2026-11-28 21:00:00-0500"])(
  "%s is the time that it says, wherever this server is",
  (at) => {
    expect(read({ ...GOOD, at }).events).toMatchObject([{ at: NOW - 4_800_000 }]);
  },
);

test("no bytes are anything but lines, refused lines or a refusal", () => {
  const line = fc.record(
    {
      url: fc.oneof(fc.webUrl(), fc.string(), fc.constant("/a.jpg")),
      status: fc.oneof(fc.integer(), fc.string()),
      bytes: fc.oneof(fc.integer(), fc.double()),
      cache: fc.oneof(fc.constantFrom(...CACHE_WORDS), fc.string()),
      ms: fc.double(),
      node: fc.string({ unit: "binary", maxLength: 300 }),
      count: fc.integer(),
      at: fc.oneof(
        fc.string(),
        fc.date().map((date) => String(date)),
      ),
      __proto__: fc.anything(),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(line).map((lines) => Buffer.from(lines.map((each) => JSON.stringify(each)).join("\n"))),
  );
  fc.assert(
    fc.property(body, (bytes) => {
      try {
        for (const event of readNodeLines(bytes, "demo", NOW).events) {
          expect(event.url.startsWith("/")).toBe(true);
          expect(Number.isSafeInteger(event.bytes * event.count)).toBe(true);
        }
      } catch (error) {
        expect(isServerError(error) && error.code).toBe("BODY_UNREADABLE");
      }
    }),
    { numRuns: 50 },
  );
});
