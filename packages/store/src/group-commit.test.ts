import { expect, test } from "vitest";
import { createGroupCommit, openStore, sql } from "./index.ts";

async function setup() {
  const store = await openStore({ file: ":memory:" });
  await sql`create table item (id integer primary key, run integer)`.execute(store.db);
  const db = store.db.$extendTables<{ item: { id: number; run: number } }>();
  return { store, db, commit: createGroupCommit(db) };
}

test("each caller gets its own answer", async () => {
  const { store, commit } = await setup();
  const answers = await Promise.all(
    Array.from({ length: 150 }, (_, id) =>
      commit(async (transaction) => {
        await transaction.insertInto("item").values({ id, run: 0 }).execute();
        return id;
      }),
    ),
  );
  expect(answers).toEqual(Array.from({ length: 150 }, (_, id) => id));
  await store.close();
});

test("one that fails fails alone", async () => {
  const { store, db, commit } = await setup();
  const insert = (id: number) =>
    commit((transaction) => transaction.insertInto("item").values({ id, run: 0 }).execute());
  const outcomes = await Promise.allSettled([insert(1), insert(1), insert(2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await db.selectFrom("item").select("id").orderBy("id").execute()).toEqual([{ id: 1 }, { id: 2 }]);
  await store.close();
});

test("nothing is answered before it can be read by another connection's eyes", async () => {
  const { store, db, commit } = await setup();
  await commit((transaction) => transaction.insertInto("item").values({ id: 1, run: 0 }).execute());
  expect(await db.selectFrom("item").selectAll().execute()).toHaveLength(1);
  await store.close();
});
