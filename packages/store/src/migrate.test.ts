import { expect, test } from "vitest";
import type { Migration } from "./index.ts";
import { openStore, sql } from "./index.ts";
import { at, newPlace } from "./testing/index.ts";

const step = (version: number, text: string): Migration => ({
  version,
  name: `step ${version}`,
  up: async (transaction) => {
    await sql.raw(text).execute(transaction);
  },
});
const ONE = step(1, "create table shop_item (id integer primary key)");
const TWO = step(2, "insert into shop_item (id) values (1)");

const items = async (store: Awaited<ReturnType<typeof openStore>>) =>
  (await sql<{ id: number }>`select id from shop_item`.execute(store.db)).rows;

test("steps run once, in order, and again only those that are new", async () => {
  const store = await openStore(at(await newPlace()));
  await store.migrate("shop", [ONE]);
  await store.migrate("shop", [ONE, TWO]);
  await store.migrate("shop", [ONE, TWO]);
  expect(await items(store)).toEqual([{ id: 1 }]);
  await store.close();
});

test("owners do not see each other's steps", async () => {
  const store = await openStore(at(await newPlace()));
  await store.migrate("shop", [ONE]);
  await store.migrate("blog", [step(1, "create table blog_item (id integer primary key)")]);
  expect((await sql`select * from blog_migration`.execute(store.db)).rows).toHaveLength(1);
  await store.close();
});

test("a step that fails takes all steps of the run with it", async () => {
  const store = await openStore(at(await newPlace()));
  await expect(store.migrate("shop", [ONE, step(2, "insert into nowhere values (1)")])).rejects.toThrow();
  await store.migrate("shop", [ONE, TWO]);
  expect(await items(store)).toEqual([{ id: 1 }]);
  await store.close();
});

test("several connections that migrate at once apply each step once", async () => {
  const place = await newPlace();
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(at(place))));
  await Promise.all(stores.map((store) => store.migrate("shop", [ONE, TWO])));
  expect(await Promise.all(stores.map(items))).toEqual(stores.map(() => [{ id: 1 }]));
  await Promise.all(stores.map((store) => store.close()));
});

test("a database of a newer release is refused", async () => {
  const store = await openStore(at(await newPlace()));
  await store.migrate("shop", [ONE, TWO]);
  await expect(store.migrate("shop", [ONE])).rejects.toMatchObject({ code: "STORE_OUTDATED" });
  await store.close();
});

test("names and versions that could not be kept apart are refused", async () => {
  const store = await openStore(at(await newPlace()));
  await expect(store.migrate("Shop; drop", [ONE])).rejects.toThrow("owner");
  await expect(store.migrate("shop", [TWO])).rejects.toThrow("out of order");
  await store.close();
});
