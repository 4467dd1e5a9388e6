import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openStore, type Store, sql } from "../index.ts";
import { newDatabase, newPlace, type PostgresServer, startPostgres } from "../testing/index.ts";

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
async function open(
  url: string,
  more: { readonly busyTimeout?: number; readonly statementTimeout?: number } = {},
) {
  const store = await openStore({ url, ...more });
  opened.push(store);
  return store;
}
const refusal = (url: string) =>
  open(url, { busyTimeout: 300 }).then(
    () => undefined,
    (error: unknown) => error,
  );

function changed(url: string, change: (url: URL) => void): string {
  const other = new URL(url);
  change(other);
  return other.href;
}

test("what is no address, no user, no database or no server is refused with a code and no secret", async () => {
  const url = await newPlace();
  const { password } = new URL(url);
  const wrong = (change: (url: URL) => void) => refusal(changed(url, change));
  const refusals = {
    scheme: await refusal(`mysql://u:${password}@127.0.0.1/x`),
    nonsense: await refusal(`postgres://u:${password}@[::/x`),
    password: await wrong((to) => {
      to.password = "another";
    }),
    database: await wrong((to) => {
      to.pathname = "/nowhere";
    }),
    server: await wrong((to) => {
      to.port = "1";
    }),
  };
  expect(refusals).toMatchObject({
    scheme: { name: "StoreError", code: "STORE_REFUSED" },
    nonsense: { code: "STORE_REFUSED" },
    password: { code: "STORE_REFUSED" },
    database: { code: "STORE_REFUSED" },
    server: { code: "STORE_GONE" },
  });
  for (const error of Object.values(refusals)) {
    expect((error as Error).message).not.toContain(password);
    expect(JSON.stringify(error)).not.toContain(password);
  }
});

test("a database that cannot hold every text is refused", async () => {
  const url = await newPlace();
  const store = await open(url);
  await sql`create database latin encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`.execute(
    store.db,
  );
  const latin = changed(url, (to) => {
    to.pathname = "/latin";
  });
  expect(await refusal(latin)).toMatchObject({
    code: "STORE_UNSUITABLE",
    detail: "its encoding is LATIN1, not UTF8",
  });
});

test("a connection relies on nothing that the server's own settings may say", async () => {
  const url = await newPlace();
  const name = new URL(url).pathname.slice(1);
  const store = await open(url);
  for (const setting of [
    "synchronous_commit = off",
    "default_transaction_isolation = 'serializable'",
    "bytea_output = 'escape'",
    "statement_timeout = 1",
  ])
    await sql.raw(`alter database ${name} set ${setting}`).execute(store.db);
  const other = await open(url, { busyTimeout: 1_000, statementTimeout: 7_000 });
  const { rows } = await sql`select current_setting('synchronous_commit') as sync,
    current_setting('transaction_isolation') as isolation, current_setting('statement_timeout') as statement,
    current_setting('lock_timeout') as lock, '\\x00ff'::bytea as bytes`.execute(other.db);
  expect(rows).toEqual([
    { sync: "on", isolation: "read committed", statement: "7s", lock: "1s", bytes: new Uint8Array([0, 255]) },
  ]);
});

test("a statement that takes too long is given up, and the connection goes on", async () => {
  const store = await open(await newPlace(), { statementTimeout: 100 });
  await expect(sql`select pg_sleep(5)`.execute(store.db)).rejects.toMatchObject({ code: "STORE_BUSY" });
  expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
});

test("a transaction that stands still keeps others out no longer than they wait", async () => {
  const url = await newPlace();
  const [frozen, other] = [await open(url, { busyTimeout: 500 }), await open(url)];
  await sql`create table item (id bigint primary key, n bigint)`.execute(frozen.db);
  await sql`insert into item values (1, 0)`.execute(frozen.db);
  const asleep = Promise.withResolvers<void>();
  const awake = Promise.withResolvers<void>();
  const slow = frozen.db.transaction().execute(async (transaction) => {
    await sql`update item set n = 1`.execute(transaction);
    asleep.resolve();
    await awake.promise;
    await sql`update item set n = 2`.execute(transaction);
  });
  slow.catch(() => {});
  await asleep.promise;
  // In time, although the first one never lets go by itself.
  await expect
    .poll(async () => (await sql`update item set n = 7`.execute(other.db)).numAffectedRows)
    .toBe(1n);
  awake.resolve();
  await expect(slow).rejects.toMatchObject({ code: "STORE_GONE" });
  expect((await sql`select n from item`.execute(other.db)).rows).toEqual([{ n: 7 }]);
});

test("more callers than connections take turns", async () => {
  const store = await openStore({ url: await newPlace(), poolSize: 2 });
  opened.push(store);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) => sql<{ n: number }>`select ${n}::int as n`.execute(store.db)),
  );
  expect(answers.map(({ rows }) => rows[0]?.n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
});

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server?.stop());

test("a standby is refused, before and after it has become one, until it is promoted", async () => {
  const url = await newDatabase(server.url);
  const store = await open(url, { busyTimeout: 500 });
  await sql`create table item (id bigint primary key)`.execute(store.db);
  await server.restart("standby");
  expect(await refusal(url)).toMatchObject({ code: "STORE_STANDBY" });
  await expect(sql`select * from item`.execute(store.db)).rejects.toMatchObject({ code: "STORE_STANDBY" });
  await server.restart("primary");
  await sql`insert into item values (1)`.execute(store.db);
  expect((await sql`select * from item`.execute(store.db)).rows).toEqual([{ id: 1 }]);
}, 60_000);

test("statements wait for a server that restarts", async () => {
  const url = await newDatabase(server.url);
  const store = await open(url, { busyTimeout: 20_000 });
  await sql`create table item (id bigint primary key)`.execute(store.db);
  await server.kill();
  const waiting = [1, 2, 3].map((id) => sql`insert into item values (${id})`.execute(store.db));
  await server.restart();
  await Promise.all(waiting);
  expect((await sql`select id from item order by id`.execute(store.db)).rows).toEqual([
    { id: 1 },
    { id: 2 },
    { id: 3 },
  ]);
}, 60_000);
