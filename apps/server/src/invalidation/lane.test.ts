import { CdnError } from "@freshet/cdn/errors";
import type { CdnDriver } from "@freshet/core";
import { afterEach, expect, test, vi } from "vitest";
import type { Wanted } from "./batch.ts";
import { createLane } from "./lane.ts";
import { createMemoryNode } from "./memory-node.ts";
import { createMeters } from "./meter.ts";
import { TUNING } from "./tuning.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
const laneOf = (driver: CdnDriver, stopping = new AbortController()) =>
  createLane(driver, createMeters(Date.now)(driver.limits), TUNING, Date.now, stopping.signal);
const lane = (node: ReturnType<typeof createMemoryNode>, stopping?: AbortController) =>
  laneOf(node.driver, stopping);
const want = (sequence: number, project: string, ...tags: string[]): Wanted => ({
  ...{ sequence, project, projectTag: `t-${project}` },
  ...(tags.length === 0 ? { by: "project", targets: [`t-${project}`] } : { by: "tags", targets: tags }),
});

test("what waits is merged by project and kind into full calls, under the newest number of each", async () => {
  const node = createMemoryNode("a", { batch: 4 });
  const { purge } = lane(node);
  const outcomes = await Promise.all([
    purge(want(1, "demo", "o-1", "o-2")),
    purge(want(2, "shop", "o-3")),
    purge(want(3, "demo", "o-2", "o-4", "o-6")),
    purge(want(4, "demo", "o-5")),
    purge(want(5, "demo")),
    purge(want(6, "demo")),
  ]);
  expect(outcomes.every(({ kind }) => kind === "done")).toBe(true);
  expect(node.purges).toEqual([
    { sequence: 3, project: "demo", tags: ["o-1", "o-2", "o-4", "o-6"] },
    { sequence: 2, project: "shop", tags: ["o-3"] },
    { sequence: 4, project: "demo", tags: ["o-5"] },
    { sequence: 6, project: "demo", tags: ["t-demo"] },
  ]);
});

test("what comes while a call is under way is told anew, even if the call names the same", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const told: number[] = [];
  const driver: CdnDriver = {
    ...{ name: "a", ending: "fenced", limits: { batch: 4 } },
    purgeTags: ({ sequence }) => {
      told.push(sequence);
      return promise;
    },
  };
  const { purge } = laneOf(driver);
  const first = purge(want(1, "demo", "o-1"));
  await expect.poll(() => told).toEqual([1]);
  const second = purge(want(2, "demo", "o-1"));
  resolve();
  expect([await first, await second]).toEqual([{ kind: "done" }, { kind: "done" }]);
  expect(told).toEqual([1, 2]);
});

test("a node that fails twice on end is down: all that wait have failed, and it is left alone until its pause is over", async () => {
  vi.useFakeTimers();
  const node = createMemoryNode("a", { batch: 1 });
  const { purge } = lane(node);
  node.behave(new Error("connection\nrefused"));
  const attempts = ["o-1", "o-2", "o-3"].map((tag, place) => purge(want(place + 1, "demo", tag)));
  await vi.advanceTimersByTimeAsync(TUNING.backoff.firstMs / 2);
  expect(await Promise.all(attempts)).toMatchObject(
    attempts.map(() => ({ kind: "failed", reason: "connection refused" })),
  );
  expect(node.purges).toHaveLength(2);
  node.behave("well");
  expect(await purge(want(4, "demo", "o-4"))).toMatchObject({ kind: "failed" });
  expect(node.purges).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(TUNING.backoff.firstMs * 2);
  expect(await purge(want(4, "demo", "o-4"))).toEqual({ kind: "done" });
});

test.each([0.25, 0.49, 0.75])(
  "the pause of a node that is down is whole milliseconds, by chance %d as well",
  async (chance) => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(chance);
    const node = createMemoryNode("a", { batch: 1 });
    const { purge } = lane(node);
    node.behave(new Error("reset"));
    const both = [purge(want(1, "demo", "o-1")), purge(want(2, "demo", "o-2"))];
    await vi.advanceTimersByTimeAsync(TUNING.backoff.firstMs / 2);
    await Promise.all(both);
    const outcome = await purge(want(3, "demo", "o-3"));
    expect(outcome).toMatchObject({ kind: "failed", retryAfterMs: expect.toSatisfy(Number.isInteger) });
  },
);

test("a single failure costs those of that call alone", async () => {
  vi.useFakeTimers();
  const node = createMemoryNode("a", { batch: 1 });
  const { purge } = lane(node);
  node.behave(new Error("reset"));
  const first = purge(want(1, "demo", "o-1"));
  const second = purge(want(2, "demo", "o-2"));
  expect(await first).toMatchObject({ kind: "failed" });
  node.behave("well");
  await vi.advanceTimersByTimeAsync(TUNING.backoff.firstMs);
  expect(await second).toEqual({ kind: "done" });
});

test("what the node said about when to come again is kept, and nobody else's attempt is lost by it", async () => {
  vi.useFakeTimers();
  const node = createMemoryNode("a", { batch: 1 });
  const { purge } = lane(node);
  node.behave(new CdnError("NODE_BUSY", "a", undefined, { retryAfterMs: 30_000 }));
  const [first, second] = [purge(want(1, "demo", "o-1")), purge(want(2, "demo", "o-2"))];
  expect(await first).toMatchObject({ kind: "failed", retryAfterMs: 30_000 });
  node.behave("well");
  await vi.advanceTimersByTimeAsync(29_000);
  expect(node.purges).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(await second).toEqual({ kind: "done" });
});

test("credentials that are refused end all that wait at once, and the next is tried again", async () => {
  const node = createMemoryNode("a", { batch: 1 });
  const { purge } = lane(node);
  node.behave(new CdnError("NODE_DENIED", "a"));
  const outcomes = await Promise.all([purge(want(1, "demo", "o-1")), purge(want(2, "demo", "o-2"))]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["refused", "refused"]);
  expect(node.purges).toHaveLength(1);
  node.behave("well");
  expect(await purge(want(3, "demo", "o-3"))).toEqual({ kind: "done" });
});

test("a target that a node does not take costs its own entry and no other", async () => {
  const told: (readonly string[])[] = [];
  const driver: CdnDriver = {
    ...{ name: "a", ending: "fenced", limits: { batch: 9 } },
    async purgeTags({ tags }) {
      told.push(tags);
      if (tags.includes("bad")) throw new CdnError("PURGE_REFUSED", "a", "400 bad");
    },
  };
  const { purge } = laneOf(driver);
  const outcomes = await Promise.all([
    purge(want(1, "demo", "o-1")),
    purge(want(2, "demo", "bad")),
    purge(want(3, "demo", "o-3")),
  ]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["done", "refused", "done"]);
  expect(told).toEqual([["o-1", "bad", "o-3"], ["o-1"], ["bad"], ["o-3"]]);
});

test("a call that hangs fails after its time, though the driver ignores the signal", async () => {
  vi.useFakeTimers();
  const node = createMemoryNode("a");
  node.behave("hang");
  const outcome = lane(node).purge(want(1, "demo", "o-1"));
  await vi.advanceTimersByTimeAsync(TUNING.callMs);
  expect(await outcome).toMatchObject({ kind: "failed", reason: "No answer within 10 s." });
});

test("a node's calls per minute are kept, within one large purge too", async () => {
  vi.useFakeTimers();
  const node = createMemoryNode("a", { batch: 1, perMinute: 2 });
  const done = lane(node).purge(want(1, "demo", "o-1", "o-2", "o-3", "o-4", "o-5"));
  await vi.advanceTimersByTimeAsync(59_000);
  expect(node.purges).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(node.purges).toHaveLength(4);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await done).toEqual({ kind: "done" });
});

test("a node that can be told neither tags nor originals says so", async () => {
  const driver: CdnDriver = { name: "a", ending: "probed", limits: { batch: 1 } };
  const { purge } = laneOf(driver);
  for (const wanted of [want(1, "demo", "o-1"), want(2, "demo")]) {
    expect((await purge(wanted)).kind).toBe("cannot");
  }
});

test("a stopping server starts no call and ends the one under way", async () => {
  const stopping = new AbortController();
  const node = createMemoryNode("a");
  node.behave("hang");
  const { purge } = lane(node, stopping);
  const hanging = purge(want(1, "demo", "o-1"));
  await expect.poll(() => node.purges).toHaveLength(1);
  stopping.abort();
  expect((await hanging).kind).toBe("failed");
  expect((await purge(want(2, "demo", "o-2"))).kind).toBe("busy");
});
