import fc from "fast-check";
import { expect, test } from "vitest";
import { createFloors } from "./floors.ts";
import { freshShare, nines } from "./nines.ts";
import { createTally, describeMiss, type Miss, type Reading } from "./tally.ts";
import { createWatcher } from "./watcher.ts";

const URLS = [
  { path: "/v7/a/x.jpg?w=1", name: "demo/a/x.jpg" },
  { path: "/v7/a/x.jpg?w=2", name: "demo/a/x.jpg" },
  { path: "/v7/a/b/y.jpg", name: "demo/a/b/y.jpg" },
  { path: "/v7/c/z.jpg", name: "demo/c/z.jpg" },
];
const done = (sequence: number, more: object = {}) =>
  ({ uuid: `u${sequence}`, sequence, scope: "original", names: [], beginnings: [], ...more }) as const;

test("nines are counted, and never rounded up to a better share", () => {
  expect(nines(1_000_000, 0)).toEqual({ value: 6, isLeast: true });
  expect(nines(1_000_000, 1)).toEqual({ value: 6, isLeast: false });
  expect(nines(1_000, 10).value).toBeCloseTo(2);
  expect(nines(0, 0)).toEqual({ value: 0, isLeast: true });
  expect(nines(10, 10).value).toBe(0);
  expect(freshShare(1_000_000, 1)).toBe("99.9999 %");
  expect(freshShare(1_000_000_000_000, 1)).not.toBe("100 %");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.nat(), (judged, misses) => {
      const missed = 1 + (misses % judged);
      const billionths = BigInt(Math.round(Number.parseFloat(freshShare(judged, missed)) * 1e7));
      expect(billionths * BigInt(judged)).toBeLessThanOrEqual(BigInt(judged - missed) * 1_000_000_000n);
    }),
  );
});

test.each([
  [{ names: ["demo/a/x.jpg"] }, [0, 1]],
  [{ beginnings: ["demo/a/"] }, [0, 1, 2]],
  [{ names: ["demo/c/z.jpg"], beginnings: ["demo/a/b/"] }, [3, 2]],
  [{ scope: "all" }, [0, 1, 2, 3]],
  [{ names: ["demo/a/x.jp"] }, []],
])("what is Done covers by name: %o", (more, places) => {
  const floors = createFloors(URLS);
  expect(floors.raise(done(7, more))).toEqual(places.map((place) => URLS[place]));
  // A number that comes later and is lower lowers nothing.
  floors.raise(done(3, { scope: "all" }));
  expect(URLS.map((each) => floors.of(each)?.sequence)).toEqual(
    URLS.map((_, place) => (places.includes(place) ? 7 : 3)),
  );
});

/** A node that answers as it is told, and a watcher that reads it. */
async function watch(stampOf: (path: string) => number | undefined, most: number) {
  const tally = createTally(["http://node"]);
  const misses: Miss[] = [];
  const read = async (node: string, path: string): Promise<Reading | undefined> => {
    const stamp = stampOf(path);
    if (stamp === -1) return undefined;
    return { node, path, at: 0, ms: 1, status: 200, stamp, headers: { "cache-status": "node; hit" } };
  };
  const watcher = createWatcher({
    ...{ nodes: ["http://node"], watched: URLS, floors: createFloors(URLS), tally, sample: 10, most },
    ...{ rate: 0, atOnce: 2, reader: { read, close: async () => {} }, random: Math.random, now: () => 0 },
    entryOf: async (uuid) => ({ uuid, stages: ["a stage"] }),
    missed: (miss) => misses.push(miss),
    signal: AbortSignal.timeout(20_000),
  });
  return { tally, misses, watcher };
}

test("after each Done each covered URL is read, and what is older is a miss with its trace", async () => {
  const { tally, misses, watcher } = await watch((path) => (path.includes("w=2") ? 4 : 9), 4);
  watcher.heard(done(5, { scope: "all" }));
  await watcher.run();
  expect(tally.sum()).toEqual({ reads: 4, judged: 4, misses: 1, unanswered: 0 });
  expect(misses).toMatchObject([
    {
      url: "/v7/a/x.jpg?w=2",
      stamp: 4,
      older_than: { uuid: "u5", sequence: 5, entry: { stages: ["a stage"] } },
      again: { stamp: 4, is_fresh: false },
    },
  ]);
  const [miss] = misses;
  if (!miss) throw new Error("no miss");
  expect(describeMiss(miss)).toMatch(
    /^MISS http:\/\/node\/v7\/a\/x\.jpg\?w=2\n.*stamp 4, older than 5 \(u5\)/,
  );
});

test("an answer as new as the number is none, and what cannot be judged is counted apart", async () => {
  const { tally, watcher } = await watch(
    (path) => (path.includes("w=1") ? 5 : path.includes("w=2") ? undefined : -1),
    4,
  );
  watcher.heard(done(5, { scope: "all" }));
  await watcher.run();
  expect(tally.sum()).toEqual({ reads: 4, judged: 1, misses: 0, unanswered: 3 });
});
