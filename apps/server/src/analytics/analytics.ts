import { randomUUID } from "node:crypto";
import type { Store } from "@freshet/store";
import { ServerError } from "../errors.ts";
import { type Batch, Buffer } from "./buffer.ts";
import type { AnalyticsConfig } from "./config.ts";
import { closeDays } from "./days.ts";
import type { StatsDb } from "./figures.ts";
import { createFlusher } from "./flusher.ts";
import { shorten } from "./retention.ts";
import { type Stored, sampleStorage } from "./storage.ts";
import { STATS_OWNER, type StatsTables, statsMigrations } from "./tables.ts";
import { Referrers } from "./visitors.ts";
import { createWriter, type Sender } from "./write.ts";

/** Milliseconds between two looks at what is stored, too old, or over. */
const HOUSEKEEPING_MS = 10 * 60_000;
/** Lines after which nobody waits for the next look: what is kept stays near its bound however much comes. */
const HOUSEKEEPING_LINES = 200_000;

/** What is counted, and where it is kept. */
export interface Analytics {
  /** Undefined where nothing is to be counted. */
  readonly buffer: Buffer | undefined;
  /** Days for which sums finer than by the day are kept. */
  readonly fineDays: number;
  /** For reading; opened when it is first asked for. */
  db(): Promise<StatsDb>;
  /** Writes what somebody else has counted; false where that batch was written before. */
  write(batch: Batch, from: Sender): Promise<boolean>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A disk that is looked at by the hour. */
interface KeptOnDisk {
  /** Name of the data folder: boots after another that share it have one disk. */
  readonly folder: string;
  look(): Omit<Stored, "at">;
}

export interface AnalyticsParts {
  readonly policy: AnalyticsConfig;
  /** Opens the store: once to write, once to read, so that no reader holds up a batch. */
  readonly open: () => Promise<Store>;
  /** Name of this boot of the instance. */
  readonly instance: string;
  /** Whether this instance also cleans up. */
  readonly isKeeper: boolean;
  /** What lies on the disk now; undefined for an instance that keeps nothing. */
  readonly stored: KeptOnDisk | undefined;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/**
 * Counting never waits: it goes into a bounded buffer, and once a second from there into a store of its own. Whatever becomes of that
 * store, images are answered.
 */
export function createAnalytics(parts: AnalyticsParts): Analytics {
  const { policy, open, instance, isKeeper, stored, now, log } = parts;
  const buffer = policy.enabled
    ? new Buffer({ referrers: new Referrers(), slowMs: policy.slowMs })
    : undefined;
  let writing: Store | undefined;
  let reading: Promise<Store> | undefined;
  let flusher: ReturnType<typeof createFlusher> | undefined;
  let writer: ReturnType<typeof createWriter> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let keeping: Promise<void> | undefined;
  let isStopping = false;

  const housekeeping = async (store: Store): Promise<void> => {
    const db = store.db.$extendTables<StatsTables>();
    if (stored) await sampleStorage(db, stored.folder, stored.look(), now());
    if (!isKeeper) return;
    await closeDays(store, now());
    const removed = await shorten(store, policy, now(), () => isStopping);
    if (Object.keys(removed).length > 0) log("analytics shortened", removed);
  };
  const keep = (store: Store): void => {
    keeping ??= housekeeping(store)
      .catch((error) => log("analytics not kept in order", { error: String(error) }))
      .finally(() => {
        keeping = undefined;
      });
  };
  return {
    buffer,
    fineDays: policy.tenMinutes.days,
    async db() {
      if (isStopping || !writing) throw new ServerError("STATS_AWAY");
      reading ??= open().catch((error) => {
        reading = undefined;
        throw error;
      });
      const { db } = await reading;
      return db.$extendTables<StatsTables>();
    },
    async write(batch, from) {
      if (!writer || isStopping) throw new ServerError("STATS_AWAY");
      return writer.write(batch, from);
    },
    async start() {
      const store = await open();
      writing = store;
      await store.migrate(STATS_OWNER, statsMigrations(store));
      const plain = createWriter(store, now);
      let written = 0;
      writer = {
        async write(batch, from) {
          const isNew = await plain.write(batch, from);
          written += batch.lines.length + batch.resizes.length + batch.fetches.length;
          if (written >= HOUSEKEEPING_LINES) {
            written = 0;
            keep(store);
          }
          return isNew;
        },
      };
      if (buffer) {
        // One boot may open the same folder twice in tests: batches are numbered by a name that nobody else has.
        const name = `${instance} ${randomUUID().slice(0, 8)}`;
        flusher = createFlusher({ buffer, writer, name, now, log });
        flusher.start();
      }
      keep(store);
      timer = setInterval(() => keep(store), HOUSEKEEPING_MS);
      timer.unref();
    },
    async stop() {
      isStopping = true;
      clearInterval(timer);
      await flusher?.stop().catch((error) => log("the last analytics are lost", { error: String(error) }));
      await keeping;
      await (await reading?.catch(() => undefined))?.close();
      await writing?.close();
    },
  };
}
