/** A process to be killed: accepts what its parent sends and works it off. Started by crash.test.ts. */
import { setTimeout as sleep } from "node:timers/promises";
import type { QueueColumns } from "../index.ts";
import { createQueue, createWorker, openStore, sql } from "../index.ts";

interface Job extends QueueColumns {
  readonly id: string;
  readonly sequence: number;
}

const [url = "", workMs = "5", leaseText = "1500"] = process.argv.slice(2);
const leaseMs = Number(leaseText);
const me = `${process.pid}.${Date.now()}`;
const send = (message: object): void => {
  process.send?.(message);
};

const store = await openStore({ url, busyTimeout: 10_000 });
const queue = createQueue<Job>(store, {
  table: "job",
  key: "id",
  order: "sequence",
  me,
  leaseMs,
  now: Date.now,
});
const worker = createWorker<Job>({
  queue,
  keyOf: ({ id }) => id,
  work: async ({ id }) => {
    send({ begins: id });
    await sleep(Math.random() * Number(workMs));
    // The effect and the end of the job are one: a job that is carried twice has its effect once.
    await store.db.transaction().execute(async (on) => {
      if (await queue.finish(id, {}, on)) await sql`insert into effect (job) values (${id})`.execute(on);
    });
    send({ ends: id });
  },
  batch: 8,
  inFlight: 8,
  leaseMs,
  pollMs: 100,
  backoff: { firstMs: 20, mostMs: 200 },
  now: Date.now,
  failed: () => {},
  alone: true,
});
await worker.start();

/** As a caller that was not answered repeats itself, so may this be called again with the same id. */
async function accept(id: string): Promise<void> {
  await store.db.transaction().execute(async (on) => {
    const { rows } = await sql<{ n: number }>`update sequence set n = n + 1 returning n`.execute(on);
    const { numAffectedRows } = await sql`insert into job (id, sequence) values (${id}, ${rows[0]?.n})
      on conflict (id) do nothing`.execute(on);
    if (numAffectedRows === 0n) await sql`update sequence set n = n - 1`.execute(on);
  });
  send({ accepted: id });
  worker.wake();
}
process.on("message", ({ accept: id }: { readonly accept: string }) => {
  // Whoever asked may ask again.
  accept(id).catch(() => send({ refused: id }));
});
process.on("disconnect", () => process.exit());
send({ ready: true });
