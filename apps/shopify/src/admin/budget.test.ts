import { expect, test } from "vitest";
import { type ShopContext, shopContext } from "../shops/context.ts";
import { createBudget } from "./budget.ts";

const SHOP = shopContext("a.myshopify.com") as ShopContext;
const OTHER = shopContext("b.myshopify.com") as ShopContext;
const said = (available: number, requested = 500) => ({
  cost: {
    requestedQueryCost: requested,
    throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: available, restoreRate: 100 },
  },
});

function setup() {
  const clock = { time: 0 };
  const waits: number[] = [];
  const budget = createBudget(
    () => clock.time,
    async (ms) => {
      waits.push(ms);
      clock.time += ms;
    },
  );
  return { budget, clock, waits };
}

test("nobody waits before anything is known, nor while the bucket holds enough", async () => {
  const { budget, waits } = setup();
  await budget.wait(SHOP, "files");
  budget.spent(SHOP, "files", said(500));
  await budget.wait(SHOP, "files");
  expect(waits).toEqual([]);
});

test("what is missing is waited for, as long as it takes to come", async () => {
  const { budget, clock, waits } = setup();
  budget.spent(SHOP, "files", said(100));
  clock.time += 1_000;
  await budget.wait(SHOP, "files");
  expect(waits).toEqual([3_000]);
});

test("one shop's budget is not another's", async () => {
  const { budget, waits } = setup();
  budget.spent(SHOP, "files", said(0));
  await budget.wait(OTHER, "files");
  expect(waits).toEqual([]);
});

test("a refusal is waited out, whether it says how much was wanted or not", async () => {
  const { budget, waits } = setup();
  budget.refused(SHOP, "files", said(0, 300));
  await budget.wait(SHOP, "files");
  budget.refused(OTHER, "files", undefined);
  await budget.wait(OTHER, "files");
  expect(waits).toEqual([3_000, 1_000]);
});

test("more than a bucket ever holds is asked for when it is full", async () => {
  const { budget, waits } = setup();
  budget.spent(SHOP, "files", said(0, 9_000));
  await budget.wait(SHOP, "files");
  expect(waits).toEqual([20_000]);
});
