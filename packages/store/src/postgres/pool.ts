import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresPool } from "kysely";
import type { Pool, PoolClient } from "pg";
import { backoffMs } from "../backoff.ts";
import { StoreError } from "../errors.ts";
import { explain } from "./faults.ts";
import { Session } from "./session.ts";

/** Between attempts to reach a server that restarts or is being replaced. */
const BACKOFF = { firstMs: 20, mostMs: 500 };

/**
 * The pool as Kysely sees it: connections that mend themselves where they can, and errors with our codes. While the server
 * cannot be reached, whoever wants a connection waits up to `patienceMs` for it.
 */
export function createSessions(pool: Pool, patienceMs: number): PostgresPool {
  let inUse = 0;
  let closing: Promise<void> | undefined;
  const idle = Promise.withResolvers<void>();

  const acquire = async (): Promise<PoolClient> => {
    const until = performance.now() + patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await pool.connect();
      } catch (thrown) {
        const { error, isPassing } = explain(thrown);
        const pause = backoffMs(attempt, BACKOFF);
        if (!isPassing || closing !== undefined || performance.now() + pause > until) throw error;
        await sleep(pause);
      }
    }
  };
  const released = (): void => {
    inUse -= 1;
    if (inUse === 0 && closing !== undefined) idle.resolve();
  };
  return {
    options: {},
    async connect() {
      if (closing !== undefined) throw new StoreError("STORE_CLOSED");
      inUse += 1;
      try {
        return new Session(acquire, await acquire(), released);
      } catch (error) {
        released();
        throw error;
      }
    },
    end() {
      closing ??= (async () => {
        if (inUse > 0) await idle.promise;
        await pool.end();
      })();
      return closing;
    },
  };
}
