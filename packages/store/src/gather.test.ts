import { expect, test } from "vitest";
import { createGathering, StoreError } from "./index.ts";

test("what is asked for while a run is under way shares the next one, and each caller gets its own answer", async () => {
  const runs: number[] = [];
  const double = createGathering<number, number>(async (items) => {
    runs.push(items.length);
    await new Promise((resolve) => setImmediate(resolve));
    return items.map((item) => item * 2);
  }, 4);
  const first = [double(1), double(2)];
  await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
  const rest = Array.from({ length: 10 }, (_, index) => double(index));
  expect(await Promise.all(first)).toEqual([2, 4]);
  expect(await Promise.all(rest)).toEqual(Array.from({ length: 10 }, (_, index) => index * 2));
  expect(runs).toEqual([2, 4, 4, 2]);
});

test("one that fails fails alone, and later ones go on", async () => {
  const root = createGathering<number, number>(async (items) => {
    if (items.some((item) => item < 0)) throw new Error("negative");
    return items.map(Math.sqrt);
  }, 10);
  const outcomes = await Promise.allSettled([root(4), root(-1), root(9)]);
  expect(outcomes).toMatchObject([{ value: 2 }, { status: "rejected" }, { value: 3 }]);
  expect(await root(16)).toBe(4);
});

test("a database that is away, or may have done it unseen, is asked once for all and not once for each", async () => {
  let runs = 0;
  const ask = createGathering<number, number>(async () => {
    runs += 1;
    throw new StoreError(runs === 1 ? "STORE_UNSURE" : "STORE_GONE");
  }, 10);
  for (const code of ["STORE_UNSURE", "STORE_GONE"]) {
    const outcomes = await Promise.allSettled([ask(1), ask(2), ask(3)]);
    expect(outcomes).toMatchObject(outcomes.map(() => ({ status: "rejected", reason: { code } })));
  }
  expect(runs).toBe(2);
});

test("of those who ask together, the one who breaks a rule of the database fails alone", async () => {
  const insert = createGathering<number, number>(async (items) => {
    if (items.includes(2)) throw new StoreError("STORE_CONSTRAINT");
    return items;
  }, 10);
  expect(await Promise.allSettled([insert(1), insert(2), insert(3)])).toMatchObject([
    { value: 1 },
    { reason: { code: "STORE_CONSTRAINT" } },
    { value: 3 },
  ]);
});
