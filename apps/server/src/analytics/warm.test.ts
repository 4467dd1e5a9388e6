import { expect, test } from "vitest";
import { Warm } from "./warm.ts";

function startWarm() {
  let time = 0;
  let made = 0;
  const warm = new Warm<{ readonly number: number }>(() => time);
  return {
    get: (cost: number) =>
      warm.get("a", async () => {
        time += cost;
        made += 1;
        return { number: made };
      }),
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    made: () => made,
  };
}

test("what is cheap is always new, but for a second", async () => {
  const { get, pass } = startWarm();
  expect(await get(5)).toEqual({ number: 1 });
  expect(await get(5)).toEqual({ number: 1 });
  pass(1_001);
  expect(await get(5)).toEqual({ number: 2 });
});

test("what is dear is kept for longer, then answered from before while it is made anew", async () => {
  const { get, pass, made } = startWarm();
  await get(500);
  pass(9_000);
  expect(await get(500)).toEqual({ number: 1 });
  expect(made()).toBe(1);
  pass(2_000);
  expect(await get(500)).toEqual({ number: 1 });
  await expect.poll(made).toBe(2);
  expect(await get(500)).toEqual({ number: 2 });
  pass(200_000);
  expect(await get(500)).toEqual({ number: 3 });
});

test("equal questions share one making, and a failure is nobody's answer later", async () => {
  const warm = new Warm<{ readonly number: number }>();
  let made = 0;
  const make = async () => {
    made += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (made === 1) throw new Error("away");
    return { number: made };
  };
  const outcomes = await Promise.allSettled([warm.get("a", make), warm.get("a", make)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await warm.get("a", make)).toEqual({ number: 2 });
});
