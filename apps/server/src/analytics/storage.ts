import { type Kysely, sql } from "@freshet/store";
import { openDays, usedOf } from "./days.ts";
import { type StatsDb, totalOf } from "./figures.ts";
import { daysOf, type Period, STEPS } from "./period.ts";
import { DAY } from "./summing.ts";
import type { StatsTables } from "./tables.ts";
import type { Warm } from "./warm.ts";

const HOUR = 3_600_000;

/** Bytes of originals and of variants at one time. */
export interface Stored {
  readonly at: number;
  readonly originals: number;
  readonly variants: number;
}

/**
 * Writes down what lies on an instance's disk, by the hour; the last look in an hour counts. `folder` names the disk and not the boot:
 * who begins anew has the same one.
 */
export async function sampleStorage(
  db: Kysely<StatsTables>,
  folder: string,
  { originals, variants }: Omit<Stored, "at">,
  now: number,
): Promise<void> {
  await db
    .insertInto("stats_storage")
    .values({ at: Math.floor(now / HOUR) * HOUR, instance: folder, originals, variants })
    .onConflict((conflict) => conflict.columns(["at", "instance"]).doUpdateSet({ originals, variants }))
    .execute();
}

/** What all instances kept together, by the hours of the period, or by its days where its steps are days: their average. */
export async function storedIn(db: StatsDb, period: Period): Promise<readonly Stored[]> {
  const width = Math.max(HOUR, STEPS[period.step].width);
  const byHour = sql`select at, ${totalOf("originals")} as originals, ${totalOf("variants")} as variants from stats_storage
    where at >= ${Math.floor(period.from / HOUR) * HOUR} and at < ${period.to} group by at`;
  const { rows } = await sql<Stored>`select at - at % ${sql.lit(width)} as at, avg(originals) as originals,
    avg(variants) as variants from (${byHour}) hours group by at - at % ${sql.lit(width)} order by 1`.execute(
    db,
  );
  return rows.map((row) => ({
    at: row.at,
    originals: Math.round(Number(row.originals)),
    variants: Math.round(Number(row.variants)),
  }));
}

/** By project and day. */
export type Used = Stored & { readonly project: string };

/** What the pictures that were delivered on each day of the period come to, each counted once; of one project or of every one. */
export async function usedIn(
  db: StatsDb,
  warm: Warm<{ readonly rows: readonly Used[] }>,
  project: string | undefined,
  period: Pick<Period, "from" | "to">,
): Promise<readonly Used[]> {
  const { first, last } = daysOf(period);
  let kept = db
    .selectFrom("stats_used")
    .innerJoin("stats_closed", "stats_closed.day", "stats_used.day")
    .select(["project", "stats_used.day as day", "originals", "variants"])
    .where("stats_used.day", ">=", first)
    .where("stats_used.day", "<=", last);
  if (project !== undefined) kept = kept.where("project", "=", project);
  const rows = await kept.execute();
  const found: Used[] = rows.map(({ day, ...row }) => ({ ...row, at: day * DAY }));
  for (const day of await openDays(db, { first, last })) {
    const { rows: counted } = await warm.get(String(day), async () => {
      const { rows } = await sql<{
        project: string;
        originals: number;
        variants: number;
      }>`${usedOf(day)}`.execute(db);
      return { rows: rows.map((row) => ({ ...row, at: day * DAY })) };
    });
    found.push(...counted.filter((row) => project === undefined || row.project === project));
  }
  return found;
}
