import type { CreateTableBuilder, Kysely } from "kysely";
import { sql } from "kysely";
import type { Store } from "./store.ts";

/**
 * The columns that make a row a job. `next_at` is null once the row is finished, else the time (milliseconds since the
 * epoch) from which it may be worked on; 0 is "now", whatever the clock does. `lease_until` is 0 while nobody works on it.
 */
export interface QueueColumns {
  readonly attempts: number;
  readonly next_at: number | null;
  readonly lease_by: string | null;
  readonly lease_until: number;
}

/** Adds the job's columns to a table that is being created; the table also wants an index on `next_at`. */
export function withQueueColumns<T extends string, C extends string>(
  table: CreateTableBuilder<T, C>,
): CreateTableBuilder<T, C | keyof QueueColumns> {
  return table
    .addColumn("attempts", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("next_at", "bigint", (column) => column.defaultTo(0))
    .addColumn("lease_by", "text")
    .addColumn("lease_until", "bigint", (column) => column.notNull().defaultTo(0));
}

export interface QueueOptions {
  readonly table: string;
  /** Column that names a row. */
  readonly key: string;
  /** Column by which rows due at the same time are taken; `key` where nothing is said. */
  readonly order?: string;
  /** Who claims: unique for each boot of each process. */
  readonly me: string;
  /** Milliseconds after which a row whose worker fell silent may be claimed by another. */
  readonly leaseMs: number;
  readonly now: () => number;
}

type Values = Readonly<Record<string, string | number | null>>;

/** A table of jobs: the row is the job. Every change after the claim applies only while the lease is still held. */
export interface Queue<Row extends QueueColumns> {
  /** Takes up to `limit` rows that are due and counts the attempt; in the order of `next_at`, then `order`. */
  claim(limit: number): Promise<readonly Row[]>;
  /** Prolongs leases; resolves to the keys still held. */
  renew(keys: readonly string[]): Promise<readonly string[]>;
  /** Finishes a row; false if the lease was lost. In a transaction where `db` is one. */
  finish(key: string, values?: Values, db?: Kysely<unknown>): Promise<boolean>;
  /** Deletes a row that is finished and of no further interest; false if the lease was lost. */
  remove(key: string): Promise<boolean>;
  /** Gives a row back, to be claimed again from `at`; false if the lease was lost. */
  release(key: string, at: number, values?: Values, db?: Kysely<unknown>): Promise<boolean>;
  /** Tells the workers of this table, here and in other processes, that a row may be due. */
  announce(): void;
  /** Calls `wake` when it was announced; until the function it answers with is called. */
  listen(wake: () => void): () => void;
  /**
   * Frees every lease that is not mine: for the only process on the database, whose earlier boot can no longer work. Frees
   * none where the store is shared: there they are other processes', and run out by themselves.
   */
  voidLeases(): Promise<number>;
}

export function createQueue<Row extends QueueColumns>(store: Store, options: QueueOptions): Queue<Row> {
  const { me, leaseMs, now } = options;
  const table = sql.table(options.table);
  const key = sql.ref(options.key);
  const order = sql.ref(options.order ?? options.key);

  const leave = async (
    id: string,
    at: number | null,
    values: Values,
    db: Kysely<unknown>,
  ): Promise<boolean> => {
    const more = Object.entries(values).map(([name, value]) => sql`, ${sql.ref(name)} = ${value}`);
    const { numAffectedRows } =
      await sql`update ${table} set next_at = ${at}, lease_by = null, lease_until = 0${sql.join(
        more,
        sql``,
      )} where ${key} = ${id} and lease_by = ${me}`.execute(db);
    return numAffectedRows === 1n;
  };
  return {
    async claim(limit) {
      const time = now();
      // Materialized: PostgreSQL may run a plain subquery more than once, and would then take more rows than asked for.
      const { rows } = await sql<Row>`with due as materialized (
          select ${key} from ${table} where next_at <= ${time} and lease_until < ${time}
          order by next_at, ${order} limit ${limit} ${store.skipLocked})
        update ${table} set lease_by = ${me}, lease_until = ${time + leaseMs}, attempts = attempts + 1
        where ${key} in (select ${key} from due) returning *`.execute(store.db);
      // `returning` promises no order.
      const by = options.order ?? options.key;
      return rows.toSorted(
        (a, b) => Number(a.next_at) - Number(b.next_at) || compare(columnOf(a, by), columnOf(b, by)),
      );
    },
    async renew(keys) {
      if (keys.length === 0) return [];
      const { rows } = await sql<{ key: string }>`update ${table} set lease_until = ${now() + leaseMs}
        where ${key} in (${sql.join(keys)}) and lease_by = ${me} returning ${key} as key`.execute(store.db);
      return rows.map((row) => row.key);
    },
    finish: (id, values = {}, db = store.db) => leave(id, null, values, db),
    // SQLite keeps a part of a millisecond, PostgreSQL refuses it.
    release: (id, at, values = {}, db = store.db) => leave(id, Math.ceil(at), values, db),
    async remove(id) {
      const { numAffectedRows } =
        await sql`delete from ${table} where ${key} = ${id} and lease_by = ${me}`.execute(store.db);
      return numAffectedRows === 1n;
    },
    announce: () => store.notify(options.table),
    listen: (wake) => store.listen(options.table, wake),
    async voidLeases() {
      if (store.isShared) return 0;
      const { numAffectedRows } = await sql`update ${table} set lease_by = null, lease_until = 0
        where next_at is not null and lease_by is not null and lease_by <> ${me}`.execute(store.db);
      return Number(numAffectedRows ?? 0n);
    },
  };
}

function columnOf(row: QueueColumns, column: string): unknown {
  return new Map<string, unknown>(Object.entries(row)).get(column);
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : 1;
}
