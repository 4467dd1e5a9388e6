import { afterEach, expect, test, vi } from "vitest";
import { createLane, type Wanted } from "./lane.ts";
import { createMemoryNode } from "./memory-node.ts";
import { TUNING } from "./tuning.ts";

afterEach(() => {
  vi.useRealTimers();
});
const lane = (node: ReturnType<typeof createMemoryNode>, stopping = new AbortController()) =>
  createLane(node.driver, TUNING, Date.now, stopping.signal);
const want = (sequence: number, project: string, ...tags: string[]): Wanted => ({
  sequence,
  project,
  projectTag: `t-${project}`,
  tags: tags.length === 0 ? "project" : tags,
});

test("what waits while a call is under way is merged by project and kind, under the newest number", async () => {
  const node = createMemoryNode("a", { batch: 4 });
  const { purge } = lane(node);
  const outcomes = await Promise.all([
    purge(want(1, "demo", "o-1", "o-2")),
    purge(want(2, "shop", "o-3")),
    purge(want(3, "demo", "o-2", "o-4")),
    purge(want(4, "demo", "o-5")),
    purge(want(5, "demo")),
    purge(want(6, "demo")),
  ]);
  expect(outcomes.every(({ kind }) => kind === "done")).toBe(true);
  expect(node.purges).toEqual([
    { sequence: 3, project: "demo", tags: ["o-1", "o-2", "o-4"] },
    { sequence: 2, project: "shop", tags: ["o-3"] },
    { sequence: 4, project: "demo", tags: ["o-5"] },
    { sequence: 6, project: "demo", tags: ["t-demo"] },
  ]);
});

test("a failed call counts for all that wait, and the node is left alone until its pause is over", async () => {
  vi.useFakeTimers();
  const node = createMemoryNode("a", { batch: 1 });
  const { purge } = lane(node);
  node.behave(new Error("connection\nrefused"));
  const failed = { kind: "failed", reason: "connection refused" };
  expect(await Promise.all([purge(want(1, "demo", "o-1")), purge(want(2, "demo", "o-2"))])).toEqual([
    failed,
    failed,
  ]);
  node.behave("well");
  expect(await purge(want(3, "demo", "o-3"))).toEqual(failed);
  expect(node.purges).toHaveLength(1);
  vi.setSystemTime(Date.now() + TUNING.backoff.firstMs);
  expect(await purge(want(3, "demo", "o-3"))).toEqual({ kind: "done" });
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

test("a stopping server starts no call and ends the one under way", async () => {
  const stopping = new AbortController();
  const node = createMemoryNode("a");
  node.behave("hang");
  const { purge } = lane(node, stopping);
  const hanging = purge(want(1, "demo", "o-1"));
  await vi.waitFor(() => expect(node.purges).toHaveLength(1));
  stopping.abort();
  expect((await hanging).kind).toBe("failed");
  expect((await purge(want(2, "demo", "o-2"))).kind).toBe("busy");
});
