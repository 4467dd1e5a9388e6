import { randomUUID } from "node:crypto";
import { createQueue, createWorker, type Kysely, type QueueWorker, type Store, sql } from "@freshet/store";
import { sentenceOf } from "../errors.ts";
import type { ChangeCause, JobRow } from "../schema.ts";
import { type ShopContext, shopContext } from "../shops/context.ts";
import { TokenMissing } from "../shops/tokens.ts";

/** What there is to do for a shop; `subject` says about what. */
export type JobKind =
  | "setup"
  | "state"
  | "publish"
  | "poll"
  | "sweep"
  | "product"
  | "collection"
  | "file"
  | "erase";

/** A job as its handler sees it. */
export interface Job extends Omit<JobRow, "shop"> {
  readonly shop: ShopContext;
}

export interface JobRequest {
  readonly shop: ShopContext;
  readonly kind: JobKind;
  readonly subject?: string | undefined;
  readonly cause: ChangeCause;
  readonly causeId?: string | undefined;
  /** What is asked for again within this time is done once, at its end. */
  readonly delayMs?: number;
}

/** Nothing: it is finished. Else it is done again after so many milliseconds. */
export type Outcome = undefined | { readonly againMs: number };

export type Handler = (job: Job, signal: AbortSignal) => Promise<Outcome>;

export interface Jobs {
  /** Asks for a job; in a transaction where `on` is one. Call `wake` after its commit. */
  ask(request: JobRequest, on?: Kysely<unknown>): Promise<void>;
  wake(): void;
  /** Jobs of the shop that wait for something are tried at once. */
  hurry(shop: ShopContext): Promise<void>;
  /** What waits of the shop, of which kind, and why; oldest first. */
  waiting(
    shop: ShopContext,
  ): Promise<readonly Pick<JobRow, "kind" | "subject" | "first_at" | "attempts" | "error">[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface JobsOptions {
  readonly store: Store;
  readonly handlers: Readonly<Record<JobKind, Handler>>;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

const LEASE_MS = 30_000;
/** A steady stream of deliveries does not put off a look for longer than this many delays. */
const LONGEST_DELAY = 5;
/** A shop without a token waits for its people; nobody asks Shopify again and again. */
const TOKEN_WAIT_MS = 600_000;

export function createJobs({ store, handlers, now, log }: JobsOptions): Jobs {
  const { db } = store;
  const queue = createQueue<JobRow>(store, {
    table: "shopify_job",
    key: "id",
    me: randomUUID(),
    leaseMs: LEASE_MS,
    now,
  });

  /** Finishes a job, unless it was asked for again meanwhile. */
  const done = async ({ id, wanted }: JobRow) => {
    const { numAffectedRows } =
      await sql`delete from shopify_job where id = ${id} and wanted = ${wanted}`.execute(db);
    if (numAffectedRows === 0n && (await queue.release(id, 0, { attempts: 0, error: null, first_at: now() })))
      worker.wake();
  };

  const work = async (row: JobRow, signal: AbortSignal) => {
    const shop = shopContext(row.shop);
    const handler = handlers[row.kind as JobKind];
    if (shop === undefined || handler === undefined) return void (await queue.remove(row.id));
    try {
      const outcome = await handler({ ...row, shop }, signal);
      if (outcome === undefined) return await done(row);
      const at = now() + outcome.againMs;
      if (await queue.release(row.id, at, { error: null, attempts: row.kind === "file" ? row.attempts : 0 }))
        worker.wakeAt(at);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const reason = sentenceOf(thrown);
      if (row.attempts === 1) log("job waits", { shop, job: row.kind, subject: row.subject, reason });
      const wait =
        thrown instanceof TokenMissing
          ? TOKEN_WAIT_MS
          : Math.min(300_000, 1_000 * 2 ** Math.min(row.attempts - 1, 9));
      const at = now() + wait;
      if (await queue.release(row.id, at, { error: reason })) worker.wakeAt(at);
    }
  };

  const worker: QueueWorker = createWorker<JobRow>({
    queue,
    keyOf: (row) => row.id,
    work,
    batch: 1,
    inFlight: 8,
    leaseMs: LEASE_MS,
    pollMs: 1_000,
    backoff: { firstMs: 1_000, mostMs: 60_000 },
    now,
    failed: (thrown) => log("job failed", { reason: sentenceOf(thrown) }),
    alone: true,
  });

  return {
    async ask({ shop, kind, subject = "", cause, causeId, delayMs = 0 }, on = db) {
      const [time, at] = [now(), delayMs === 0 ? 0 : now() + delayMs];
      await sql`insert into shopify_job (id, shop, kind, subject, cause, cause_id, first_at, next_at)
        values (${`${shop} ${kind} ${subject}`}, ${shop}, ${kind}, ${subject}, ${cause}, ${causeId ?? null}, ${time}, ${at})
        on conflict (id) do update set wanted = shopify_job.wanted + 1, cause = excluded.cause, cause_id = excluded.cause_id,
          next_at = case when shopify_job.lease_until > 0 then shopify_job.next_at
            when excluded.next_at > shopify_job.first_at + ${delayMs * LONGEST_DELAY} then shopify_job.first_at
            else excluded.next_at end`.execute(on);
      if (delayMs > 0) worker.wakeAt(at);
    },
    wake: () => worker.wake(),
    async hurry(shop) {
      await sql`update shopify_job set next_at = 0
        where shop = ${shop} and error is not null and lease_until = 0`.execute(db);
      worker.wake();
    },
    async waiting(shop) {
      const { rows } = await sql<JobRow>`select kind, subject, first_at, attempts, error from shopify_job
        where shop = ${shop} and kind not in ('poll', 'sweep') order by first_at limit 200`.execute(db);
      return rows.map(({ kind, subject, first_at, attempts, error }) => ({
        kind,
        subject,
        first_at: Number(first_at),
        attempts,
        error,
      }));
    },
    start: () => worker.start(),
    stop: () => worker.stop(),
  };
}
