import { type Kysely, sql } from "@freshet/store";
import { ALL, type Dimension } from "./lines.ts";
import { type Period, STEPS } from "./period.ts";
import { DAY } from "./summing.ts";
import type { StatsTables } from "./tables.ts";

export type StatsDb = Kysely<StatsTables>;

/** Sums of one step and one value of a dimension. */
export interface Figure {
  readonly dimension: Dimension;
  readonly at: number;
  readonly value: string;
  readonly hits: number;
  readonly bytes: number;
  readonly bytesIn: number;
  readonly microseconds: number;
}

/** A sum that is a number whatever shippers told: exact up to 2^53, and no error beyond. */
export const totalOf = (column: string) => sql<number>`cast(sum(${sql.ref(column)}) as double precision)`;

/** What is asked for: all projects together where none is named. */
export interface Asked extends Period {
  readonly project: string | undefined;
}

/** The rollup that a step is read from. */
export const tableOf = ({ step }: Pick<Period, "step">): "stats_day" | "stats_ten" =>
  step === "day" ? "stats_day" : "stats_ten";

/** Sums by step, dimension and value; `isWhole` gives them for the period as a whole, whatever its steps. */
export async function figuresOf(
  db: StatsDb,
  { project = ALL, from, to, step }: Asked,
  dimensions: readonly Dimension[],
  isWhole = false,
): Promise<readonly Figure[]> {
  const width = STEPS[step].width;
  const at = isWhole ? sql<number>`${sql.lit(0)}` : sql<number>`at - at % ${sql.lit(width)}`;
  const rows = await db
    .selectFrom(tableOf({ step }))
    .select([
      "dimension",
      "value",
      at.as("moment"),
      totalOf("hits").as("hits"),
      totalOf("bytes").as("bytes"),
      totalOf("bytes_in").as("bytesIn"),
      totalOf("microseconds").as("microseconds"),
    ])
    .where("project", "=", project)
    .where("dimension", "in", dimensions)
    .where("at", ">=", from)
    .where("at", "<", to)
    .groupBy(["dimension", "value", sql`moment`])
    .execute();
  return rows.map(({ moment, dimension, ...row }) => ({
    ...row,
    dimension: dimension as Dimension,
    at: moment,
  }));
}

/** Days of a period so far, for averages; at least one. */
export function daysSoFar({ from, to }: Pick<Period, "from" | "to">, now: number): number {
  const end = Math.min(to, Math.ceil((now + 1) / DAY) * DAY);
  return Math.max(1, Math.ceil((end - from) / DAY));
}

/** Sum of one column. */
export const sumOf = (figures: readonly Figure[], column: "hits" | "bytes" | "bytesIn"): number =>
  figures.reduce((sum, each) => sum + each[column], 0);

/** One dimension, its values with most hits first. */
export function valuesOf(figures: readonly Figure[], dimension: Dimension): readonly Figure[] {
  return figures
    .filter((each) => each.dimension === dimension)
    .toSorted((a, b) => b.hits - a.hits || (a.value < b.value ? -1 : 1));
}

/** A share of something; null where there was nothing. */
export const ratioOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
