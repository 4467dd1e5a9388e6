import type { Metric } from "./days.ts";
import { figuresOf, ratioOf, type StatsDb, sumOf } from "./figures.ts";
import { DIMENSIONS, OTHER } from "./lines.ts";
import { daysOf, isoOf, type Period } from "./period.ts";
import { RANKED, type Ranked } from "./ranked.ts";
import { DAY } from "./summing.ts";
import { type DayTops, rank } from "./tops.ts";
import { namesOf } from "./views.ts";
import type { Warm } from "./warm.ts";

export interface TopQuery {
  readonly by: Ranked;
  readonly order: Metric;
  readonly limit: number;
}

/** The names that had most on the days that a period touches, with their share of everything. */
export async function topPage(
  { db, tops }: { readonly db: StatsDb; readonly tops: Warm<DayTops> },
  project: string | undefined,
  period: Period,
  { by, order, limit }: TopQuery,
) {
  const { first, last } = daysOf(period);
  const whole = { project, from: first * DAY, to: (last + 1) * DAY, step: "day" } as const;
  const { rows, missingAtMost } = await rank(db, tops, {
    ...{ project, kind: RANKED[by], metric: order, first, last, limit },
  });
  const total = sumOf(await figuresOf(db, whole, [DIMENSIONS.total], true), order);
  const texts = await namesOf(
    db,
    rows.map(({ name }) => name),
  );
  return {
    ...{ project: project ?? null, from: isoOf(whole.from), to: isoOf(whole.to), by, order },
    ...{ is_exact: missingAtMost === 0, missing_at_most: missingAtMost },
    rows: rows.map((row, place) => ({
      ...{ rank: place + 1, name: texts.get(row.name) ?? OTHER, project: row.project },
      ...{ hits: row.hits, bytes: row.bytes, share: ratioOf(row[order], total) },
    })),
  };
}
