import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore, sql } from "../index.ts";

async function openItems() {
  const store = await openStore({ file: ":memory:" });
  await sql`create table item (id integer primary key, name text)`.execute(store.db);
  return { store, db: store.db.$extendTables<{ item: { id: number; name: string } }>() };
}

const folder = () => mkdtemp(join(tmpdir(), "freshet-store-"));

test("a file is opened with an fsync per commit, a write-ahead log and foreign keys", async () => {
  const store = await openStore({ file: join(await folder(), "deep", "er", "x.db") });
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

test("a file that is no database is refused with a sentence", async () => {
  const file = join(await folder(), "x.db");
  await writeFile(file, "this is a letter, not a database".repeat(100));
  await expect(openStore({ file })).rejects.toMatchObject({ name: "StoreError", code: "STORE_BROKEN" });
});

test("two stores that make the same new file at once both open it", async () => {
  const file = join(await folder(), "x.db");
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ file })));
  await Promise.all(stores.map((store) => store.close()));
});

test("a transaction has the connection to itself, and a failed one leaves nothing", async () => {
  const { store, db } = await openItems();
  const seen: string[] = [];
  const asked = Promise.withResolvers<void>();
  const slow = db.transaction().execute(async (transaction) => {
    await transaction.insertInto("item").values({ id: 1, name: "a" }).execute();
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
    await transaction.insertInto("item").values({ id: 1, name: "b" }).execute();
  });
  asked.resolve();
  await expect(slow).rejects.toThrow("changed my mind");
  await Promise.all([reader, later]);
  expect(seen[0]).toBe("first");
  expect(seen.slice(1).toSorted()).toEqual(["read 0", "second"]);
  expect(await db.selectFrom("item").select("name").execute()).toEqual([{ name: "b" }]);
  await store.close();
});

test("one lives as long as it is open where no file is named", async () => {
  const store = await openStore({ file: ":memory:" });
  expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
  await store.close();
});
