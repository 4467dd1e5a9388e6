import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { RawBuilder } from "kysely";
import { Kysely, sql } from "kysely";
import type { Migration } from "./migrate.ts";
import { migrate } from "./migrate.ts";
import { openSqlite } from "./sqlite/database.ts";
import { sqliteDialect } from "./sqlite/dialect.ts";

/** Durable state behind one query builder. A statement that was answered has reached the disk. */
export interface Store {
  /** The query builder; an owner sees its own tables by `store.db.$extendTables<Tables>()`. */
  readonly db: Kysely<unknown>;
  /** What stands behind a `select` that picks rows for one of several workers; empty where there is one connection. */
  readonly skipLocked: RawBuilder<unknown>;
  /** See `Migration`: versioned, forward only, under the owner's prefix, safe to run twice and by two processes. */
  migrate(owner: string, migrations: readonly Migration[]): Promise<void>;
  /** Finishes what was sent, then closes. May be called twice. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Path of the SQLite file (its folder is made if missing), or ":memory:" for a store that lives as long as it is open. */
  readonly file: string;
  readonly log?: (event: string, details: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds a statement waits for another process that writes; 5,000 where nothing is said. */
  readonly busyTimeout?: number;
  readonly now?: () => number;
}

/** Opens the embedded store; rejects with a StoreError when the file is no database or cannot be written. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { file, log = () => {}, busyTimeout = 5_000, now = Date.now } = options;
  if (file !== ":memory:") await mkdir(dirname(file), { recursive: true });
  const database = await openSqlite({ file, busyTimeout }, (error) =>
    log("store broken", { error: error.message }),
  );
  const db = new Kysely<unknown>({ dialect: sqliteDialect(database) });
  return {
    db,
    skipLocked: sql``,
    migrate: async (owner, migrations) => {
      await migrate(db, owner, migrations, now);
      log("store migrated", { owner, version: migrations.length });
    },
    close: async () => {
      await db.destroy();
      await database.close();
    },
  };
}
