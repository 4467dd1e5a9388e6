import { createDriver } from "@freshet/cdn/registry";
import { type FakeZone, ZONES } from "@freshet/conformance/zones";
import type { CdnDriver } from "@freshet/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Wanted } from "./batch.ts";
import { createLane, type Lane, type Outcome } from "./lane.ts";
import { createMeters } from "./meter.ts";
import { TUNING } from "./tuning.ts";

// Real drivers on fakes that count as the makers do, all on one virtual clock.

const API = "https://api.zone.example";
const PATHS = 10_000;
/** One call each: reduced, as heavy suites are. */
const ONE_BY_ONE = process.env.FRESHET_TEST_SIZE === "full" ? PATHS : 1_000;
/** Of the seven that need no client of their makers'; the others are in test/cdn. */
const BY_TAG = ["bunny", "cloudflare", "fastly", "google", "keycdn"] as const;

const tagOf = (place: number) => `o-${place.toString(16).padStart(16, "0")}`;

/** A driver that reaches its fake without a socket. */
function driverOf(zone: FakeZone, driver: CdnDriver & { fetch?: unknown }): CdnDriver {
  vi.stubGlobal("fetch", zone.fetch);
  return driver;
}
const laneOf = (driver: CdnDriver, stopping = new AbortController().signal): Lane =>
  createLane(driver, createMeters(Date.now)(driver.limits), TUNING, Date.now, stopping);
const want = (by: Wanted["by"], sequence: number, targets: readonly string[]): Wanted => ({
  ...{ sequence, project: "demo", projectTag: "t-00000000000000aa", by, targets },
});

/** Lets virtual time pass until all is over. */
async function ended<T>(all: Promise<T>): Promise<T> {
  let isOver = false;
  const over = all.finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  while (!isOver) await vi.advanceTimersByTimeAsync(10_000);
  return over;
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** One driver of each kind, beside the fake that it speaks to. */
function made(kind: (typeof BY_TAG)[number] | "azure" | "cloudimage"): { zone: FakeZone; driver: CdnDriver } {
  const zone = ZONES[kind].create(Date.now);
  const config = configOf(kind);
  const [driver] = createDriver(config as never);
  if (!driver) throw new Error("no driver");
  return { zone, driver: driverOf(zone, driver) };
}

function configOf(kind: (typeof BY_TAG)[number] | "azure" | "cloudimage"): object {
  if (kind !== "azure") return { driver: kind, ...ZONES[kind].at(API) };
  const { tenant, clientId: id, clientSecret: secret, ...rest } = ZONES.azure.at(API);
  return { driver: kind, ...rest, app: { tenant, id, secret } };
}

/** How many calls so many targets are at least. */
function callsFor(driver: CdnDriver, by: Wanted["by"], targets: readonly string[]): number {
  const { batch, urls = batch, bytes = Number.POSITIVE_INFINITY } = driver.limits;
  const most = by === "urls" ? urls : batch;
  const size = Buffer.byteLength(JSON.stringify(targets[0])) + 1;
  return Math.ceil(targets.length / Math.min(most, Math.floor((bytes - 2) / size) || 1));
}

const purges = (zone: FakeZone) => zone.requests.filter(({ url }) => !/token/.test(url.pathname));

describe("10,000 paths", () => {
  test.each(BY_TAG)(
    "%s: as many calls as full batches, none too many for the maker, all forgotten",
    async (kind) => {
      const { zone, driver } = made(kind);
      const count = driver.limits.batch === 1 ? ONE_BY_ONE : PATHS;
      const tags = Array.from({ length: count }, (_, place) => tagOf(place));
      for (const [place, tag] of tags.entries())
        zone.put({ url: `https://img.example.com/${place}`, tags: [tag] });
      const lane = laneOf(driver);
      // Ten invalidations of a thousand each, none a multiple of a batch.
      const entries = Array.from({ length: 10 }, (_, at) =>
        want("tags", at + 1, tags.slice(at * 1_000, at * 1_000 + 1_000)),
      );
      const outcomes = await ended(Promise.all(entries.map((each) => lane.purge(each))));
      expect(outcomes).toEqual(entries.map(() => ({ kind: "done" })));
      expect(purges(zone).filter(({ status }) => status === 429)).toEqual([]);
      expect(purges(zone)).toHaveLength(callsFor(driver, "tags", tags));
      expect(tags.filter((_, place) => zone.has(`https://img.example.com/${place}`))).toEqual([]);
    },
    120_000,
  );

  test.each(["azure", "cloudimage"] as const)(
    "%s: the same by what it can be told",
    async (kind) => {
      const { zone, driver } = made(kind);
      const by = kind === "azure" ? "urls" : "originals";
      const targets = Array.from({ length: PATHS }, (_, place) =>
        by === "urls" ? `https://img.example.com/_media_/${place}.jpg` : `/_media_/${place}.jpg`,
      );
      const lane = laneOf(driver);
      const entries = Array.from({ length: 10 }, (_, at) =>
        want(by, at + 1, targets.slice(at * 1_000, at * 1_000 + 1_000)),
      );
      const outcomes = await ended(Promise.all(entries.map((each) => lane.purge(each))));
      expect(outcomes).toEqual(entries.map(() => ({ kind: "done" })));
      expect(purges(zone).filter(({ status }) => status === 429)).toEqual([]);
      expect(purges(zone)).toHaveLength(callsFor(driver, by, targets));
    },
    120_000,
  );

  test("single originals that are invalidated at the same time share full calls", async () => {
    const { zone, driver } = made("fastly");
    const lane = laneOf(driver);
    const one = (place: number) => lane.purge(want("tags", place + 1, [tagOf(place)]));
    await ended(Promise.all(Array.from({ length: 1_000 }, (_, place) => one(place))));
    expect(zone.requests).toHaveLength(Math.ceil(1_000 / 256));
  });
});

test("two zones of one account count together", async () => {
  const zone = ZONES.cloudflare.create(Date.now);
  vi.stubGlobal("fetch", zone.fetch);
  const meters = createMeters(Date.now);
  const { signal } = new AbortController();
  const lanes = ["a", "a"].map(() => {
    const [driver] = createDriver({ driver: "cloudflare", ...ZONES.cloudflare.at(API) });
    if (!driver) throw new Error("no driver");
    return createLane(driver, meters(driver.limits), TUNING, Date.now, signal);
  });
  const tags = Array.from({ length: 3_000 }, (_, place) => tagOf(place));
  await ended(Promise.all(lanes.map((lane) => lane.purge(want("tags", 1, tags)))));
  expect(zone.requests).toHaveLength(60);
  expect(zone.requests.filter(({ status }) => status === 429)).toEqual([]);
});

test("a slow CDN does not hold back the others", async () => {
  const slow = ZONES.fastly.create(Date.now);
  slow.behave("hanging");
  const [one] = createDriver({ driver: "fastly", ...ZONES.fastly.at(API) });
  const { driver: two, zone } = made("google");
  if (!one) throw new Error("no driver");
  const outcomes: string[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) =>
    (String(url).includes("/service/") ? slow : zone).fetch(url, init),
  );
  const note = (name: string) => (outcome: Outcome) => outcomes.push(`${name} ${outcome.kind}`);
  const all = Promise.all([
    laneOf(one)
      .purge(want("tags", 1, [tagOf(1)]))
      .then(note("slow")),
    laneOf(two)
      .purge(want("tags", 1, [tagOf(1)]))
      .then(note("quick")),
  ]);
  await vi.advanceTimersByTimeAsync(100);
  expect(outcomes).toEqual(["quick done"]);
  await ended(all);
  expect(outcomes).toEqual(["quick done", "slow failed"]);
});

describe("a CDN that", () => {
  const outcomeOf = async (how: Parameters<FakeZone["behave"]>[0]) => {
    const { zone, driver } = made("fastly");
    zone.put({ url: "https://img.example.com/1", tags: [tagOf(1)] });
    zone.behave(how);
    const outcome = await ended(laneOf(driver).purge(want("tags", 1, [tagOf(1), tagOf(2)])));
    return { outcome, isGone: !zone.has("https://img.example.com/1") };
  };

  test.each(["broken", "garbled", "hanging"] as const)("is %s has not accepted anything", async (how) => {
    expect(await outcomeOf(how)).toMatchObject({ outcome: { kind: "failed" }, isGone: false });
  });

  test("confirms a part, or of which the answer is lost, is asked again though it may have done it", async () => {
    expect(await outcomeOf("lost")).toMatchObject({ outcome: { kind: "failed" }, isGone: true });
    expect(await outcomeOf("partial")).toMatchObject({ outcome: { kind: "failed" } });
  });

  test("says when it may be asked again is not asked before", async () => {
    expect(await outcomeOf({ busy: 12 })).toMatchObject({
      outcome: { kind: "failed", retryAfterMs: 12_000 },
    });
  });

  test("took the credentials back is an end, in words that show none", async () => {
    const { outcome } = await outcomeOf("denied");
    expect(outcome.kind).toBe("refused");
    expect(JSON.stringify(outcome)).not.toContain(ZONES.fastly.secrets[0]);
    expect(JSON.stringify(outcome)).toContain("credentials");
  });
});
