import fc from "fast-check";
import { expect, test } from "vitest";
import { isServerError } from "../errors.ts";
import { Budget } from "./budget.ts";
import { type BudgetLimits, type Client, createBudgets } from "./budgets.ts";

const LANE = ["shop", "cdn.example"] as const;
const direct = (address: string): Client => ({ address, isForwarded: false });
const forwarded = (address: string): Client => ({ address, isForwarded: true });

function budgetsWith(limits: Partial<BudgetLimits>, more: { nodes?: string[]; hasNodes?: boolean } = {}) {
  let now = 0;
  const budgets = createBudgets({
    limits: { unbudgeted: [], ...limits },
    nodes: more.nodes ?? [],
    hasNodes: more.hasNodes ?? false,
    now: () => now,
  });
  /** The code of what is refused, and when to come back. */
  const pay = (client: Client, cost: number, lane: readonly [string, string] = LANE) => {
    try {
      budgets(client, lane)(cost);
      return undefined;
    } catch (error) {
      const { retryAfterSeconds } = error as { readonly retryAfterSeconds?: number };
      return isServerError(error) ? [error.code, retryAfterSeconds] : error;
    }
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { pay, pass };
}

test("a client has five minutes' worth at once, then as much as comes in, and is told when", () => {
  const { pay, pass } = budgetsWith({ clientBudget: 60 });
  for (let spent = 0; spent < 300; spent += 20) expect(pay(direct("10.0.0.1"), 20)).toBeUndefined();
  expect(pay(direct("10.0.0.1"), 20)).toEqual(["CLIENT_BUDGET_SPENT", 1]);
  expect(pay(direct("10.0.0.2"), 20)).toBeUndefined();
  pass(1_000);
  // What costs more than is left may begin, and is owed.
  expect(pay(direct("10.0.0.1"), 31)).toBeUndefined();
  expect(pay(direct("10.0.0.1"), 1)).toEqual(["CLIENT_BUDGET_SPENT", 30]);
  pass(31_000);
  expect(pay(direct("10.0.0.1"), 1)).toBeUndefined();
});

test("addresses of one customer are one client, in whatever clothes", () => {
  const { pay } = budgetsWith({ clientBudget: 1 });
  expect(pay(direct("2001:db8:1:2::1"), 9)).toBeUndefined();
  expect(pay(direct("2001:db8:1:2:ffff::9"), 9)).toEqual(["CLIENT_BUDGET_SPENT", 240]);
  expect(pay(direct("2001:db8:1:3::1"), 9)).toBeUndefined();
  expect(pay(direct("192.0.2.9"), 9)).toBeUndefined();
  expect(pay(direct("::ffff:192.0.2.9"), 9)).toEqual(["CLIENT_BUDGET_SPENT", 240]);
});

test("without being asked to, only those are counted who are sure to be clients", () => {
  const spend = (client: Client, more: { hasNodes?: boolean }) => {
    const { pay } = budgetsWith({}, more);
    pay(client, 1e6);
    return pay(client, 1) !== undefined;
  };
  expect(spend(direct("8.8.8.8"), {})).toBe(true);
  expect(spend(direct("8.8.8.8"), { hasNodes: true })).toBe(false);
  expect(spend(forwarded("8.8.8.8"), { hasNodes: true })).toBe(true);
  // They may be a proxy that nobody told of.
  expect(spend(direct("127.0.0.1"), {})).toBe(false);
  expect(spend(direct("10.1.2.3"), {})).toBe(false);
});

test("nodes ask for everybody, and so do networks that are named", () => {
  const { pay } = budgetsWith(
    { clientBudget: 1, unbudgeted: ["198.51.100.0/24", "2001:db8::/32", "192.0.2.7"] },
    { nodes: ["http://192.0.2.1:6081", "https://[2001:db9::1]/", "http://edge.example"], hasNodes: true },
  );
  for (const address of [
    "192.0.2.1",
    "2001:db9::1",
    "198.51.100.77",
    "2001:db8:5::1",
    "192.0.2.7",
    "::ffff:192.0.2.7",
  ]) {
    for (let turn = 0; turn < 9; turn += 1) expect(pay(direct(address), 100), address).toBeUndefined();
  }
  pay(direct("192.0.2.8"), 100);
  expect(pay(direct("192.0.2.8"), 1)).toBeDefined();
});

test("0 is no bound; what has no address is counted for its origin alone", () => {
  const free = budgetsWith({ clientBudget: 0 });
  for (let turn = 0; turn < 9; turn += 1) expect(free.pay(direct("8.8.8.8"), 1e9)).toBeUndefined();
  const { pay } = budgetsWith({ clientBudget: 1, originBudget: 60 });
  const nobody: Client = { address: undefined, isForwarded: false };
  expect(pay(nobody, 400)).toBeUndefined();
  expect(pay(nobody, 1)).toEqual(["ORIGIN_BUDGET_SPENT", 100]);
  expect(pay(nobody, 1, ["shop", "other.example"])).toBeUndefined();
  expect(pay(nobody, 1, ["other", "cdn.example"])).toBeUndefined();
});

test("whatever is spent, nobody gets more than he may, and nobody owes for ever", () => {
  const steps = fc.array(
    fc.record({ ms: fc.integer({ min: 0, max: 60_000 }), cost: fc.integer({ min: 1, max: 500 }) }),
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 1_000 }), (all, perMinute) => {
      let now = 0;
      let spent = 0;
      const budget = new Budget(perMinute, () => now);
      for (const { ms, cost } of all) {
        now += ms;
        const wait = budget.secondsUntilLeft("one");
        expect(wait).toBeLessThanOrEqual(5 * 60 + 1);
        if (wait === 0) {
          // What was left before the last of it was begun.
          expect(spent).toBeLessThanOrEqual(perMinute * (5 + now / 60_000) + 1e-6);
          budget.spend("one", cost);
          spent += Math.min(cost, perMinute * 5);
        }
        expect(budget.secondsUntilLeft("another")).toBe(0);
      }
    }),
  );
});
