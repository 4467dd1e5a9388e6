import { afterEach, expect, test } from "vitest";
import type { QueueColumns, Store } from "./index.ts";
import { backoffMs, createQueue, createWorker, openStore, sql, withQueueColumns } from "./index.ts";
import { at, engineOfRun, newPlace } from "./testing/index.ts";

interface Job extends QueueColumns {
  readonly id: string;
  readonly place: number;
  readonly note: string | null;
}

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function setup(count: number) {
  const store = await openStore(at(await newPlace()));
  opened.push(store);
  await withQueueColumns(
    store.db.schema
      .createTable("job")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("place", "integer")
      .addColumn("note", "text"),
  ).execute();
  const clock = { time: 10_000_000 };
  const open = (me: string) =>
    createQueue<Job>(store, {
      table: "job",
      key: "id",
      order: "place",
      me,
      leaseMs: 1_000,
      now: () => clock.time,
    });
  const add = (place: number) =>
    sql`insert into job (id, place) values (${`j${place}`}, ${place})`.execute(store.db);
  for (let place = 0; place < count; place += 1) await add(place);
  const rows = async () => (await sql<Job>`select * from job order by place`.execute(store.db)).rows;
  return { store, clock, open, add, rows };
}

test("claims come in order, are exclusive, and count the attempt", async () => {
  const { open } = await setup(12);
  const [a, b] = [open("a"), open("b")];
  const [first, second] = await Promise.all([a.claim(10), b.claim(10)]);
  expect(first.map((job) => job.place)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(second.map((job) => job.place)).toEqual([10, 11]);
  expect(first.every((job) => job.attempts === 1)).toBe(true);
  expect(await a.claim(10)).toEqual([]);
});

test("a silent worker's rows go to another, and it can no longer finish, release or renew them", async () => {
  const { open, clock, rows } = await setup(1);
  const [a, b] = [open("a"), open("b")];
  await a.claim(1);
  clock.time += 999;
  expect(await b.claim(1)).toEqual([]);
  clock.time += 2;
  expect((await b.claim(1)).map((job) => job.attempts)).toEqual([2]);
  expect(await a.finish("j0", { note: "mine" })).toBe(false);
  expect(await a.release("j0", 0)).toBe(false);
  expect(await a.renew(["j0"])).toEqual([]);
  expect(await b.finish("j0", { note: "done" })).toBe(true);
  expect(await rows()).toMatchObject([{ note: "done", next_at: null, lease_by: null }]);
  clock.time += 1_000_000;
  expect(await a.claim(1)).toEqual([]);
});

test("a removed row is gone, but only for the one who holds it", async () => {
  const { open, rows } = await setup(1);
  const [a, b] = [open("a"), open("b")];
  await a.claim(1);
  expect(await b.remove("j0")).toBe(false);
  expect(await a.remove("j0")).toBe(true);
  expect(await rows()).toEqual([]);
});

test("a renewed lease holds", async () => {
  const { open, clock } = await setup(1);
  const [a, b] = [open("a"), open("b")];
  await a.claim(1);
  clock.time += 900;
  expect(await a.renew(["j0", "j7"])).toEqual(["j0"]);
  clock.time += 900;
  expect(await b.claim(1)).toEqual([]);
});

test("a released row rests until its time", async () => {
  const { open, clock } = await setup(1);
  const queue = open("a");
  await queue.claim(1);
  await queue.release("j0", clock.time + 50, { note: "later" });
  expect(await queue.claim(1)).toEqual([]);
  clock.time += 50;
  expect(await queue.claim(1)).toMatchObject([{ note: "later", attempts: 2 }]);
});

test("a released row rests until a time that lies between two milliseconds", async () => {
  const { open, clock } = await setup(1);
  const queue = open("a");
  await queue.claim(1);
  expect(await queue.release("j0", clock.time + 49.5)).toBe(true);
  clock.time += 49;
  expect(await queue.claim(1)).toEqual([]);
  clock.time += 1;
  expect(await queue.claim(1)).toHaveLength(1);
});

test("a new row is due even if the clock goes back", async () => {
  const { open, clock, add } = await setup(0);
  await add(0);
  clock.time -= 3_600_000;
  expect(await open("a").claim(1)).toHaveLength(1);
});

test("the next boot frees the leases of the one before, not its own, and none where others share the store", async () => {
  const { open } = await setup(2);
  const [a, b] = [open("boot1"), open("boot2")];
  await a.claim(1);
  await b.claim(1);
  const mayFree = engineOfRun() === "sqlite";
  expect(await b.voidLeases()).toBe(mayFree ? 1 : 0);
  expect((await b.claim(10)).map((job) => job.id)).toEqual(mayFree ? ["j0"] : []);
});

test("a worker takes each row once, repeats what failed, and finishes when it is stopped", async () => {
  const { open, rows, store, add } = await setup(40);
  const queue = open("a");
  const tries = new Map<string, number>();
  const errors: unknown[] = [];
  const worker = createWorker<Job>({
    queue,
    keyOf: (job) => job.id,
    work: async (job) => {
      tries.set(job.id, (tries.get(job.id) ?? 0) + 1);
      if (job.place % 10 === 0 && job.attempts === 1) throw new Error("not yet");
      await queue.finish(job.id);
    },
    batch: 8,
    inFlight: 16,
    leaseMs: 1_000,
    pollMs: 5,
    backoff: { firstMs: 0, mostMs: 0 },
    now: () => 1_000_000,
    failed: (error) => errors.push(error),
    alone: true,
  });
  await worker.start();
  await add(40);
  worker.wake();
  await expect.poll(async () => (await rows()).every((row) => row.next_at === null)).toBe(true);
  await worker.stop();
  expect([...tries.values()].toSorted()).toEqual([...Array(36).fill(1), ...Array(5).fill(2)]);
  expect(errors).toHaveLength(5);
  await add(41);
  worker.wake();
  expect((await sql`select 1 from job where next_at is not null`.execute(store.db)).rows).toHaveLength(1);
});

test("a worker that stood still longer than its leases does not work on a row twice at once, nor on one that it has finished", async () => {
  const { open, clock, rows } = await setup(2);
  const queue = open("a");
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  const worker = createWorker<Job>({
    queue,
    keyOf: (job) => job.id,
    work: async ({ id, attempts }) => {
      begun.push(`${id} ${attempts}`);
      await gate.promise;
      // The first is finished, the other is given back to be worked on once more.
      if (id === "j0" || attempts > 1) await queue.finish(id);
      else await queue.release(id, 0);
    },
    batch: 8,
    inFlight: 16,
    leaseMs: 3_600_000,
    pollMs: 5,
    backoff: { firstMs: 0, mostMs: 0 },
    now: () => clock.time,
    failed: () => {},
    alone: true,
  });
  await worker.start();
  await expect.poll(() => begun.length).toBe(2);
  clock.time += 1_001;
  await expect.poll(async () => (await rows()).map(({ attempts }) => attempts)).toEqual([2, 2]);
  expect(begun).toEqual(["j0 1", "j1 1"]);
  gate.resolve();
  await expect.poll(async () => (await rows()).every((row) => row.next_at === null)).toBe(true);
  await worker.stop();
  expect(begun.filter((each) => each.startsWith("j0"))).toEqual(["j0 1"]);
  expect(begun.at(-1)).toMatch(/^j1 [23]$/);
});

test("stopping aborts the work under way and gives its rows back", async () => {
  const { open, rows } = await setup(1);
  const queue = open("a");
  const begun = Promise.withResolvers<void>();
  const worker = createWorker<Job>({
    queue,
    keyOf: (job) => job.id,
    work: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        begun.resolve();
      }),
    batch: 1,
    inFlight: 1,
    leaseMs: 1_000,
    pollMs: 5,
    backoff: { firstMs: 1_000, mostMs: 1_000 },
    now: () => 1_000_000,
    failed: () => {},
    alone: true,
  });
  await worker.start();
  await begun.promise;
  await worker.stop();
  expect(await rows()).toMatchObject([{ next_at: 0, lease_by: null }]);
});

test("pauses double up to a bound, and half of each is chance", () => {
  const backoff = { firstMs: 100, mostMs: 1_000 };
  expect([1, 2, 3, 4, 5, 2_000].map((n) => backoffMs(n, backoff, () => 1))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
  expect([0, 1, 2].map((n) => backoffMs(n, backoff, () => 0))).toEqual([50, 50, 100]);
});
