import { sql } from "@freshet/store";
import { METRICS, type Metric, MOST_TOPS, openDays } from "./days.ts";
import { type StatsDb, totalOf } from "./figures.ts";
import { ALL } from "./lines.ts";
import type { NameKind } from "./names.ts";
import type { Warm } from "./warm.ts";

/** Names of closed days that are taken into account: many more than anybody asks for. */
const MOST_KEPT = 3_000;

/** A name with what it had in a period. */
export interface Top {
  readonly name: number;
  readonly project: string;
  readonly hits: number;
  readonly bytes: number;
}

export interface Ranking {
  readonly rows: readonly Top[];
  /** What is missing from any figure, or what a name that is not listed may have: at most this. 0 where everything was counted. */
  readonly missingAtMost: number;
}

export interface RankingQuery {
  readonly project: string | undefined;
  readonly kind: NameKind;
  readonly metric: Metric;
  /** Days since the epoch, both included. */
  readonly first: number;
  readonly last: number;
  readonly limit: number;
}

/**
 * The names that had most in a period: of closed days what was written down, of others what is counted now. A day's list is cut behind its
 * 500th name, so over several days a name may miss what it had on days when it was below; by how much at most, the answer says.
 */
export async function rank(db: StatsDb, warm: Warm<DayTops>, query: RankingQuery): Promise<Ranking> {
  const { first, last, metric, limit } = query;
  const closed = await db
    .selectFrom("stats_closed")
    .select("day")
    .where("day", ">=", first)
    .where("day", "<=", last)
    .execute();
  const isClosed = new Set(closed.map(({ day }) => day));
  const open = await openDays(db, { first, last });
  const kept = await keptTops(db, query, [...isClosed]);
  const lists = [kept.rows];
  let missingAtMost = kept.missing;
  for (const day of open) {
    const { rows } = await warm.get([day, query.project, query.kind, metric].join("\n"), async () => ({
      rows: await countDay(db, query, day),
    }));
    lists.push(rows);
    if (rows.length === MOST_TOPS) missingAtMost += rows.at(-1)?.[metric] ?? 0;
  }
  const sums = new Map<number, { name: number; project: string; hits: number; bytes: number }>();
  for (const { name, project, hits, bytes } of lists.flat()) {
    const sum = sums.get(name) ?? { name, project, hits: 0, bytes: 0 };
    sum.hits += hits;
    sum.bytes += bytes;
    sums.set(name, sum);
  }
  const rows = [...sums.values()].sort((a, b) => b[metric] - a[metric] || a.name - b.name).slice(0, limit);
  // One day's list is whole up to its end, however long the rest of it was.
  const isOne = closed.length + open.length <= 1 && limit <= MOST_TOPS;
  return { rows, missingAtMost: isOne ? 0 : missingAtMost };
}

/** The tops of one day. */
export interface DayTops {
  readonly rows: readonly Top[];
}

async function keptTops(
  db: StatsDb,
  { project = ALL, kind, metric, first, last }: RankingQuery,
  days: readonly number[],
): Promise<{ readonly rows: readonly Top[]; readonly missing: number }> {
  if (days.length === 0) return { rows: [], missing: 0 };
  const closed = db
    .selectFrom("stats_top")
    .where("project", "=", project)
    .where("kind", "=", kind)
    .where("metric", "=", METRICS[metric])
    .where("day", ">=", first)
    .where("day", "<=", last)
    .where("day", "in", ({ selectFrom }) => selectFrom("stats_closed").select("day"));
  const rows = await closed
    .select(({ fn }) => [
      "name",
      fn.min<string>("owner").as("project"),
      totalOf("hits").as("hits"),
      totalOf("bytes").as("bytes"),
    ])
    .groupBy("name")
    .orderBy(metric, "desc")
    .limit(MOST_KEPT)
    .execute();
  const cut = await closed
    .select(totalOf(metric).as("missing"))
    .where("place", "=", MOST_TOPS)
    .executeTakeFirst();
  const below = rows.length === MOST_KEPT ? (rows.at(-1)?.[metric] ?? 0) : 0;
  return { rows, missing: (cut?.missing ?? 0) + below };
}

async function countDay(
  db: StatsDb,
  { project, kind, metric }: RankingQuery,
  day: number,
): Promise<readonly Top[]> {
  const only = project === undefined ? sql`` : sql`and project = ${project}`;
  const { rows } =
    await sql<Top>`select name, min(project) as project, ${totalOf("hits")} as hits, ${totalOf("bytes")} as bytes
    from stats_count where day = ${day} and kind = ${kind} ${only}
    group by name order by ${sql.ref(metric)} desc, name limit ${sql.lit(MOST_TOPS)}`.execute(db);
  return rows;
}
