import {
  type Backoff,
  backoffMs,
  createQueue,
  createWorker,
  type Kysely,
  type Queue,
  type Store,
  sql,
} from "@freshet/store";
import { ServerError } from "../errors.ts";
import { reasonOf } from "../invalidation/lane.ts";
import { isFolderLane } from "./entry.ts";
import type { LaneRow, UrlRow, WarmUpTables } from "./migrations.ts";
import { createPace, type Pace } from "./pace.ts";
import type { Ended, Warmed } from "./results.ts";
import type { WarmUps } from "./warm-ups.ts";

/** Patience and haste of warm-ups. */
export interface WarmUpTuning {
  /** Originals asked of one origin in a second. */
  readonly perSecond: number;
  /** URLs of one origin under way at the same time, and origins at the same time in this process. */
  readonly atOnce: number;
  readonly lanes: number;
  /** Milliseconds after which a lane is given back, so that every origin has its turn. */
  readonly sliceMs: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  /** Tries of a URL whose failure may pass, and the pauses between them. */
  readonly tries: number;
  readonly backoff: Backoff;
  readonly sweepMs: number;
}

export const WARM_UP_TUNING: Omit<WarmUpTuning, "perSecond"> = {
  atOnce: 2,
  lanes: 4,
  sliceMs: 5_000,
  leaseMs: 10_000,
  pollMs: 2_000,
  tries: 3,
  backoff: { firstMs: 2_000, mostMs: 30_000 },
  sweepMs: 60_000,
};

/** URLs read from the store at a time. */
const BATCH = 20;

/** The queue of lanes; `me` is unique for each boot of each process. */
export function laneQueue(store: Store, me: string, leaseMs: number, now: () => number): Queue<LaneRow> {
  return createQueue<LaneRow>(store, { table: "warmup_lane", key: "origin", me, leaseMs, now });
}

/** Opens lanes in which something waits; what waits must have been committed before. */
export async function openLanes(db: Kysely<WarmUpTables>, origins: readonly string[]): Promise<void> {
  for (const origin of origins) {
    await db
      .insertInto("warmup_lane")
      .values({ origin, attempts: 0, next_at: 0, lease_by: null, lease_until: 0, free_at: 0 })
      .onConflict((conflict) =>
        conflict.column("origin").doUpdateSet({ next_at: 0 }).where("warmup_lane.lease_by", "is", null),
      )
      .execute();
  }
}

/**
 * Lanes in which nothing waits and whose origins may be asked at once: origins may have any number of names. One that gets URLs meanwhile is
 * made again by whoever adds them, or found closed by the next sweep.
 */
async function forgetLanes(db: Kysely<WarmUpTables>, now: number): Promise<void> {
  await sql`delete from warmup_lane where next_at is null and lease_by is null and free_at <= ${now} and not exists
    (select 1 from warmup_url u where u.origin = warmup_lane.origin and u.outcome is null)`.execute(db);
}

export interface WarmUpWorker {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Works off what waits, lane by lane. The lane is the job of the durable queue, and so that an origin is asked at one pace only one process works
 * in it at a time; the URLs are rows that end once, whoever worked on them. What a crash leaves behind is due again.
 */
export function createWarmUpWorker(parts: {
  readonly store: Store;
  readonly queue: Queue<LaneRow>;
  readonly warmUps: WarmUps;
  readonly warm: (url: UrlRow, take: () => Promise<void>, signal: AbortSignal) => Promise<Warmed>;
  readonly ended: (ended: Ended) => void;
  readonly isAlone: boolean;
  readonly tuning: WarmUpTuning;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): WarmUpWorker {
  const { store, queue, warmUps, tuning, now, log } = parts;
  const db = store.db.$extendTables<WarmUpTables>();
  let sweeper: NodeJS.Timeout | undefined;
  let sweeping = Promise.resolve();

  const carry = async (url: UrlRow, pace: Pace, signal: AbortSignal): Promise<void> => {
    const take = async (): Promise<void> => {
      await pace.take(signal);
      if (!(await warmUps.isWaiting(url))) throw new ServerError("WARMUP_UNKNOWN", "It was stopped.");
    };
    if (!(await warmUps.isWaiting(url))) return;
    const { isPassing, ...warmed } = await parts.warm(url, take, signal);
    const attempts = url.attempts + 1;
    if (isPassing && attempts < tuning.tries) {
      await warmUps.postpone(url, now() + backoffMs(attempts, tuning.backoff));
      return;
    }
    const ended: Ended = { url, ...warmed };
    if (await warmUps.end(ended)) parts.ended(ended);
  };
  const work = async (lane: LaneRow, stopping: AbortSignal): Promise<void> => {
    const intervalMs = isFolderLane(lane.origin) ? 0 : 1_000 / tuning.perSecond;
    const pace = createPace({ intervalMs, freeAt: lane.free_at, now });
    const until = now() + tuning.sliceMs;
    while (now() < until) {
      const rows = await warmUps.waitingIn(lane.origin, BATCH);
      if (rows.length === 0) {
        await leave(lane.origin, pace.freeAt);
        return;
      }
      await warmUps.begin(rows);
      const left = rows.values();
      const one = async (): Promise<void> => {
        for (const url of left) {
          if (now() >= until) return;
          stopping.throwIfAborted();
          await carry(url, pace, stopping);
        }
      };
      await Promise.all(Array.from({ length: tuning.atOnce }, one));
    }
    await queue.release(lane.origin, now(), { free_at: Math.ceil(pace.freeAt) });
  };
  /** Ends the lane, or has it wait for what is due later. Whoever adds URLs opens the lane when they are committed, so that none is overlooked. */
  const leave = (origin: string, freeAt: number): Promise<void> =>
    store.db.transaction().execute(async (transaction) => {
      await sql`update warmup_lane set free_at = ${Math.ceil(freeAt)} where origin = ${origin}`.execute(
        transaction,
      );
      const due = await warmUps.dueIn(origin, transaction.$extendTables<WarmUpTables>());
      if (due === undefined) await queue.finish(origin, {}, transaction);
      else await queue.release(origin, due, {}, transaction);
      if (due !== undefined) worker.wakeAt(due);
    });
  const worker = createWorker<LaneRow>({
    queue,
    keyOf: ({ origin }) => origin,
    work,
    batch: tuning.lanes,
    inFlight: tuning.lanes,
    leaseMs: tuning.leaseMs,
    pollMs: tuning.pollMs,
    backoff: { firstMs: 500, mostMs: 10_000 },
    now,
    failed: (error) => log("warm-up interrupted", { error: reasonOf(error) }),
    alone: parts.isAlone,
  });
  /** Opens lanes that a crash kept closed, and forgets what is too old. */
  const sweep = async (): Promise<void> => {
    const closed = await sql<{ readonly origin: string }>`select distinct u.origin as origin from warmup_url u
      left join warmup_lane l on l.origin = u.origin
      where u.outcome is null and (l.origin is null or l.next_at is null)`.execute(db);
    await openLanes(
      db,
      closed.rows.map(({ origin }) => origin),
    );
    if (closed.rows.length > 0) queue.announce();
    await forgetLanes(db, now());
    const removed = await warmUps.sweep();
    if (removed > 0) log("warm-ups forgotten", { removed });
  };
  const sweepSafely = (): void => {
    sweeping = sweep().catch((error) => log("warm-ups not swept", { error: reasonOf(error) }));
  };
  return {
    async start() {
      sweepSafely();
      sweeper = setInterval(sweepSafely, tuning.sweepMs).unref();
      await worker.start();
    },
    async stop() {
      clearInterval(sweeper);
      await worker.stop();
      await sweeping;
    },
  };
}
