import { type RawBuilder, sql } from "@freshet/store";
import type { StatsDb } from "./figures.ts";
import type { LogKind } from "./kinds.ts";

/** Where a page of a log ends: the next begins below. */
export interface Place {
  readonly at: number;
  readonly n: number;
}

export interface LogSearch {
  readonly project: string | undefined;
  /** Milliseconds since the epoch; `to` is excluded. */
  readonly from: number;
  readonly to: number;
  /** Conditions on the columns of the log, all of which hold. */
  readonly filters: readonly RawBuilder<boolean>[];
  readonly limit: number;
  readonly before: Place | undefined;
}

/** Rows that are looked through at a time: few first, because most searches find what they want at once. */
const WINDOWS = { first: 500, most: 8_000 };
/** A search that has found too little by then, or would have after one more window, says where to go on. */
const SEARCH_MS = 120;

/**
 * One page of a log, newest first, and where to go on where there may be more. The index gives rows in their order, window by window and
 * for a bounded time: no filter, however rare what it finds, makes anybody read everything for one page.
 */
export async function searchLog<Row extends Place>(
  db: StatsDb,
  kind: LogKind,
  search: LogSearch,
): Promise<{ readonly rows: readonly Row[]; readonly next: Place | undefined }> {
  const { filters, limit, from, to } = search;
  const begun = performance.now();
  const rows: Row[] = [];
  let before: Place = search.before && search.before.at < to ? search.before : { at: to, n: 0 };
  for (let size = filters.length === 0 ? limit + 1 : WINDOWS.first; ; ) {
    const windowBegun = performance.now();
    const rest = { project: search.project, end: { at: from, n: -1 }, before };
    const last = await boundaryOf(db, kind, rest, size);
    // Bounded on both sides: a search that finds nothing in it must not go on to the end of the log.
    const window = last ? { ...rest, end: last } : rest;
    rows.push(...(await rowsOf<Row>(db, kind, window, filters, limit + 1 - rows.length)));
    if (rows.length > limit) {
      const kept = rows.slice(0, limit);
      return { rows: kept, next: placeOf(kept.at(-1)) };
    }
    if (!last) return { rows, next: undefined };
    const now = performance.now();
    if (now - begun + (now - windowBegun) > SEARCH_MS) return { rows, next: last };
    before = last;
    size = Math.min(size * 4, WINDOWS.most);
  }
}

interface Window {
  readonly project: string | undefined;
  readonly before: Place;
  /** The last row of it. */
  readonly end: Place;
}

/** The last row of the next `size`; undefined where there are fewer. */
async function boundaryOf(
  db: StatsDb,
  kind: LogKind,
  window: Window,
  size: number,
): Promise<Place | undefined> {
  const { at, n } = kind.place;
  const { rows } = await sql<Place>`select ${at} as at, ${n} as n from ${kind.table}
    where ${kind.only} and ${within(kind, window)} ${orderOf(kind, window)} limit 1 offset ${sql.lit(size - 1)}`.execute(
    db,
  );
  return rows[0];
}

async function rowsOf<Row>(
  db: StatsDb,
  kind: LogKind,
  window: Window,
  filters: readonly RawBuilder<boolean>[],
  limit: number,
): Promise<readonly Row[]> {
  const { at, n } = kind.place;
  const conditions = [kind.only, within(kind, window), ...filters];
  const { rows } = await sql<Row>`select *, ${at} as at, ${n} as n from ${kind.table}
    where ${sql.join(conditions, sql` and `)} ${orderOf(kind, window)} limit ${sql.lit(limit)}`.execute(db);
  return rows;
}

/**
 * Both bounds are of what follows the project in the key: PostgreSQL ends a walk down an index only where the first column of such a bound is
 * behind it, and that must not be the project, which all rows have in common.
 */
function within(kind: LogKind, { project, end, before }: Window): RawBuilder<boolean> {
  const { at, n } = kind.place;
  const only = project === undefined ? sql`` : sql`project = ${project} and`;
  return sql<boolean>`${only} (${at}, ${n}) >= (${end.at}, ${end.n}) and (${at}, ${n}) < (${before.at}, ${before.n})`;
}

function orderOf(kind: LogKind, { project }: Window): RawBuilder<unknown> {
  const { at, n } = kind.place;
  return project === undefined
    ? sql`order by ${at} desc, ${n} desc`
    : sql`order by project desc, ${at} desc, ${n} desc`;
}

const placeOf = (row: Place | undefined): Place | undefined => row && { at: row.at, n: row.n };
