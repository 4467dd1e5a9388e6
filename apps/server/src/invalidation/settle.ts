import {
  createQueue,
  createWorker,
  type Kysely,
  type Migration,
  type QueueColumns,
  type QueueWorker,
  type Store,
  sql,
  type Transaction,
  withQueueColumns,
} from "@freshet/store";
import type { Lane } from "./lane.ts";
import { reasonOf } from "./lane.ts";
import type { EntryRow, InvalidationTables, TargetRow } from "./migrations.ts";
import type { Delivery } from "./ports.ts";
import type { Tuning } from "./tuning.ts";
import { type HostsOf, type ListedPaths, wantedOf } from "./wanted.ts";

/** A purge that is repeated once everything has settled that was under way when it was sent first. */
interface SettleRow extends QueueColumns {
  readonly id: string;
  readonly entry: string;
  readonly node: string;
}

export type SettleTables = { settle_purge: SettleRow };

export const SETTLE_OWNER = "settle";

export const SETTLE_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "repeated purges",
    async up(transaction) {
      await withQueueColumns(
        transaction.schema
          .createTable("settle_purge")
          .addColumn("id", "text", (column) => column.notNull().primaryKey())
          .addColumn("entry", "text", (column) => column.notNull())
          .addColumn("node", "text", (column) => column.notNull()),
      ).execute();
      await sql`create index settle_purge_due on settle_purge (next_at) where next_at is not null`.execute(
        transaction,
      );
    },
  },
];

/** Milliseconds after a purge at which it is repeated; undefined for a node that fences, or that says it needs no repetition. */
export type SettleAfter = (node: string) => number | undefined;

/** Purges repeated at the same time. */
const AT_ONCE = 16;

/** Notes, in the transaction that notes the purges, that they are to be repeated. */
export async function scheduleSettle(
  db: Transaction<InvalidationTables>,
  targets: readonly Pick<TargetRow, "entry" | "node" | "status">[],
  after: SettleAfter,
  time: number,
): Promise<void> {
  const rows = targets.flatMap(({ entry, node, status }) => {
    const ms = after(node);
    return status === "done" && ms !== undefined ? [rowOf(entry, node, time + ms)] : [];
  });
  await add(db, rows);
}

/**
 * Repeats the purges of everything that went on without an instance, now that it has come back or is gone: at once, and when what it
 * sent at last has settled. What was noted for a later time stays noted.
 */
export async function settleAgain(
  db: Kysely<InvalidationTables>,
  since: number,
  after: SettleAfter,
  time: number,
): Promise<void> {
  const targets = await db
    .selectFrom("invalidation_target as t")
    .innerJoin("invalidation_entry as e", "e.id", "t.entry")
    .select(["t.entry", "t.node"])
    .where("e.sequence", ">=", since)
    .where("t.status", "=", "done")
    .execute();
  const rows = targets.flatMap(({ entry, node }) => {
    const ms = after(node);
    if (ms === undefined) return [];
    const settled = rowOf(entry, node, time + ms);
    return [settled, { ...settled, id: `${settled.id} at once`, next_at: 0 }];
  });
  await add(db, rows);
}

function rowOf(entry: string, node: string, at: number): SettleRow {
  return { id: `${entry} ${node}`, entry, node, attempts: 0, next_at: at, lease_by: null, lease_until: 0 };
}

async function add(db: Kysely<InvalidationTables>, rows: readonly SettleRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 500) {
    await db
      .$extendTables<SettleTables>()
      .insertInto("settle_purge")
      .values(rows.slice(at, at + 500))
      .onConflict((conflict) =>
        // Whoever is repeating it now began too early: it is repeated once more.
        conflict.column("id").doUpdateSet(({ ref }) => ({
          next_at: ref("excluded.next_at"),
          lease_by: null,
          lease_until: 0,
        })),
      )
      .execute();
  }
}

/**
 * Repeats purges at nodes that cannot fence: what was on its way when a purge came may be stored behind it. The same tags are named
 * again, which is every old generation of them and costs fresh copies one fill: an instance may count generations more coarsely than
 * another (`Coverage`), so no list of old ones would be sure to be whole.
 */
export function createSettle(parts: {
  readonly store: Store;
  readonly db: Kysely<InvalidationTables>;
  readonly me: string;
  readonly isAlone: boolean;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly delivery: Pick<Delivery, "projectTag">;
  readonly hostsOf: HostsOf;
  readonly listed: ListedPaths | undefined;
  readonly tuning: Tuning;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): QueueWorker {
  const { store, db, me, lanes, delivery, hostsOf, listed, tuning, now, log } = parts;
  const queue = createQueue<SettleRow>(store, {
    table: "settle_purge",
    key: "id",
    me,
    leaseMs: tuning.leaseMs,
    now,
  });
  return createWorker<SettleRow>({
    queue,
    keyOf: ({ id }) => id,
    work: async ({ id, entry, node }) => {
      const lane = lanes.get(node);
      const row: EntryRow | undefined = await db
        .selectFrom("invalidation_entry")
        .selectAll()
        .where("id", "=", entry)
        .executeTakeFirst();
      if (lane && row) {
        const paths = await db
          .selectFrom("invalidation_path")
          .selectAll()
          .where("entry", "=", entry)
          .orderBy("place")
          .execute();
        const projectTag = delivery.projectTag(row.project);
        const { wanted } = await wantedOf(row, paths, { driver: lane.driver, projectTag, hostsOf, listed });
        const outcome = await lane.purge(wanted);
        if (outcome.kind !== "done" && outcome.kind !== "cannot") throw new Error(outcome.reason);
      }
      await queue.remove(id);
    },
    batch: AT_ONCE,
    inFlight: AT_ONCE,
    leaseMs: tuning.leaseMs,
    pollMs: tuning.pollMs * 2,
    backoff: { firstMs: 1_000, mostMs: 60_000 },
    now,
    failed: (error) => log("settling purge interrupted", { error: reasonOf(error) }),
    alone: parts.isAlone,
  });
}
