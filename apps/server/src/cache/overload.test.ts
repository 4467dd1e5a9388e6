import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isServerError } from "../errors.ts";
import type { LaneName } from "./fair-lanes.ts";
import { RenderQueue } from "./render-queue.ts";

// The queue under load that does not wait for answers, by a clock of its own.

const PLACES = 2;
const MAX_AGE_MS = 5_000;
const A: LaneName = ["a", "o"];

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

interface Outcome {
  readonly at: number;
  readonly waitedMs: number;
  readonly isServed: boolean;
  readonly project: string;
}

const newQueue = () =>
  new RenderQueue({ places: PLACES, maxWaitingCost: 1e9, maxAgeMs: MAX_AGE_MS, now: Date.now });

/** One comes every so many milliseconds, and takes so long when it is its turn. */
interface Stream {
  readonly lane: LaneName;
  readonly everyMs: number;
  readonly fromMs?: number;
  readonly untilMs: number;
  readonly cost: number;
  readonly takesMs: number;
}

async function load(queue: RenderQueue, streams: readonly Stream[], untilMs: number) {
  const outcomes: Outcome[] = [];
  const ask = async ({ lane, cost, takesMs }: Stream) => {
    const at = Date.now();
    let waitedMs = 0;
    const isServed = await queue
      .run({ cost, lane }, () => {
        waitedMs = Date.now() - at;
        return new Promise<void>((resolve) => setTimeout(resolve, takesMs));
      })
      .then(
        () => true,
        (error: unknown) => {
          if (!isServerError(error)) throw error;
          waitedMs = Date.now() - at;
          return false;
        },
      );
    outcomes.push({ at, waitedMs, isServed, project: lane[0] });
  };
  for (const stream of streams)
    for (let at = stream.fromMs ?? 0; at < stream.untilMs; at += stream.everyMs)
      setTimeout(() => void ask(stream), at);
  await vi.advanceTimersByTimeAsync(untilMs);
  return outcomes;
}

const share = (outcomes: readonly Outcome[], isIt: (outcome: Outcome) => boolean) =>
  outcomes.filter(isIt).length / Math.max(1, outcomes.length);

test.each([
  ["as estimated", 90],
  ["three times as slow as estimated", 270],
  ["a third of it", 30],
])(
  "five times too much for a minute, renders %s: all that can be is served, in time, and the rest told at once",
  async (_, takesMs) => {
    const queue = newQueue();
    const capacity = PLACES / takesMs;
    const stream = { lane: A, cost: 9, takesMs, everyMs: 1 / (5 * capacity), untilMs: 60_000 };
    const outcomes = await load(queue, [stream], 70_000);
    const served = outcomes.filter(({ isServed }) => isServed);
    const refused = outcomes.filter(({ isServed }) => !isServed);
    const during = served.filter(({ at, waitedMs }) => at + waitedMs < 60_000);
    expect(during.length / (capacity * 60_000)).toBeGreaterThan(0.98);
    expect(Math.max(...served.map(({ waitedMs }) => waitedMs))).toBeLessThanOrEqual(MAX_AGE_MS);
    expect(share(refused, ({ waitedMs }) => waitedMs === 0)).toBeGreaterThan(0.99);
    // What lasts is no burst: nobody waits behind a long queue for a minute.
    const late = served.filter(({ at }) => at > 10_000);
    expect(Math.max(...late.map(({ waitedMs }) => waitedMs))).toBeLessThan(MAX_AGE_MS * 0.6);
    expect(queue.waiting).toBe(0);
  },
);

test("when it is over, newcomers wait no longer than what was let in", async () => {
  const queue = newQueue();
  const flood = { lane: A, cost: 9, takesMs: 90, everyMs: 9, untilMs: 30_000 };
  const after = { ...flood, lane: ["later", "o"] as const, everyMs: 100, fromMs: 30_000, untilMs: 60_000 };
  const outcomes = await load(queue, [flood, after], 70_000);
  const later = outcomes.filter(({ project }) => project === "later");
  expect(later.every(({ isServed }) => isServed)).toBe(true);
  const settled = later.filter(({ at }) => at > 35_000);
  expect(Math.max(...settled.map(({ waitedMs }) => waitedMs))).toBeLessThan(100);
});

test("a flood of one project neither refuses nor holds up another one", async () => {
  const queue = newQueue();
  const flood = { lane: A, cost: 9, takesMs: 90, everyMs: 5, untilMs: 30_000 };
  const other = {
    lane: ["b", "o"] as const,
    cost: 9,
    takesMs: 90,
    everyMs: 150,
    fromMs: 1_000,
    untilMs: 30_000,
  };
  const outcomes = await load(queue, [flood, other], 40_000);
  const theirs = outcomes.filter(({ project }) => project === "b");
  expect(theirs.length).toBeGreaterThan(150);
  expect(theirs.filter(({ isServed }) => !isServed)).toEqual([]);
  expect(Math.max(...theirs.map(({ waitedMs }) => waitedMs))).toBeLessThan(300);
  // What was let in before the other came and has no time left is told so when that is known; what the other will still ask for nobody knows.
  const refused = outcomes.filter(({ isServed }) => !isServed);
  expect(queue.refusals.late / refused.length).toBeLessThan(0.01);
});

test("when renders become slower, those for whom there is no time left are told before their time is up", async () => {
  const queue = newQueue();
  const refusedAfter: number[] = [];
  const render = () => new Promise<void>((resolve) => setTimeout(resolve, Date.now() < 1_000 ? 30 : 300));
  for (let at = 0; at < 200; at += 1)
    setTimeout(() => {
      const asked = Date.now();
      queue.run({ cost: 9, lane: A }, render).catch(() => refusedAfter.push(Date.now() - asked));
    }, 5 * at);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(refusedAfter.length).toBeGreaterThan(50);
  expect(refusedAfter.filter((ms) => ms >= MAX_AGE_MS).length / refusedAfter.length).toBeLessThan(0.1);
});

test("heavy renders are served among light ones, in the proportion of what they cost", async () => {
  const queue = newQueue();
  const light = { lane: ["light", "o"] as const, cost: 2, takesMs: 20, everyMs: 4, untilMs: 30_000 };
  const heavy = { lane: ["heavy", "o"] as const, cost: 100, takesMs: 1_000, everyMs: 100, untilMs: 30_000 };
  const outcomes = await load(queue, [light, heavy], 40_000);
  const costOf = (name: string, cost: number) =>
    outcomes.filter(({ project, isServed }) => project === name && isServed).length * cost;
  expect(costOf("heavy", 100) / costOf("light", 2)).toBeGreaterThan(0.75);
  expect(costOf("heavy", 100) / costOf("light", 2)).toBeLessThan(1.33);
});

test("whatever comes: no more cores are busy than there are, everything ends in time, and nothing is left behind", async () => {
  const arbitraryJob = fc.record({
    at: fc.integer({ min: 0, max: 3_000 }),
    lane: fc.constantFrom<LaneName>(["a", "x"], ["a", "y"], ["b", "x"]),
    cost: fc.integer({ min: 1, max: 40 }),
    takesMs: fc.integer({ min: 1, max: 400 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryJob, { maxLength: 60 }), async (jobs) => {
      const queue = new RenderQueue({ places: PLACES, maxWaitingCost: 200, maxAgeMs: 500, now: Date.now });
      const begun = Date.now();
      let ended = 0;
      for (const { at, takesMs, ...job } of jobs)
        setTimeout(() => {
          const asked = Date.now();
          const work = async () => {
            expect(queue.running).toBeLessThanOrEqual(PLACES);
            expect(Date.now() - asked).toBeLessThanOrEqual(500);
            await new Promise((resolve) => setTimeout(resolve, takesMs));
          };
          const end = () => {
            ended += 1;
          };
          queue.run(job, work).then(end, (error) => {
            expect(isServerError(error) && error.code).toBe("SERVER_BUSY");
            end();
          });
        }, at);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(ended).toBe(jobs.length);
      expect([queue.running, queue.waiting, queue.waitingCost]).toEqual([0, 0, 0]);
      expect(vi.getTimerCount()).toBe(0);
      expect(Date.now()).toBe(begun + 10_000);
    }),
    { numRuns: 60 },
  );
});
