import { afterEach, expect, test } from "vitest";
import { isStoreError, openStore, type Store, sql } from "./index.ts";
import { at, engineOfRun, newPlace } from "./testing/index.ts";

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function open(place: string, more: { readonly busyTimeout?: number } = {}): Promise<Store> {
  const store = await openStore({ ...at(place), ...more });
  opened.push(store);
  return store;
}

interface Item {
  readonly id: number;
  readonly name: string | null;
  readonly body: Uint8Array | null;
}

async function openItems(place?: string) {
  const store = await open(place ?? (await newPlace()));
  const bytes = sql.raw(engineOfRun() === "postgres" ? "bytea" : "blob");
  await sql`create table if not exists item (id bigint primary key, name text unique, body ${bytes})`.execute(
    store.db,
  );
  return { store, db: store.db.$extendTables<{ item: Item }>() };
}

test("what was answered is there when the file is opened again", async () => {
  const place = await newPlace();
  const first = await openItems(place);
  await first.db
    .insertInto("item")
    .values({ id: 1, name: "a", body: new Uint8Array([1, 2]) })
    .execute();
  await first.store.close();
  const second = await openItems(place);
  expect(await second.db.selectFrom("item").selectAll().execute()).toEqual([
    { id: 1, name: "a", body: new Uint8Array([1, 2]) },
  ]);
});

test("a transaction's changes are nobody else's before its commit, and a failed one leaves nothing", async () => {
  const { db } = await openItems();
  const asked = Promise.withResolvers<void>();
  const slow = db.transaction().execute(async (transaction) => {
    await transaction.insertInto("item").values({ id: 1, name: "a", body: null }).execute();
    await asked.promise;
    throw new Error("changed my mind");
  });
  const reader = db.selectFrom("item").selectAll().execute();
  const later = db.transaction().execute(async (transaction) => {
    await transaction.insertInto("item").values({ id: 1, name: "b", body: null }).execute();
  });
  asked.resolve();
  await expect(slow).rejects.toThrow("changed my mind");
  // With several connections it may read behind `later` as well, but never what was taken back.
  expect((await reader).map(({ name }) => name)).not.toContain("a");
  await later;
  expect(await db.selectFrom("item").select("name").execute()).toEqual([{ name: "b" }]);
});

test("many statements and transactions at once all take place", async () => {
  const { db } = await openItems();
  await Promise.all(
    Array.from({ length: 200 }, (_, id) =>
      id % 3 === 0
        ? db.transaction().execute((transaction) =>
            transaction
              .insertInto("item")
              .values({ id, name: `n${id}`, body: null })
              .execute(),
          )
        : db
            .insertInto("item")
            .values({ id, name: `n${id}`, body: null })
            .execute(),
    ),
  );
  const { n } = await db
    .selectFrom("item")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  expect(n).toBe(200);
});

test("an unused transaction costs nothing and blocks nobody", async () => {
  const { db } = await openItems();
  expect(await db.transaction().execute(async () => 7)).toBe(7);
  await db.insertInto("item").values({ id: 1, name: "a", body: null }).execute();
});

test("errors come across with a code, and a statement that failed ends its transaction", async () => {
  const { db } = await openItems();
  await db.insertInto("item").values({ id: 1, name: "a", body: null }).execute();
  const caught = await db
    .insertInto("item")
    .values({ id: 1, name: "b", body: null })
    .execute()
    .catch((error) => error);
  expect(isStoreError(caught) && caught.code).toBe("STORE_CONSTRAINT");
  const ended = db.transaction().execute(async (transaction) => {
    await transaction.insertInto("item").values({ id: 2, name: "c", body: null }).execute();
    const again = transaction.insertInto("item").values({ id: 1, name: "b", body: null }).execute();
    await expect(again).rejects.toMatchObject({ code: "STORE_CONSTRAINT" });
    const later = transaction.insertInto("item").values({ id: 3, name: "d", body: null }).execute();
    await expect(later).rejects.toMatchObject({ code: "STORE_ROLLED_BACK" });
  });
  await expect(ended).rejects.toMatchObject({ code: "STORE_ROLLED_BACK" });
  await expect(sql`select nonsense`.execute(db)).rejects.toMatchObject({ code: "STORE_BROKEN" });
  await expect(sql`select ${{ a: 1 }}`.execute(db)).rejects.toMatchObject({ code: "STORE_BROKEN" });
  expect(await db.selectFrom("item").select("id").orderBy("id").execute()).toEqual([{ id: 1 }]);
});

test("values come back as they were given, whichever engine holds them", async () => {
  const { db } = await openItems();
  const insert = (id: number, name: string | null, body: Uint8Array | null) =>
    db.insertInto("item").values({ id, name, body }).execute();
  const text = "ü 🎩 ' \\ \" $1 ? {} \n";
  await insert(Number.MAX_SAFE_INTEGER, text, new Uint8Array([0, 1, 127, 255]));
  await insert(-1, "", new Uint8Array());
  expect(await db.selectFrom("item").selectAll().orderBy("id").execute()).toEqual([
    { id: -1, name: "", body: new Uint8Array() },
    { id: Number.MAX_SAFE_INTEGER, name: text, body: new Uint8Array([0, 1, 127, 255]) },
  ]);
  const { rows } = await sql`select count(*) as n, sum(id) as sum, max(id) > 0 as yes, 1.5 as half
    from item where id < 0`.execute(db);
  expect(rows).toEqual([{ n: 1, sum: -1, yes: 0, half: 1.5 }]);
});

test("a number that JavaScript would round is refused instead", async () => {
  const { db } = await openItems();
  await sql`insert into item (id) values (9007199254740993)`.execute(db);
  await expect(sql`select id from item`.execute(db)).rejects.toMatchObject({ code: "STORE_BROKEN" });
});

test("a stranger's text with characters that one engine lacks is kept and found under one form", async () => {
  const { db } = await openItems();
  const odd = "a\0b\uD800";
  await db.insertInto("item").values({ id: 1, name: odd, body: null }).execute();
  expect(await db.selectFrom("item").select("name").where("name", "=", odd).execute()).toEqual([
    { name: "a\uFFFDb\uFFFD" },
  ]);
});

test("changes are counted alike", async () => {
  const { db } = await openItems();
  for (const id of [1, 2, 3])
    await db
      .insertInto("item")
      .values({ id, name: `n${id}`, body: null })
      .execute();
  const update = await sql`update item set body = null where id > 1`.execute(db);
  const remove = await sql`delete from item where id = 9`.execute(db);
  const upsert = await sql`insert into item (id, name) values (1, 'x') on conflict (id) do nothing`.execute(
    db,
  );
  const returned = await sql`update item set name = 'z' where id = 1 returning id`.execute(db);
  expect([update, remove, upsert].map(({ numAffectedRows }) => numAffectedRows)).toEqual([2n, 0n, 0n]);
  expect(returned.rows).toEqual([{ id: 1 }]);
});

test("listeners are woken after a notice, once for many, until they stop", async () => {
  const { store } = await openItems();
  const heard: string[] = [];
  const stop = store.listen("a_channel", () => heard.push("a"));
  store.listen("b_channel", () => heard.push("b"));
  store.notify("a_channel");
  store.notify("a_channel");
  expect(heard).toEqual([]);
  await Promise.resolve();
  expect(heard.filter((each) => each === "a")).toEqual(["a"]);
  stop();
  heard.length = 0;
  store.notify("a_channel");
  store.notify("b_channel");
  await Promise.resolve();
  expect(heard).toEqual(["b"]);
  expect(() => store.notify('no"channel')).toThrow("channel");
  expect(() => store.listen("No", () => {})).toThrow("channel");
});

test("a listener that throws does not keep the others from hearing", async () => {
  const { store } = await openItems();
  const heard: string[] = [];
  store.listen("a_channel", () => {
    throw new Error("deaf");
  });
  store.listen("a_channel", () => heard.push("a"));
  store.notify("a_channel");
  await Promise.resolve();
  expect(heard).toContain("a");
});

test("a transaction that another process keeps out fails as busy, writes nothing, and can be repeated", async () => {
  const place = await newPlace();
  const first = await openItems(place);
  await sql`insert into item (id, name) values (0, 'lock')`.execute(first.db);
  const second = await open(place, { busyTimeout: 100 });
  const db = second.db.$extendTables<{ item: { id: number; name: string } }>();
  const lock = sql`update item set name = name where id = 0`;
  await first.db.transaction().execute(async (transaction) => {
    await lock.execute(transaction);
    const shut = db.transaction().execute(async (other) => {
      // Sent together: neither may run outside the transaction that did not begin.
      await Promise.all([
        lock.execute(other),
        other.insertInto("item").values({ id: 2, name: "b" }).execute(),
      ]);
    });
    await expect(shut).rejects.toMatchObject({ code: "STORE_BUSY" });
  });
  await db.transaction().execute((other) => other.insertInto("item").values({ id: 3, name: "c" }).execute());
  expect(await db.selectFrom("item").select("id").orderBy("id").execute()).toEqual([{ id: 0 }, { id: 3 }]);
});

test("a closed store refuses, and may be closed twice", async () => {
  const { store, db } = await openItems();
  const last = db.insertInto("item").values({ id: 1, name: "a", body: null }).execute();
  await last;
  await Promise.all([store.close(), store.close()]);
  await expect(db.selectFrom("item").selectAll().execute()).rejects.toThrow();
});
