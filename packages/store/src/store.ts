import type { Kysely, RawBuilder } from "kysely";
import type { Migration } from "./migrate.ts";
import { openPostgres } from "./postgres/store.ts";
import { openEmbedded } from "./sqlite/store.ts";

/**
 * Durable state behind one query builder. A statement that was answered has reached the disk. A statement that failed ends
 * the transaction it belongs to: what follows in it fails with STORE_ROLLED_BACK. Every error is a StoreError.
 */
export interface Store {
  /** The query builder; an owner sees its own tables by `store.db.$extendTables<Tables>()`. */
  readonly db: Kysely<unknown>;
  /** Other processes may work on the same database at the same time, so their leases must be left alone. */
  readonly isShared: boolean;
  /** What stands behind a `select` that picks rows for one of several workers; empty where there is one connection. */
  readonly skipLocked: RawBuilder<unknown>;
  /**
   * Wakes whoever listens to the channel (a-z, 0-9 and _, at most 50 characters), here and in other processes. Call it after the commit. It may
   * get lost with a connection: listeners look by themselves from time to time.
   */
  notify(channel: string): void;
  /** Calls `wake` after a `notify`, and whenever one may have been missed; until the function it answers with is called. */
  listen(channel: string, wake: () => void): () => void;
  /** See `Migration`: versioned, forward only, under the owner's prefix, safe to run twice and by two processes. */
  migrate(owner: string, migrations: readonly Migration[]): Promise<void>;
  /** The start is over: from now on statements wait for nobody but each other. See `EmbeddedOptions.startsHere`. */
  settle(): void;
  /** Finishes what was sent, then closes. May be called twice. */
  close(): Promise<void>;
}

interface CommonOptions {
  readonly log?: (event: string, details: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds a statement waits for somebody else, or for a server that is away; 5,000 where nothing is said. */
  readonly busyTimeout?: number;
  readonly now?: () => number;
}

export interface EmbeddedOptions extends CommonOptions {
  /** Path of the SQLite file (its folder is made if missing), or ":memory:" for a store that lives as long as it is open. */
  readonly file: string;
  /**
   * Statements run in the caller's thread until `settle` is called, and in one of their own from then on: for a start, which waits for each
   * of them and would have to wait for the thread as well. A file, never ":memory:".
   */
  readonly startsHere?: boolean;
}

export interface PostgresOptions extends CommonOptions {
  /** "postgres://user:password@host:5432/name", the primary; an encoding of UTF8, PostgreSQL 12 or newer. */
  readonly url: string;
  /** Connections of this process at most, besides one that listens; 10 where nothing is said. */
  readonly poolSize?: number;
  /** Milliseconds one statement may take; 30,000 where nothing is said. */
  readonly statementTimeout?: number;
}

export type StoreOptions = EmbeddedOptions | PostgresOptions;

/**
 * Opens the embedded store or a database of a PostgreSQL server: the same code runs above both.
 * @throws StoreError when the file is no database or cannot be written, or when the server cannot be reached in time,
 * refuses the user, is a standby, or is unsuitable.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  return "url" in options ? await openPostgres(options) : await openEmbedded(options);
}
