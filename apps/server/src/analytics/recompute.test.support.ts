import { type RawBuilder, type Store, sql } from "@freshet/store";
import { ALL, DIMENSIONS } from "./lines.ts";
import { NAME_KINDS } from "./names.ts";
import { DAY, TEN_MINUTES } from "./summing.ts";

/**
 * Everything that is summed up, computed from the lines alone by the engine itself: what rollups and counts must be equal to, and what the
 * benchmark fills them with. Nothing of it is shared with the code that writes them.
 */

const COUNTED = "(is_node = 0 or cache = 'hit')";

interface Source {
  readonly dimension: number;
  readonly value: string;
  readonly where: string;
}

const OF_LINES: readonly Source[] = [
  { dimension: DIMENSIONS.total, value: "''", where: COUNTED },
  { dimension: DIMENSIONS.source, value: "source", where: COUNTED },
  { dimension: DIMENSIONS.status, value: "cast(status as text)", where: COUNTED },
  {
    dimension: DIMENSIONS.format,
    value: "format",
    where: `${COUNTED} and format is not null and bytes_in > 0`,
  },
  { dimension: DIMENSIONS.code, value: "code", where: `${COUNTED} and code is not null` },
  { dimension: DIMENSIONS.time, value: "cast(bucket as text)", where: `${COUNTED} and bucket is not null` },
  {
    dimension: DIMENSIONS.missTime,
    value: "cast(bucket as text)",
    where: `${COUNTED} and bucket is not null and source in ('rendered', 'original')`,
  },
  { dimension: DIMENSIONS.country, value: "country", where: `${COUNTED} and country is not null` },
  { dimension: DIMENSIONS.edge, value: "coalesce(cache, '')", where: "is_node = 1" },
];

const OF_FETCHES: readonly Source[] = [
  { dimension: DIMENSIONS.fetch, value: "origin", where: "1 = 1" },
  { dimension: DIMENSIONS.failedFetch, value: "origin", where: "code is not null" },
  { dimension: DIMENSIONS.slowFetch, value: "origin", where: "is_slow = 1" },
];

/** Rows of a rollup of this width: of each project, and of all together unless that is left out. */
export function recomputed(width: number, isAllToo = true): RawBuilder<unknown> {
  const of = (table: string, { dimension, value, where }: Source, bytes: string, bytesIn: string) =>
    (isAllToo ? ["project", `'${ALL}'`] : ["project"]).map(
      (
        owner,
      ) => `select ${owner} as project, ${dimension} as dimension, at - at % ${width} as at, ${value} as value,
        sum(hits) as hits, sum(${bytes}) as bytes, sum(${bytesIn}) as bytes_in, sum(microseconds) as microseconds
        from ${table} where ${where} group by 1, 3, 4`,
    );
  const parts = [
    ...OF_LINES.flatMap((each) => of("stats_line", each, "bytes", "bytes_in")),
    ...of(
      "stats_resize",
      { dimension: DIMENSIONS.resize, value: "format", where: "1 = 1" },
      "bytes_out",
      "bytes_in",
    ),
    ...OF_FETCHES.flatMap((each) => of("stats_fetch", each, "bytes", "0")),
  ];
  return sql.raw(parts.join(" union all "));
}

/** Hits and bytes by day, kind, project and name. */
export function recomputedCounts(): RawBuilder<unknown> {
  const of = (kind: number, name: string, where: string) =>
    `select (at - at % ${DAY}) / ${DAY} as day, ${kind} as kind, project, ${name} as name, sum(hits) as hits,
      sum(bytes) as bytes, max(at) as last_at from stats_line where ${COUNTED} and ${where} group by 1, 3, 4`;
  return sql.raw(
    [
      of(NAME_KINDS.url, "url", "1 = 1"),
      of(NAME_KINDS.original, "original", "original is not null"),
      of(NAME_KINDS.referrer, "referrer", "referrer is not null"),
      of(NAME_KINDS.failing, "url", "status >= 400 and status < 500"),
    ].join(" union all "),
  );
}

/** Every difference between what is summed up and what the lines come to; empty where both say the same. */
export async function differences({ db }: Store): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  const compare = async (name: string, kept: RawBuilder<unknown>, computed: RawBuilder<unknown>) => {
    for (const [one, other, side] of [
      [kept, computed, "only kept"],
      [computed, kept, "only computed"],
    ] as const) {
      const { rows } = await sql`select * from (${one}) a except select * from (${other}) b`.execute(db);
      for (const row of rows) found.push({ name, side, row });
    }
  };
  const columns = "project, dimension, at, value, hits, bytes, bytes_in, microseconds";
  for (const [table, width] of [
    ["stats_ten", TEN_MINUTES],
    ["stats_day", DAY],
  ] as const) {
    await compare(
      table,
      sql.raw(`select ${columns} from ${table}`),
      sql`select ${sql.raw(columns)} from (${recomputed(width)}) r`,
    );
  }
  const counts = "day, kind, project, name, hits, bytes, last_at";
  await compare(
    "stats_count",
    sql.raw(`select ${counts} from stats_count`),
    sql`select ${sql.raw(counts)} from (${recomputedCounts()}) r`,
  );
  return found;
}
