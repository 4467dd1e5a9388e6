import { sql } from "@freshet/store";
import { type StatsDb, totalOf } from "./figures.ts";
import type { LogName } from "./kinds.ts";
import { NAME_KINDS } from "./names.ts";
import { isoOf } from "./period.ts";
import { DAY } from "./summing.ts";
import type { FetchRow, LineRow, NameRow, ResizeRow } from "./tables.ts";

/** What stands in place of a name that is kept no longer. */
const FORGOTTEN = "(forgotten)";
/** Days whose counts are shown beside a URL. */
const COUNTED_DAYS = 30;

/** One row as callers see it. */
export type LogView = Readonly<Record<string, string | number | null>>;
export type LogRow = ResizeRow & FetchRow & LineRow & NameRow;

/** Turns the rows of a page into what callers see: names are looked up for all of them together. */
export async function viewRows(
  db: StatsDb,
  name: LogName,
  rows: readonly LogRow[],
  now: number,
): Promise<readonly LogView[]> {
  if (name === "urls") return viewUrls(db, rows, now);
  const texts = await namesOf(
    db,
    rows.flatMap(({ url, original, referrer }) => [url, original ?? null, referrer ?? null]),
  );
  const textOf = (id: number) => texts.get(id) ?? FORGOTTEN;
  if (name === "resizes") return rows.map((row) => viewResize(row, textOf));
  return rows.map((row) => (name === "cdn" ? viewLine(row, textOf) : viewFetch(row, textOf)));
}

/** Texts by their numbers. */
export async function namesOf(
  db: StatsDb,
  ids: readonly (number | null)[],
): Promise<ReadonlyMap<number, string>> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  const found = new Map<number, string>();
  for (let first = 0; first < wanted.length; first += 1_000) {
    const rows = await db
      .selectFrom("stats_name")
      .select(["id", "text"])
      .where("id", "in", wanted.slice(first, first + 1_000))
      .execute();
    for (const { id, text } of rows) found.set(id, text);
  }
  return found;
}

type TextOf = (id: number) => string;
const milliseconds = (microseconds: number): number => Math.round(microseconds / 100) / 10;
const maybeMs = (microseconds: number | null) => (microseconds === null ? null : milliseconds(microseconds));
const present = (name: string, value: string | null) => (value === null ? {} : { [name]: value });

function viewResize(row: ResizeRow, textOf: TextOf): LogView {
  return {
    ...{ at: isoOf(row.at), project: row.project, url: textOf(row.url) },
    ...present("original", row.original === null ? null : textOf(row.original)),
    ...{ status: row.status, ...present("code", row.code), format: row.format },
    ms: milliseconds(row.microseconds / row.hits),
    ...{ bytes_in: row.bytes_in, bytes_out: row.bytes_out, count: row.hits },
  };
}

function viewFetch(row: FetchRow, textOf: TextOf): LogView {
  return {
    ...{ at: isoOf(row.at), project: row.project, url: textOf(row.url), origin: row.origin },
    ...{ status: row.status, ...present("code", row.code), bytes: row.bytes },
    ms: milliseconds(row.microseconds / row.hits),
    ...{ dns_ms: maybeMs(row.dns), connect_ms: maybeMs(row.connect) },
    ...{ first_byte_ms: maybeMs(row.first_byte), count: row.hits },
  };
}

function viewLine(row: LineRow, textOf: TextOf): LogView {
  return {
    ...{ at: isoOf(row.at), project: row.project, url: textOf(row.url) },
    via: row.is_node === 1 ? "node" : "instance",
    ...{ ...present("node", row.node), source: row.source, ...present("cache", row.cache) },
    ...{ status: row.status, ...present("code", row.code), ...present("format", row.format) },
    ...present("referrer", row.referrer === null ? null : textOf(row.referrer)),
    ...present("country", row.country),
    // A node need not say how long it took.
    ms: row.bucket === null ? null : milliseconds(row.microseconds / row.hits),
    ...{ bytes: row.bytes, count: row.hits },
  };
}

async function viewUrls(db: StatsDb, rows: readonly NameRow[], now: number): Promise<readonly LogView[]> {
  const texts = await namesOf(
    db,
    rows.map(({ original }) => original),
  );
  const counts = await countsOf(db, rows, Math.floor(now / DAY) - COUNTED_DAYS + 1);
  return rows.map(({ id, project, text, original, first_at, seen }) => {
    const { hits = 0, bytes = 0, last = 0 } = counts.get(id) ?? {};
    return {
      ...{ project, url: text },
      ...present("original", original === null ? null : (texts.get(original) ?? FORGOTTEN)),
      first_at: isoOf(first_at),
      last_at: isoOf(Math.max(first_at, last, seen * DAY)),
      ...{ hits, bytes },
    };
  });
}

/** By name, what the last days have. Each of the few names is looked up on each of the few days. */
async function countsOf(db: StatsDb, rows: readonly NameRow[], first: number) {
  const found = new Map<number, { readonly hits: number; readonly bytes: number; readonly last: number }>();
  const days = Array.from({ length: COUNTED_DAYS }, (_, place) => first + place);
  for (const [project, some] of Map.groupBy(rows, (row) => row.project)) {
    const ids = some.map(({ id }) => id);
    const { rows: sums } = await sql<{ name: number; hits: number; bytes: number; last: number }>`select name,
      ${totalOf("hits")} as hits, ${totalOf("bytes")} as bytes, max(last_at) as last from stats_count
      where day in (${sql.join(days)}) and kind = ${sql.lit(NAME_KINDS.url)} and project = ${project}
      and name in (${sql.join(ids)}) group by name`.execute(db);
    for (const { name, ...sum } of sums) found.set(name, sum);
  }
  return found;
}
