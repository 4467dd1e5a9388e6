import fc from "fast-check";
import { expect, test } from "vitest";
import { createMeters } from "./meter.ts";

/** One call: how long it takes, when within that the node counts it, and how many targets it has. */
const CALL = fc.record({
  latency: fc.integer({ min: 0, max: 9_000 }),
  counted: fc.double({ min: 0, max: 1, noNaN: true }),
  idle: fc.integer({ min: 0, max: 3_000 }),
  targets: fc.integer({ min: 1, max: 40 }),
});
const CALLS = fc.array(CALL, { minLength: 1, maxLength: 150 });

/** Makes the calls one after the other, each as soon as it is allowed; gives the moments at which the node counts them. */
function arrivals(
  limits: Parameters<ReturnType<typeof createMeters>>[0],
  calls: readonly { latency: number; counted: number; idle: number; targets: number }[],
) {
  let time = 1_000_000;
  const meter = createMeters(() => time)(limits);
  return calls.map(({ latency, counted, idle, targets }) => {
    time += idle;
    for (let pause = meter.wait(targets); pause > 0; pause = meter.wait(targets)) time += pause;
    const end = meter.start(targets);
    const at = time + latency * counted;
    time += latency;
    end();
    return { at, targets };
  });
}

/** Whether a node with such a bucket would have refused any of them. */
function overflows(size: number, perSecond: number, seen: readonly { at: number; count: number }[]): boolean {
  let level = size;
  let last = seen[0]?.at ?? 0;
  return seen.some(({ at, count }) => {
    level = Math.min(size, level + ((at - last) / 1_000) * perSecond) - count;
    last = at;
    return level < -1e-6;
  });
}

test("whenever a node counts a call while it is under way, no minute has more than it allows", () => {
  fc.assert(
    fc.property(CALLS, fc.integer({ min: 1, max: 20 }), (calls, perMinute) => {
      const times = arrivals({ batch: 1, perMinute }, calls).map(({ at }) => at);
      for (const from of times) {
        expect(times.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(perMinute);
      }
    }),
  );
});

test("the same for buckets of calls and of targets", () => {
  const rate = fc.double({ min: 0.05, max: 20, noNaN: true });
  fc.assert(
    fc.property(CALLS, fc.integer({ min: 1, max: 30 }), rate, rate, (calls, size, perSecond, each) => {
      const limits = { batch: 40, calls: { size, perSecond }, targets: { size: 40, perSecond: each } };
      const seen = arrivals(limits, calls);
      expect(
        overflows(
          size,
          perSecond,
          seen.map(({ at }) => ({ at, count: 1 })),
        ),
      ).toBe(false);
      expect(
        overflows(
          40,
          each,
          seen.map(({ at, targets }) => ({ at, count: targets })),
        ),
      ).toBe(false);
    }),
  );
});

test("a full bucket is used at once, and what is allowed comes no later than it has to", () => {
  let time = 0;
  const meter = createMeters(() => time)({ batch: 1, calls: { size: 3, perSecond: 2 } });
  for (let call = 0; call < 3; call += 1) {
    expect(meter.wait(1)).toBe(0);
    meter.start(1)();
  }
  expect(meter.wait(1)).toBe(500);
  time += 500;
  expect(meter.wait(1)).toBe(0);
});

test("those of one account count together, others by themselves", () => {
  const meters = createMeters(() => 0);
  const limits = { batch: 1, perMinute: 1 };
  const [one, two, other] = ["a", "a", "b"].map((account) => meters({ ...limits, account }));
  one?.start(1)();
  expect(two?.wait(1)).toBeGreaterThan(0);
  expect(other?.wait(1)).toBe(0);
  expect(meters(limits).wait(1)).toBe(0);
});
