import { type Kysely, sql } from "@freshet/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Accepted, createJournal } from "../invalidation/journal.ts";
import type { InvalidationTables } from "../invalidation/migrations.ts";
import { createEdge } from "./edge.test.support.ts";
import { type Fleet, type Instance, startFleet } from "./fleet.test.support.ts";

const HAT = "/hat.gif";

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.stop());

const tables = ({ store }: Instance): Kysely<InvalidationTables> =>
  store.db.$extendTables<InvalidationTables>();
const head = async (instance: Instance): Promise<number> =>
  (await tables(instance).selectFrom("invalidation_sequence").select("n").executeTakeFirstOrThrow()).n;

/** The database as it was when this number was the newest. */
async function goBack(instance: Instance, to: number): Promise<void> {
  await tables(instance)
    .transaction()
    .execute(async (db) => {
      await sql`delete from invalidation_entry where sequence > ${to}`.execute(db);
      await sql`delete from invalidation_floor where sequence > ${to}`.execute(db);
      await sql`update instance_row set applied = ${to}, drained = ${to} where applied > ${to}`.execute(db);
      await sql`update invalidation_sequence set n = ${to}`.execute(db);
    });
}

test("numbers never go back: what a restored journal has forgotten is covered, and the next number is above all", async () => {
  const edge = createEdge();
  const a = await fleet.start({ name: "a", drivers: [edge.driver] });
  const b = await fleet.start({ name: "b", drivers: [edge.driver] });
  for (let round = 0; round < 5; round += 1) await a.ended(await a.invalidate(HAT));
  await goBack(a, 2);
  fleet.publish(HAT);
  const done = await b.ended(await b.invalidate(HAT));
  expect(done).toMatchObject({ status: "DONE" });
  expect(done.sequence).toBeGreaterThan(6);
  for (const instance of [a, b]) expect((await instance.get(HAT)).version).toBe(1);
  edge.inner = b;
  expect((await edge.get(HAT)).version).toBe(1);
  const causes = await tables(a)
    .selectFrom("invalidation_entry")
    .select(["scope", "cause", "sequence"])
    .execute();
  const restore = causes.filter(({ cause }) => cause.includes("restore"));
  expect(restore.length).toBeGreaterThan(0);
  expect(restore.every(({ scope, sequence }) => scope === "all" && sequence > 5)).toBe(true);
});

/** An invalidation accepted by somebody who remembers nothing of the numbers that a restored journal has lost. */
async function acceptForgetful(instance: Instance, tag: string): Promise<Accepted> {
  const path = {
    kind: "original",
    received: HAT,
    path: HAT,
    name: "",
    tag,
    covered: null,
    digest: null,
  } as const;
  const accepted = await createJournal(tables(instance), Date.now).accept({
    project: "demo",
    request: { scope: "original", urls: [HAT] },
    paths: [path],
    cause: { kind: "api" },
    chain: 0,
    key: undefined,
  });
  if (accepted === "reused") throw new Error("reused");
  return accepted;
}

test("an entry that was given a number of before is numbered anew, and no instance counts as having applied it", async () => {
  const a = await fleet.start({ name: "a" });
  const b = await fleet.start({ name: "b" });
  for (let round = 0; round < 5; round += 1) await a.ended(await a.invalidate(HAT));
  for (const instance of [a, b]) expect((await instance.get(HAT)).version).toBe(0);
  await goBack(a, 2);
  const version = fleet.publish(HAT);
  const accepted = await acceptForgetful(a, (await a.get(HAT)).tags[0] ?? "");
  expect(accepted.sequence).toBe(3);
  const done = await a.ended(accepted.uuid);
  expect(done).toMatchObject({ status: "DONE" });
  expect(done.sequence).toBeGreaterThan(5);
  for (const instance of [a, b]) expect((await instance.get(HAT)).version).toBe(version);
});

test("a journal that has reached a number again is recognised by the entry it gave it to", async () => {
  const a = await fleet.start({ name: "a" });
  const b = await fleet.start({ name: "b" });
  for (let round = 0; round < 5; round += 1) await a.ended(await a.invalidate(HAT));
  for (const instance of [a, b]) expect((await instance.get(HAT)).version).toBe(0);
  const tag = (await a.get(HAT)).tags[0] ?? "";
  // Nobody looks until the numbers are as large as they were.
  for (const instance of [a, b]) instance.freeze();
  await goBack(a, 2);
  const version = fleet.publish(HAT);
  const first = await acceptForgetful(a, tag);
  for (let count = 0; count < 3; count += 1) await acceptForgetful(a, "o-0000000000000000");
  expect([first.sequence, await head(a)]).toEqual([3, 6]);
  for (const instance of [a, b]) instance.thaw();
  const done = await a.ended(first.uuid);
  expect(done).toMatchObject({ status: "DONE" });
  expect(done.sequence).toBeGreaterThan(6);
  for (const instance of [a, b]) expect((await instance.get(HAT)).version).toBe(version);
});

test("a node that has heard a larger number than the journal has given raises the journal", async () => {
  const edge = createEdge();
  await edge.driver.join?.(0, new AbortController().signal);
  await edge.driver.purgeTags?.(
    { sequence: 50, project: "demo", tags: [`o-${"0".repeat(16)}`] },
    new AbortController().signal,
  );
  const a = await fleet.start({ name: "a", drivers: [edge.driver] });
  await expect.poll(() => head(a)).toBeGreaterThan(50);
  const newest = await head(a);
  expect((await a.ended(await a.invalidate(HAT))).sequence).toBe(newest + 1);
  expect(await head(a)).toBe(newest + 1);
});
