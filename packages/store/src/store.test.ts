import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isStoreError, openStore, sql } from "./index.ts";

const folder = () => mkdtemp(join(tmpdir(), "freshet-store-"));

async function openItems(file = ":memory:") {
  const store = await openStore({ file });
  await sql`create table if not exists item (id integer primary key, name text unique, body blob)`.execute(
    store.db,
  );
  const db = store.db.$extendTables<{ item: { id: number; name: string | null; body: Uint8Array | null } }>();
  return { store, db };
}

test("a file is opened with an fsync per commit, a write-ahead log and foreign keys", async () => {
  const { store } = await openItems(join(await folder(), "deep", "er", "x.db"));
  const read = async (name: string) => {
    const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(store.db);
    return Object.values(rows[0] ?? {})[0];
  };
  expect([await read("journal_mode"), await read("synchronous"), await read("foreign_keys")]).toEqual([
    "wal",
    2,
    1,
  ]);
  expect(await read("busy_timeout")).toBe(5_000);
  await store.close();
});

test("what was answered is there when the file is opened again", async () => {
  const file = join(await folder(), "x.db");
  const first = await openItems(file);
  await first.db
    .insertInto("item")
    .values({ id: 1, name: "a", body: new Uint8Array([1, 2]) })
    .execute();
  await first.store.close();
  const second = await openItems(file);
  expect(await second.db.selectFrom("item").selectAll().execute()).toEqual([
    { id: 1, name: "a", body: new Uint8Array([1, 2]) },
  ]);
  await second.store.close();
});

test("a transaction has the connection to itself, and a failed one leaves nothing", async () => {
  const { store, db } = await openItems();
  const seen: string[] = [];
  const asked = Promise.withResolvers<void>();
  const slow = db.transaction().execute(async (transaction) => {
    await transaction.insertInto("item").values({ id: 1, name: "a", body: null }).execute();
    await asked.promise;
    seen.push("first");
    throw new Error("changed my mind");
  });
  const reader = db
    .selectFrom("item")
    .selectAll()
    .execute()
    .then((rows) => seen.push(`read ${rows.length}`));
  const later = db.transaction().execute(async (transaction) => {
    seen.push("second");
    await transaction.insertInto("item").values({ id: 1, name: "b", body: null }).execute();
  });
  asked.resolve();
  await expect(slow).rejects.toThrow("changed my mind");
  await Promise.all([reader, later]);
  expect(seen[0]).toBe("first");
  expect(seen.slice(1).toSorted()).toEqual(["read 0", "second"]);
  expect(await db.selectFrom("item").select("name").execute()).toEqual([{ name: "b" }]);
  await store.close();
});

test("many statements and transactions at once keep their order and their rows", async () => {
  const { store, db } = await openItems();
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
  await store.close();
});

test("an unused transaction costs nothing and blocks nobody", async () => {
  const { store, db } = await openItems();
  expect(await db.transaction().execute(async () => 7)).toBe(7);
  await db.insertInto("item").values({ id: 1, name: "a", body: null }).execute();
  await store.close();
});

test("errors come across with a code, and the transaction they happened in can go on or end", async () => {
  const { store, db } = await openItems();
  await db.insertInto("item").values({ id: 1, name: "a", body: null }).execute();
  const caught = await db
    .insertInto("item")
    .values({ id: 1, name: "b", body: null })
    .execute()
    .catch((error) => error);
  expect(isStoreError(caught) && caught.code).toBe("STORE_CONSTRAINT");
  await db.transaction().execute(async (transaction) => {
    const again = transaction.insertInto("item").values({ id: 1, name: "b", body: null }).execute();
    await expect(again).rejects.toMatchObject({ code: "STORE_CONSTRAINT" });
    await transaction.insertInto("item").values({ id: 2, name: "b", body: null }).execute();
  });
  await expect(sql`select nonsense`.execute(db)).rejects.toMatchObject({ code: "STORE_BROKEN" });
  await expect(sql`select ${{ a: 1 }}`.execute(db)).rejects.toMatchObject({ code: "STORE_BROKEN" });
  expect(await db.selectFrom("item").select("id").orderBy("id").execute()).toEqual([{ id: 1 }, { id: 2 }]);
  await store.close();
});

test("a transaction that another process keeps out fails as busy, writes nothing, and can be repeated", async () => {
  const file = join(await folder(), "x.db");
  const first = await openItems(file);
  const second = await openStore({ file, busyTimeout: 20 });
  const db = second.db.$extendTables<{ item: { id: number } }>();
  await first.db.transaction().execute(async (transaction) => {
    await transaction.insertInto("item").values({ id: 1, name: "a", body: null }).execute();
    const shut = db.transaction().execute(async (other) => {
      // Sent together: neither may run outside the transaction that did not begin.
      await Promise.all([other.insertInto("item").values({ id: 2 }).execute(), sql`select 1`.execute(other)]);
    });
    await expect(shut).rejects.toMatchObject({ code: "STORE_BUSY" });
  });
  await db.transaction().execute((other) => other.insertInto("item").values({ id: 3 }).execute());
  expect(await db.selectFrom("item").select("id").orderBy("id").execute()).toEqual([{ id: 1 }, { id: 3 }]);
  await second.close();
  await first.store.close();
});

test("a file that is no database is refused with a sentence", async () => {
  const file = join(await folder(), "x.db");
  await writeFile(file, "this is a letter, not a database".repeat(100));
  await expect(openStore({ file })).rejects.toMatchObject({ name: "StoreError", code: "STORE_BROKEN" });
});

test("a closed store refuses, and may be closed twice", async () => {
  const { store, db } = await openItems();
  const last = db.insertInto("item").values({ id: 1, name: "a", body: null }).execute();
  await last;
  await Promise.all([store.close(), store.close()]);
  await expect(db.selectFrom("item").selectAll().execute()).rejects.toThrow();
});

test("two stores that make the same new file at once both open it", async () => {
  const file = join(await folder(), "x.db");
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ file })));
  await Promise.all(stores.map((store) => store.close()));
});
