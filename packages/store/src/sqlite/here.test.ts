import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, type Store, sql } from "../index.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-here-"));
  store = await openStore({ file: join(folder, "deep", "x.db"), startsHere: true });
  await sql`create table item (id integer primary key)`.execute(store.db);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const items = () => store.db.$extendTables<{ item: { id: number } }>();
const ids = async () =>
  (await items().selectFrom("item").select("id").orderBy("id").execute()).map(({ id }) => id);
const add = (id: number) => items().insertInto("item").values({ id }).execute();

/** Whether a statement is run while whoever sends it waits, which is in his own thread. */
async function runsHere(): Promise<boolean> {
  let isAnswered = false;
  const counted = sql<{
    n: number;
  }>`with recursive c (n) as (select 1 union all select n + 1 from c where n < 300000)
    select max(n) as n from c`.execute(store.db);
  void counted.then(() => {
    isAnswered = true;
  });
  // Timers come between where the work is done elsewhere.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await new Promise((resolve) => setImmediate(resolve));
  const wasAnswered = isAnswered;
  await counted;
  return wasAnswered;
}

test("a store that starts here needs no thread, and has one once its start is over", async () => {
  await add(1);
  expect(await runsHere()).toBe(true);
  store.settle();
  store.settle();
  await expect.poll(runsHere).toBe(false);
  await add(2);
  expect(await ids()).toEqual([1, 2]);
});

test("a transaction that is open while the thread begins stays whole", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const kept = items()
    .transaction()
    .execute(async (transaction) => {
      await transaction.insertInto("item").values({ id: 1 }).execute();
      begun.resolve();
      await promise;
      await transaction.insertInto("item").values({ id: 2 }).execute();
    });
  await begun.promise;
  store.settle();
  await new Promise((wait) => setTimeout(wait, 300));
  resolve();
  await kept;
  expect(await ids()).toEqual([1, 2]);
  await expect.poll(runsHere).toBe(false);
  const lost = items()
    .transaction()
    .execute(async (transaction) => {
      await transaction.insertInto("item").values({ id: 3 }).execute();
      throw new Error("changed my mind");
    });
  await expect(lost).rejects.toThrow("changed my mind");
  expect(await ids()).toEqual([1, 2]);
});

test("statements that are sent one behind the other while it moves run in that order, each once", async () => {
  const sent: Promise<unknown>[] = [];
  store.settle();
  for (let id = 1; id <= 400; id += 1) {
    sent.push(add(id));
    if (id % 20 === 0) await new Promise((wait) => setTimeout(wait, 5));
  }
  await Promise.all(sent);
  expect(await runsHere()).toBe(false);
  expect(await ids()).toEqual(Array.from({ length: 400 }, (_, at) => at + 1));
});

test("errors are those of the thread", async () => {
  await add(1);
  await expect(add(1)).rejects.toMatchObject({ name: "StoreError", code: "STORE_CONSTRAINT" });
  const file = join(folder, "letter.db");
  await writeFile(file, "this is a letter, not a database".repeat(100));
  const opening = openStore({ file, startsHere: true });
  await expect(opening).rejects.toMatchObject({ name: "StoreError", code: "STORE_BROKEN" });
});

test.each(["before", "while"])("it is closed %s it moves", async (when) => {
  await add(1);
  if (when === "while") store.settle();
  await store.close();
  await expect(ids()).rejects.toThrow();
  store = await openStore({ file: join(folder, "deep", "x.db") });
  expect(await ids()).toEqual([1]);
});
