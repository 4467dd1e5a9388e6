import { type Kysely, type Store, sql, type Transaction } from "@freshet/store";
import { ALL } from "./lines.ts";
import { NAME_KINDS } from "./names.ts";
import { DAY } from "./summing.ts";
import type { StatsTables } from "./tables.ts";

/** Names kept of each day, kind and measure. */
export const MOST_TOPS = 500;
/** A day is closed so long after its end: batches of before have arrived by then. */
const SETTLE_MS = 10 * 60_000;
/** `metric` of a top. */
export const METRICS = { hits: 1, bytes: 2 } as const;
export type Metric = keyof typeof METRICS;

/**
 * Closes days that are over: writes down which names had most of them and how many bytes all of it were, so that nobody has to go
 * through their counts again. Late lines open a day again (see `write.ts`). Resolves to how many days were closed.
 */
export async function closeDays(store: Store, now: number): Promise<number> {
  const db = store.db.$extendTables<StatsTables>() as Kysely<StatsTables>;
  const last = Math.floor((now - SETTLE_MS) / DAY) - 1;
  const open = await openDays(db, { first: 0, last });
  for (const day of open) await closeDay(db, day);
  return open.length;
}

/** Days with counts that are not closed, found without going through the counts: there are few days among many rows. */
export async function openDays(
  db: Kysely<StatsTables>,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<readonly number[]> {
  const { rows } = await sql<{ day: number }>`with recursive days(day) as (
      select min(day) from stats_count where day >= ${first}
      union all select (select min(day) from stats_count where day > days.day) from days where days.day <= ${last})
    select day from days where day <= ${last} and not exists (select 1 from stats_closed c where c.day = days.day)`.execute(
    db,
  );
  return rows.map(({ day }) => day);
}

async function closeDay(db: Kysely<StatsTables>, day: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await close(transaction, [day]);
    await transaction.deleteFrom("stats_top").where("day", "=", day).execute();
    await transaction.deleteFrom("stats_used").where("day", "=", day).execute();
    for (const [metric, number] of Object.entries(METRICS)) {
      const order = sql`${sql.ref(metric)} desc, name`;
      await sql`insert into stats_top (project, kind, metric, day, place, name, owner, hits, bytes)
        select project, kind, ${sql.lit(number)}, day, place, name, project, hits, bytes
        from (select c.*, row_number() over (partition by kind, project order by ${order}) as place
          from stats_count c where day = ${day}) ranked where place <= ${sql.lit(MOST_TOPS)}`.execute(
        transaction,
      );
      await sql`insert into stats_top (project, kind, metric, day, place, name, owner, hits, bytes)
        select ${sql.lit(ALL)}, kind, ${sql.lit(number)}, ${day}, place, name, owner, hits, bytes
        from (select s.*, row_number() over (partition by kind order by ${order}) as place
          from (select kind, name, min(project) as owner, sum(hits) as hits, sum(bytes) as bytes from stats_count
            where day = ${day} group by kind, name) s) ranked where place <= ${sql.lit(MOST_TOPS)}`.execute(
        transaction,
      );
    }
    await sql`insert into stats_used (project, day, originals, variants) ${usedOf(day)}`.execute(transaction);
  });
}

/** Whoever closes a day or opens it again waits for another who is about it: the last of them has seen what the others wrote. */
async function close(db: Transaction<StatsTables>, days: readonly number[]): Promise<void> {
  await db
    .insertInto("stats_closed")
    .values(days.map((day) => ({ day })))
    .onConflict((conflict) => conflict.column("day").doUpdateSet(({ ref }) => ({ day: ref("excluded.day") })))
    .execute();
}

/**
 * Late lines: what was said of their days is said anew. Last in the transaction that adds them. A day that is not over by this clock is not
 * closed by anybody's: nobody waits for it.
 */
export async function openAgain(
  db: Transaction<StatsTables>,
  days: readonly number[],
  today: number,
): Promise<void> {
  const late = days.filter((day) => day < today).toSorted((one, other) => one - other);
  if (late.length > 0) await close(db, late);
  if (days.length > 0) await db.deleteFrom("stats_closed").where("day", "in", days).execute();
}

/** Bytes of all different originals and URLs of a day, of each project. */
export const usedOf = (day: number) => sql`select project, day,
  sum(case when kind = ${sql.lit(NAME_KINDS.original)} then size else 0 end) as originals,
  sum(case when kind = ${sql.lit(NAME_KINDS.url)} then size else 0 end) as variants
  from stats_count where day = ${day} and kind in (${sql.lit(NAME_KINDS.url)}, ${sql.lit(NAME_KINDS.original)})
  group by project, day`;
