import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Kysely, PostgresDialect, sql } from "kysely";
import { migrate } from "../migrate.ts";
import type { PostgresOptions, Store } from "../store.ts";
import { checkedChannel, createWakes } from "../wakes.ts";
import { type ConnectSettings, openPool } from "./connect.ts";
import { createNotices } from "./notices.ts";
import { createSessions } from "./pool.ts";

/** Statements side by side in one process; a server has 100 connections for everybody. */
const POOL_SIZE = 10;
/** Milliseconds one statement may take. Lists are paged, so one that takes longer is lost. */
const STATEMENT_MS = 30_000;

/** Opens a database of a PostgreSQL server. Resolves once a connection was made; see `openStore` for the rest. */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const { log = () => {}, now = Date.now, busyTimeout = 5_000, poolSize = POOL_SIZE } = options;
  const { url, statementTimeout = STATEMENT_MS } = options;
  const settings: ConnectSettings = { url, busyTimeout, statementTimeout };
  const pool = await openPool(settings, poolSize, (error) =>
    log("store connection lost", { error: error.message }),
  );
  const sessions = createSessions(pool, busyTimeout);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: sessions }) });
  const wakes = createWakes((error) => log("store listener failed", { error: String(error) }));
  const notices = createNotices({ pool, settings, wakes, me: randomUUID(), log });
  let closing: Promise<void> | undefined;

  const close = async (): Promise<void> => {
    // What was sent in this turn of the event loop has yet to reach the pool.
    await nextTurn();
    await notices.close();
    await sessions.end();
    await db.destroy();
  };
  const store: Store = {
    db,
    isShared: true,
    skipLocked: sql`for update skip locked`,
    notify(channel) {
      wakes.wake(checkedChannel(channel));
      notices.notify(channel);
    },
    listen(channel, wake) {
      const stop = wakes.listen(checkedChannel(channel), wake);
      notices.hear(channel);
      return stop;
    },
    migrate: async (owner, migrations) => {
      await migrate(db, owner, migrations, now, async (transaction) => {
        // Whoever comes second waits for as long as the first one takes, and a large table takes its time.
        await sql`select set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)`.execute(
          transaction,
        );
        await sql`select pg_advisory_xact_lock(hashtextextended(${`freshet migrate ${owner}`}, 0))`.execute(
          transaction,
        );
      });
      log("store migrated", { owner, version: migrations.length });
    },
    // Statements never waited in this process.
    settle() {},
    close() {
      closing ??= close();
      return closing;
    },
  };
  try {
    const { rows } = await sql<{ fsync: string }>`select current_setting('fsync') as fsync`.execute(db);
    if (rows[0]?.fsync === "off")
      log("store unsafe", {
        reason: "The server runs with fsync off: a power cut may lose what was answered.",
      });
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}
