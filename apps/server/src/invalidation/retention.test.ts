import { afterEach, expect, test } from "vitest";
import { Coverage } from "../cache/coverage.ts";
import type { Identity } from "../projects/identity.ts";
import { type Boot, boot, DEMO, newFile, SHOP } from "./fixture.ts";
import { createFollow } from "./follow.ts";
import type { InvalidationTables } from "./migrations.ts";
import { createRetention } from "./retention.ts";

const running: Boot[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop().catch(() => {});
});

const HOUR = 3_600_000;
const CAUSE = { kind: "api" };
const named = (path: string, project = "demo"): Identity => ({
  project,
  tag: `o-${path}`,
  name: `${project}/${path}`,
  userTags: [],
});
const folder = (name: string) => ({ scope: "original", urls: [`/h.example/${name}/*`] }) as const;
const log = (): void => {};

async function setUp() {
  let time = 1_000 * HOUR;
  const made = await boot(await newFile(), [], { now: () => time });
  running.push(made);
  await made.invalidation.start();
  const db = made.store.db.$extendTables<InvalidationTables>();
  const retention = (mostFloors?: number, mostEntries?: number) =>
    createRetention({
      db,
      coverage: made.coverage,
      keepMs: 10 * HOUR,
      now: () => time,
      log,
      ...(mostFloors === undefined ? {} : { mostFloors }),
      ...(mostEntries === undefined ? {} : { mostEntries }),
    });
  /** What an instance knows that starts now. */
  const restarted = async () => {
    const coverage = new Coverage();
    await createFollow({ db, coverage, remembered: undefined, changed: log, log }).start();
    return coverage;
  };
  return {
    made,
    db,
    retention,
    restarted,
    later: (hours: number) => {
      time += hours * HOUR;
    },
    invalidate: async (request: Parameters<typeof made.invalidation.accept>[1], project = DEMO) => {
      const { invalidation } = await made.invalidation.accept(project, request, CAUSE);
      await made.invalidation.waitFor(project, invalidation.uuid);
      return invalidation.uuid;
    },
  };
}

test("what is too old leaves the journal, and what it covered stays covered", async () => {
  const { made, retention, restarted, later, invalidate } = await setUp();
  const old = await invalidate(folder("old"));
  await invalidate({ scope: "all" }, SHOP);
  later(8);
  const young = await invalidate(folder("young"));
  later(3);
  expect(await retention().run()).toBe(2);
  for (const coverage of [made.coverage, await restarted()]) {
    // The folder's number is the project's now: at least as much is covered, by nothing newer.
    expect(coverage.floor(named("h.example/old/a.jpg"))).toBe(1);
    expect(coverage.floor(named("h.example/other/a.jpg"))).toBe(1);
    expect(coverage.floor(named("h.example/young/a.jpg"))).toBe(3);
    expect(coverage.floor(named("x", "shop"))).toBe(2);
    expect(coverage.applied).toBe(3);
  }
  await expect(made.invalidation.waitFor(DEMO, old)).rejects.toMatchObject({ code: "INVALIDATION_UNKNOWN" });
  expect(await made.invalidation.waitFor(DEMO, young)).toMatchObject({ status: "DONE" });
  expect(await made.count("invalidation_path")).toBe(1);
  expect(await retention().run()).toBe(0);
});

test("the newest entry and those that have not ended stay, however old", async () => {
  const { made, db, retention, later, invalidate } = await setUp();
  const open = await invalidate(folder("open"));
  await db
    .updateTable("invalidation_entry")
    .set({ next_at: Number.MAX_SAFE_INTEGER })
    .where("id", "=", open)
    .execute();
  for (const name of ["a", "b", "newest"]) await invalidate(folder(name));
  later(100);
  expect(await retention().run()).toBe(2);
  expect(await made.count("invalidation_entry")).toBe(2);
});

test("an instance that missed entries which are gone learns from the floors what they covered", async () => {
  const { db, retention, later, invalidate } = await setUp();
  await invalidate(folder("a"));
  const coverage = new Coverage();
  const follow = createFollow({ db, coverage, remembered: undefined, changed: log, log });
  await follow.start();
  await invalidate(folder("b"));
  await invalidate(folder("c"));
  later(100);
  expect(await retention().run()).toBe(2);
  await invalidate(folder("d"));
  await follow.look();
  expect(coverage.applied).toBe(4);
  expect(coverage.floor(named("h.example/b/x.jpg"))).toBeGreaterThanOrEqual(2);
  expect(coverage.floor(named("h.example/c/x.jpg"))).toBeGreaterThanOrEqual(3);
  expect(coverage.floor(named("h.example/d/x.jpg"))).toBe(4);
});

test("floors beyond the most that are kept fold, the oldest first", async () => {
  const { made, db, retention, restarted, invalidate } = await setUp();
  for (let each = 1; each <= 30; each += 1) await invalidate(folder(`f${each}`));
  await retention(20).run();
  const rows = await db.selectFrom("invalidation_floor").selectAll().where("tag", "<>", "").execute();
  expect(rows.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 10 }, (_, index) => 21 + index),
  );
  for (const coverage of [made.coverage, await restarted()]) {
    expect(coverage.floor(named("h.example/f3/a.jpg"))).toBe(20);
    expect(coverage.floor(named("h.example/f25/a.jpg"))).toBe(25);
    expect(coverage.floor(named("h.example/else/a.jpg"))).toBe(20);
  }
  expect(await made.count("invalidation_entry")).toBe(30);
});

test("entries beyond the most that are kept go, the oldest first, and what they covered stays covered", async () => {
  const { made, retention, restarted, invalidate } = await setUp();
  for (let each = 1; each <= 12; each += 1) await invalidate(folder(`f${each}`));
  expect(await retention(undefined, 5).run()).toBe(7);
  expect(await made.count("invalidation_entry")).toBe(5);
  expect(await made.count("invalidation_path")).toBe(5);
  for (const coverage of [made.coverage, await restarted()]) {
    expect(coverage.floor(named("h.example/f3/a.jpg"))).toBe(3);
    expect(coverage.floor(named("h.example/f12/a.jpg"))).toBe(12);
  }
});
