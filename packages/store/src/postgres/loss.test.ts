import { afterEach, expect, test } from "vitest";
import { createGathering, openStore, type Store, sql } from "../index.ts";
import { newPlace } from "../testing/index.ts";
import { type Cable, layCable } from "./cable.test.support.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function setup(poolSize = 4) {
  const place = await newPlace();
  const cable: Cable = await layCable(place);
  undo.push(() => cable.close());
  const lines: string[] = [];
  const store = await openStore({
    url: cable.url,
    poolSize,
    busyTimeout: 2_000,
    log: (event) => lines.push(event),
  });
  undo.push(() => store.close());
  await sql`create table item (id bigint primary key)`.execute(store.db);
  const db = store.db.$extendTables<{ item: { id: number } }>();
  const add = (id: number, on: Pick<typeof db, "insertInto"> = db) =>
    on.insertInto("item").values({ id }).execute();
  const ids = async () =>
    (await db.selectFrom("item").select("id").orderBy("id").execute()).map(({ id }) => id);
  return { store, db, cable, add, ids, lines };
}

test("connections that were cut while nobody used them are replaced unseen", async () => {
  const { cable, add, ids, lines } = await setup();
  await Promise.all([1, 2, 3, 4].map((id) => add(id)));
  cable.cut();
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  await Promise.all([5, 6, 7, 8].map((id) => add(id)));
  expect(await ids()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(new Set(lines)).toEqual(new Set(["store connection lost"]));
});

test("a question whose answer was lost is asked again", async () => {
  const { cable, add, ids } = await setup();
  await add(1);
  cable.cutOn("select", "after");
  expect(await ids()).toEqual([1]);
});

test.each(["before", "after"] as const)(
  "a change outside of a transaction, cut %s it was carried out, is unsure and not repeated",
  async (when) => {
    const { cable, add, ids } = await setup();
    cable.cutOn("insert", when);
    await expect(add(1)).rejects.toMatchObject({ code: "STORE_UNSURE" });
    await expect.poll(ids).toEqual(when === "after" ? [1] : []);
  },
);

test.each(["before", "after"] as const)(
  "a transaction whose first statement was cut %s it was carried out begins anew",
  async (when) => {
    const { db, cable, add, ids } = await setup();
    cable.cutOn("insert", when);
    await db.transaction().execute(async (transaction) => {
      await add(1, transaction);
      await add(2, transaction);
    });
    expect(await ids()).toEqual([1, 2]);
  },
);

test("a transaction that was cut later has changed nothing, and says so however it goes on", async () => {
  const { db, cable, add, ids } = await setup();
  const ended = db.transaction().execute(async (transaction) => {
    await add(1, transaction);
    cable.cut();
    await expect(add(2, transaction)).rejects.toMatchObject({ code: "STORE_GONE" });
    await expect(add(3, transaction)).rejects.toMatchObject({ code: "STORE_ROLLED_BACK" });
  });
  await expect(ended).rejects.toMatchObject({ code: "STORE_ROLLED_BACK" });
  const thrown = db.transaction().execute(async (transaction) => {
    await add(4, transaction);
    cable.cut();
    await add(5, transaction);
  });
  await expect(thrown).rejects.toMatchObject({ code: "STORE_GONE" });
  expect(await ids()).toEqual([]);
});

test.each(["before", "after"] as const)(
  "a commit that was cut %s it was carried out is unsure",
  async (when) => {
    const { db, cable, add, ids } = await setup();
    cable.cutOn("commit", when);
    const ended = db.transaction().execute((transaction) => add(1, transaction));
    await expect(ended).rejects.toMatchObject({ code: "STORE_UNSURE" });
    await expect.poll(ids).toEqual(when === "after" ? [1] : []);
  },
);

test("callers that shared a commit which was cut are all told, and nothing is done twice", async () => {
  const { db, cable } = await setup();
  await sql`create table event (id bigserial, what text)`.execute(db);
  const gathered = createGathering<string, void>(async (group) => {
    await db.transaction().execute(async (transaction) => {
      for (const what of group) await sql`insert into event (what) values (${what})`.execute(transaction);
    });
    return group.map(() => undefined);
  }, 10);
  cable.cutOn("commit", "after");
  const outcomes = await Promise.allSettled(["a", "b", "c"].map((what) => gathered(what)));
  expect(outcomes).toMatchObject(
    outcomes.map(() => ({ status: "rejected", reason: { code: "STORE_UNSURE" } })),
  );
  await expect
    .poll(async () => (await sql<{ what: string }>`select what from event order by id`.execute(db)).rows)
    .toEqual([{ what: "a" }, { what: "b" }, { what: "c" }]);
  await gathered("d");
  expect((await sql`select what from event`.execute(db)).rows).toHaveLength(4);
});

test("a store that is closed finishes what was sent, and refuses the rest", async () => {
  const { store, db, add } = await setup(1);
  const sent = [1, 2, 3].map((id) => add(id));
  const closed = store.close();
  await Promise.all(sent);
  await Promise.all([closed, store.close()]);
  await expect(db.selectFrom("item").selectAll().execute()).rejects.toThrow();
});

test("who hears of others hears again after the line was cut, and looks for what was missed", async () => {
  const place = await newPlace();
  const cable = await layCable(place);
  undo.push(() => cable.close());
  const open = async (url: string): Promise<Store> => {
    const store = await openStore({ url });
    undo.push(() => store.close());
    return store;
  };
  const [near, far] = [await open(cable.url), await open(place)];
  let heard = 0;
  near.listen("news", () => {
    heard += 1;
  });
  // The first wake says that it listens.
  await expect.poll(() => heard).toBe(1);
  far.notify("news");
  await expect.poll(() => heard).toBe(2);
  cable.cut();
  await expect.poll(() => heard).toBe(3);
  far.notify("other");
  far.notify("news");
  await expect.poll(() => heard).toBe(4);
});
