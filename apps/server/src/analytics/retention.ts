import { setTimeout as sleep } from "node:timers/promises";
import { type Kysely, type RawBuilder, type Store, sql } from "@freshet/store";
import type { AnalyticsConfig } from "./config.ts";
import { DAY, dayOf } from "./summing.ts";
import type { StatsTables } from "./tables.ts";

/** Rows that one statement removes: writing never waits long for it. */
const AT_ONCE = 2_000;
/** What shippers sent is remembered a little longer than its lines may be old. */
const WRITER_DAYS = 3;

/** What may stay of a table. */
interface Bound {
  readonly table: keyof StatsTables;
  /** Columns of its key, and the one by which it ages. */
  readonly key: readonly string[];
  readonly age: string;
  /** Everything below goes. */
  readonly oldest: number;
  /** Rows that stay at most, the youngest. */
  readonly most: number;
}

/** What the policy leaves of each table at a time. */
export function boundsOf(policy: AnalyticsConfig, now: number): readonly Bound[] {
  const { lines, tenMinutes, counts, days } = policy;
  const since = (kept: { readonly days: number }) => now - kept.days * DAY;
  const day = (kept: { readonly days: number }) => dayOf(now) - kept.days + 1;
  const timed = ["at", "n"];
  const rollup = ["project", "dimension", "at", "value"];
  // A name is needed for as long as anything says it.
  const named = Math.min(day(lines), day(counts)) - 1;
  const most = counts.most;
  return [
    { table: "stats_line", key: timed, age: "at", oldest: since(lines), most: lines.most },
    { table: "stats_resize", key: timed, age: "at", oldest: since(lines), most: lines.most },
    { table: "stats_fetch", key: timed, age: "at", oldest: since(lines), most: lines.most },
    { table: "stats_ten", key: rollup, age: "at", oldest: since(tenMinutes), most: tenMinutes.most },
    { table: "stats_day", key: rollup, age: "at", oldest: since(days), most: days.most },
    { table: "stats_count", key: ["day", "kind", "project", "name"], age: "day", oldest: day(counts), most },
    {
      table: "stats_top",
      key: ["project", "kind", "metric", "day", "place"],
      age: "day",
      oldest: day(counts),
      most,
    },
    { table: "stats_used", key: ["project", "day"], age: "day", oldest: day(days), most },
    { table: "stats_closed", key: ["day"], age: "day", oldest: Math.min(day(days), day(counts)), most },
    {
      table: "stats_sketch",
      key: ["project", "kind", "day"],
      age: "day",
      oldest: day(counts),
      most: 100_000,
    },
    { table: "stats_storage", key: ["at", "instance"], age: "at", oldest: since(days), most: days.most },
    { table: "stats_writer", key: ["writer"], age: "at", oldest: now - WRITER_DAYS * DAY, most: 1_000_000 },
    { table: "stats_name", key: ["id"], age: "seen", oldest: named, most: 2 * most },
  ];
}

/**
 * Removes what the policy no longer leaves, some rows at a time with pauses as long as that took. Resolves to the number of rows that went,
 * by table; stops early when told to.
 */
export async function shorten(
  store: Store,
  policy: AnalyticsConfig,
  now: number,
  isStopping: () => boolean = () => false,
): Promise<Readonly<Record<string, number>>> {
  const db = store.db.$extendTables<StatsTables>() as Kysely<StatsTables>;
  const removed: Record<string, number> = {};
  for (const bound of boundsOf(policy, now)) {
    const old = sql<boolean>`${sql.ref(bound.age)} < ${bound.oldest}`;
    let count = await removeSome(db, bound, Number.POSITIVE_INFINITY, old, isStopping);
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(bound.table)}`.execute(
      db,
    );
    const beyond = (rows[0]?.n ?? 0) - bound.most;
    if (beyond > 0) count += await removeSome(db, bound, beyond, sql<boolean>`1 = 1`, isStopping);
    if (count > 0) removed[bound.table] = count;
    if (isStopping()) break;
  }
  return removed;
}

async function removeSome(
  db: Kysely<StatsTables>,
  { table, key, age }: Bound,
  most: number,
  which: RawBuilder<boolean>,
  isStopping: () => boolean,
): Promise<number> {
  const columns = sql.join(key.map((name) => sql.ref(name)));
  let removed = 0;
  while (removed < most && !isStopping()) {
    const begun = performance.now();
    const limit = Math.min(AT_ONCE, most - removed);
    const { numAffectedRows } =
      await sql`delete from ${sql.table(table)} where (${columns}) in (select ${columns}
      from ${sql.table(table)} where ${which} order by ${sql.ref(age)} limit ${sql.lit(limit)})`.execute(db);
    removed += Number(numAffectedRows ?? 0n);
    if (Number(numAffectedRows ?? 0n) < limit) break;
    await sleep(performance.now() - begun);
  }
  return removed;
}
