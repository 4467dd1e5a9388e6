import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely, Transaction } from "@freshet/store";
import { trimAudit } from "../admin/audit.ts";
import type { Coverage } from "../cache/coverage.ts";
import { reasonOf } from "./lane.ts";
import type { InvalidationTables } from "./migrations.ts";

type Tables = InvalidationTables;

/** Milliseconds between two looks for what is too old. */
const EVERY_MS = 10 * 60_000;
/** Entries that one transaction removes: accepting never waits long for it. */
const AT_ONCE = 100;
/** Floors kept in the database at most, however young they are. */
const MOST_FLOORS = 1_000_000;
/** Entries kept at most, however young they are. */
const MOST_ENTRIES = 5_000_000;

/** Keeps journal and floors from growing without bound. */
export interface Retention {
  start(): void;
  stop(): Promise<void>;
  /** Removes what is too old now; resolves to the number of entries that were removed. */
  run(): Promise<number>;
}

/**
 * Ended entries are kept for a time. Floors that are older fold into the floor of their project: what is stamped below
 * is covered, which costs one reading of each original that nobody read for so long. So the journal can be forgotten, and
 * nothing of what it covered becomes uncovered.
 */
export function createRetention(parts: {
  readonly db: Kysely<Tables>;
  readonly coverage: Coverage;
  /** Milliseconds for which entries are kept. */
  readonly keepMs: number;
  /** Milliseconds for which changes stay in the log; for ever where it is absent. */
  readonly keepAuditMs?: number;
  readonly mostFloors?: number;
  readonly mostEntries?: number;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Retention {
  const { db, coverage, keepMs, mostFloors = MOST_FLOORS, mostEntries = MOST_ENTRIES, now, log } = parts;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<number> | undefined;
  let isStopping = false;

  const clean = async (): Promise<number> => {
    const oldest = now() - keepMs;
    const through = await db.transaction().execute((transaction) => fold(transaction, oldest, mostFloors));
    coverage.fold(through);
    const { n: head } = await db.selectFrom("invalidation_sequence").select("n").executeTakeFirstOrThrow();
    let removed = 0;
    for (const bound of [{ oldest }, { through: head - mostEntries }]) {
      for (let some = AT_ONCE; some === AT_ONCE && !isStopping; removed += some) {
        const begun = performance.now();
        some = await db.transaction().execute((transaction) => removeEntries(transaction, bound));
        // As long as it took: SQLite's writers do not queue, and who only tries now and then would never get in between.
        await sleep(performance.now() - begun);
      }
    }
    if (removed > 0) log("journal shortened", { removed });
    const { keepAuditMs } = parts;
    const changes = keepAuditMs === undefined ? 0 : await trimAudit(db, now() - keepAuditMs);
    if (changes > 0) log("log of changes shortened", { removed: changes });
    return removed;
  };
  const run = (): Promise<number> => {
    running ??= clean().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    start() {
      const look = (): void => {
        run().catch((error) => log("journal not shortened", { error: reasonOf(error) }));
      };
      timer = setInterval(look, EVERY_MS);
      timer.unref();
    },
    async stop() {
      isStopping = true;
      clearInterval(timer);
      await running?.catch(() => {});
    },
    run,
  };
}

/** Folds the floors of entries that are older than this into those of their projects; resolves to the last number that was folded. */
async function fold(db: Transaction<Tables>, oldest: number, mostFloors: number): Promise<number> {
  // The row that every acceptance locks first: no floor is raised meanwhile.
  const { n: head } = await db
    .updateTable("invalidation_sequence")
    .set(({ ref }) => ({ n: ref("n") }))
    .returning("n")
    .executeTakeFirstOrThrow();
  const young = await db
    .selectFrom("invalidation_entry")
    .select(({ fn }) => fn.min("sequence").as("first"))
    .where("received_at", ">=", oldest)
    .executeTakeFirst();
  const first = young?.first ?? null;
  const through = Math.max(first === null ? head : first - 1, await beyond(db, mostFloors));
  const folded = await db
    .selectFrom("invalidation_floor")
    .select(({ fn }) => ["project", fn.max("sequence").as("sequence")])
    .where("tag", "<>", "")
    .where("sequence", "<=", through)
    .groupBy("project")
    .execute();
  for (const { project, sequence } of folded) {
    await db
      .insertInto("invalidation_floor")
      .values({ project, tag: "", prefix: null, sequence })
      .onConflict((conflict) =>
        conflict
          .columns(["project", "tag"])
          .doUpdateSet({ sequence })
          .where("invalidation_floor.sequence", "<", sequence),
      )
      .execute();
  }
  await db.deleteFrom("invalidation_floor").where("tag", "<>", "").where("sequence", "<=", through).execute();
  return through;
}

/** The number through which floors must fold so that half of the most are left; 0 where there are fewer. */
async function beyond(db: Transaction<Tables>, most: number): Promise<number> {
  const { count } = await db
    .selectFrom("invalidation_floor")
    .select(({ fn }) => fn.countAll().as("count"))
    .where("tag", "<>", "")
    .executeTakeFirstOrThrow();
  if (Number(count) <= most) return 0;
  const last = await db
    .selectFrom("invalidation_floor")
    .select("sequence")
    .where("tag", "<>", "")
    .orderBy("sequence", "desc")
    .offset(Math.floor(most / 2))
    .limit(1)
    .executeTakeFirst();
  return last?.sequence ?? 0;
}

/** Removes some ended entries with everything that belongs to them. */
async function removeEntries(
  db: Transaction<Tables>,
  bound: { readonly oldest: number } | { readonly through: number },
): Promise<number> {
  const ended = db.selectFrom("invalidation_entry").select("id").where("next_at", "is", null);
  const old = await ("oldest" in bound
    ? ended.where("received_at", "<", bound.oldest).orderBy("received_at")
    : ended.where("sequence", "<=", bound.through).orderBy("sequence")
  )
    // The newest stays: whoever fell behind all that is gone sees by its number that something is missing.
    .where("sequence", "<", ({ selectFrom }) =>
      selectFrom("invalidation_entry as newest").select(({ fn }) => fn.max("newest.sequence").as("n")),
    )
    .limit(AT_ONCE)
    .execute();
  const ids = old.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await db.deleteFrom("invalidation_path").where("entry", "in", ids).execute();
  await db.deleteFrom("invalidation_target").where("entry", "in", ids).execute();
  await db.deleteFrom("instance_outcome").where("entry", "in", ids).execute();
  await db.deleteFrom("invalidation_key").where("entry", "in", ids).execute();
  await db.deleteFrom("invalidation_entry").where("id", "in", ids).execute();
  return ids.length;
}
