import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { openStore, sql, withQueueColumns } from "../index.ts";
import { newDatabase, newPlace, startPostgres } from "../testing/index.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type Message = {
  readonly ready?: true;
  readonly accepted?: string;
  readonly refused?: string;
  readonly begins?: string;
  readonly ends?: string;
};

async function prepared(url: string) {
  const store = await openStore({ url, busyTimeout: 20_000 });
  undo.push(() => store.close());
  await withQueueColumns(
    store.db.schema
      .createTable("job")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("sequence", "bigint", (column) => column.notNull().unique()),
  ).execute();
  await sql`create table sequence (n bigint not null)`.execute(store.db);
  await sql`insert into sequence values (0)`.execute(store.db);
  await sql`create table effect (job text not null)`.execute(store.db);
  const read = async (text: string) =>
    (await sql<{ v: number | string }>`${sql.raw(text)}`.execute(store.db)).rows;
  return {
    isDone: async () => (await read("select 1 as v from job where next_at is not null limit 1")).length === 0,
    read,
  };
}

/** Worker processes; a killed one is replaced at once. `carried` holds the jobs under way, with who carries each. */
function crew(
  url: string,
  how: { readonly workMs: number; readonly leaseMs: number },
  overlaps: string[] = [],
) {
  const children: ChildProcess[] = [];
  const accepted = new Set<string>();
  const carried = new Map<string, ChildProcess>();
  const begun: ChildProcess[] = [];
  const answered = new Map<string, () => void>();
  const start = async (place: number): Promise<void> => {
    const child = fork(
      new URL("./crash-child.test.support.ts", import.meta.url),
      [url, String(how.workMs), String(how.leaseMs)],
      {
        execArgv: [],
      },
    );
    children[place] = child;
    const ready = Promise.withResolvers<void>();
    child.on("message", ({ ready: isReady, accepted: id, refused, begins, ends }: Message) => {
      if (isReady) ready.resolve();
      if (id !== undefined) accepted.add(id);
      answered.get(id ?? refused ?? "")?.();
      if (begins !== undefined) {
        if (carried.has(begins)) overlaps.push(begins);
        carried.set(begins, child);
        begun.push(child);
      }
      if (ends !== undefined) carried.delete(ends);
    });
    child.once("exit", () => ready.reject(new Error("the child ended")));
    await ready.promise;
  };
  const end = async (place: number): Promise<void> => {
    const child = children[place];
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    for (const [id, by] of carried) if (by === child) carried.delete(id);
  };
  undo.push(async () => {
    for (const place of children.keys()) await end(place);
  });
  return {
    start,
    end,
    accepted,
    /** Who began work, in order. */
    begun,
    children,
    /** Asks one of them, and another when that one refuses or is gone: who only takes long is not asked twice. */
    async submit(id: string): Promise<void> {
      while (!accepted.has(id)) {
        const child = children[Math.floor(Math.random() * children.length)];
        const { promise, resolve } = Promise.withResolvers<void>();
        answered.set(id, resolve);
        child?.once("exit", resolve);
        if (child?.connected) child.send({ accept: id }, () => {});
        else await sleep(5).then(resolve);
        await promise;
        child?.removeListener("exit", resolve);
      }
      answered.delete(id);
    },
  };
}

test("workers of two processes never carry the same job at once, and whoever reads their numbers in order sees no gap", async () => {
  const url = await newPlace();
  const { isDone, read } = await prepared(url);
  const overlaps: string[] = [];
  const { start, submit, begun, children } = crew(url, { workMs: 5, leaseMs: 60_000 }, overlaps);
  await Promise.all([start(0), start(1)]);
  let isOver = false;
  const seen: number[] = [];
  const follow = async (): Promise<void> => {
    const rows = await read(
      `select sequence as v from job where sequence > ${seen.length} order by sequence`,
    );
    seen.push(...rows.map(({ v }) => Number(v)));
  };
  const follower = (async () => {
    while (!isOver) await follow();
  })();
  const callers = Array.from({ length: 8 }, async (_, caller) => {
    for (let n = 0; n < 25; n += 1) await submit(`c${caller}-${n}`);
  });
  await Promise.all(callers);
  isOver = true;
  await follower;
  await follow();
  expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  await expect.poll(isDone, { timeout: 60_000 }).toBe(true);
  expect(overlaps).toEqual([]);
  expect(await read("select count(*) as v from effect")).toEqual([{ v: 200 }]);
  for (const child of children) expect(begun.filter((by) => by === child).length).toBeGreaterThan(10);
}, 180_000);

test("workers and the server killed again and again: nothing is lost, nothing has its effect twice, no number is missing", async () => {
  const server = await startPostgres();
  undo.push(() => server.stop());
  const url = await newDatabase(server.url);
  const { isDone, read } = await prepared(url);
  const { start, end, submit, accepted } = crew(url, { workMs: 20, leaseMs: 1_500 });
  await Promise.all([start(0), start(1)]);
  let isOver = false;
  const kills = (async () => {
    for (let round = 0; round < 6; round += 1) {
      await sleep(100 + Math.random() * 200);
      if (round % 3 === 2) {
        await server.kill();
        await server.restart();
      } else {
        await end(round % 2);
        await start(round % 2);
      }
    }
    isOver = true;
  })();
  await Promise.all(
    ["a", "b", "c", "d"].map(async (caller) => {
      for (let n = 0; !isOver || n < 20; n += 1) await submit(`${caller}-${n}`);
    }),
  );
  await kills;
  await expect.poll(isDone, { timeout: 60_000, interval: 100 }).toBe(true);
  const jobs = (await read("select id as v from job")).map(({ v }) => String(v));
  expect(new Set(jobs)).toEqual(accepted);
  expect(await read("select sequence as v from job order by sequence")).toEqual(
    jobs.map((_, index) => ({ v: index + 1 })),
  );
  expect((await read("select job as v from effect")).map(({ v }) => v).toSorted()).toEqual(jobs.toSorted());
}, 180_000);
