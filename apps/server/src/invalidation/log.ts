import type { InvalidationScope, InvalidationStatus } from "@freshet/core";
import type { Kysely } from "@freshet/store";
import type { EntryRow, InvalidationTables } from "./migrations.ts";

type Db = Kysely<InvalidationTables>;

/** What of the log is wanted; all of it has to hold. */
export interface LogFilter {
  readonly status?: InvalidationStatus;
  readonly scope?: InvalidationScope;
  /** Kind of the cause. */
  readonly cause?: string;
  /** Entries that name this original, however it was written. */
  readonly original?: { readonly tag: string; readonly name: string };
  /** Entries that name something whose normal form begins with one of these. */
  readonly beginnings?: readonly string[];
  /** Milliseconds since the epoch: received then or later. */
  readonly since?: number;
  /** Received before. */
  readonly until?: number;
}

export interface LogSearch {
  readonly project: string;
  readonly filter: LogFilter;
  readonly limit: number;
  /** Only entries below this number. */
  readonly before: number | undefined;
}

/** Rows that are looked through at a time: few first, because most searches find what they want at once. */
const WINDOWS = { first: 500, most: 8_000 };
/** A search that has found too little by then says where to go on. */
const SEARCH_MS = 120;
/** Clocks of instances differ by less. */
const SKEW_MS = 10 * 60_000;

/**
 * One page of a project's log, newest first, and the number below which to go on where there may be more. One index leads: what it
 * does not decide is looked at in the rows it gives, window by window and for a bounded time. So no filter, however rare what it finds,
 * makes anybody read a million rows for one page.
 */
export async function searchLog(
  db: Db,
  search: LogSearch,
): Promise<{ readonly rows: readonly EntryRow[]; readonly next: number | undefined }> {
  const { limit, filter } = search;
  const above = filter.since === undefined ? 0 : await newestBefore(db, filter.since);
  const end = filter.until === undefined ? undefined : await oldestAfter(db, filter.until);
  const begun = performance.now();
  let before = Math.min(search.before ?? Number.MAX_SAFE_INTEGER, end ?? Number.MAX_SAFE_INTEGER);
  const rows: EntryRow[] = [];
  for (let size = WINDOWS.first; ; size = Math.min(size * 4, WINDOWS.most)) {
    const range = { ...search, above, before, size };
    rows.push(...(await pageQuery(db, range, limit + 1 - rows.length).execute()));
    if (rows.length > limit) return { rows: rows.slice(0, limit), next: rows[limit - 1]?.sequence };
    const { last, count } = await endQuery(db, range).executeTakeFirstOrThrow();
    if (Number(count) < size || last === null) return { rows, next: undefined };
    if (performance.now() - begun > SEARCH_MS) return { rows, next: last };
    before = last;
  }
}

/** Where a search looks: at most `size` rows between two numbers, both excluded. */
export interface LogRange extends LogSearch {
  readonly above: number;
  readonly before: number;
  readonly size: number;
}

/** The rows of a window that are wanted. */
export function pageQuery(db: Db, range: LogRange, limit: number) {
  const { status, scope, cause, beginnings, since, until } = range.filter;
  let query = db
    .selectFrom("invalidation_entry as e")
    .innerJoin(windowQuery(db, range).as("w"), "w.sequence", "e.sequence")
    .selectAll("e")
    .where("e.project", "=", range.project)
    .orderBy("w.sequence", "desc")
    .limit(limit);
  if (status !== undefined) query = query.where("e.status", "=", status);
  if (scope !== undefined) query = query.where("e.scope", "=", scope);
  if (cause !== undefined) query = query.where("e.cause_kind", "=", cause);
  if (since !== undefined) query = query.where("e.received_at", ">=", since);
  if (until !== undefined) query = query.where("e.received_at", "<", until);
  if (beginnings !== undefined) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom("invalidation_path as p")
          .select("p.place")
          .whereRef("p.entry", "=", "e.id")
          .where(({ eb, fn, or, val }) =>
            or(
              beginnings.map((text) =>
                eb(fn<string>("substr", ["p.name", val(1), val([...text].length)]), "=", text),
              ),
            ),
          ),
      ),
    );
  }
  return query;
}

/** How far a window reaches, and whether it is full. */
export function endQuery(db: Db, range: LogRange) {
  return db
    .selectFrom(windowQuery(db, range).as("w"))
    .select(({ fn }) => [fn.min("w.sequence").as("last"), fn.countAll().as("count")]);
}

/** Numbers that the leading index gives: that of the original, else of what is rarest by rule. */
function windowQuery(db: Db, { project, filter, above, before, size }: LogRange) {
  const { status, scope, cause, original } = filter;
  if (original !== undefined) {
    return (
      db
        .selectFrom("invalidation_path")
        .select("sequence")
        // An entry may name it by several URLs.
        .distinct()
        .where("project", "=", project)
        .where("tag", "=", original.tag)
        .where("name", "=", original.name)
        .where("sequence", ">", above)
        .where("sequence", "<", before)
        .orderBy("sequence", "desc")
        .limit(size)
    );
  }
  const entries = db
    .selectFrom("invalidation_entry")
    .select("sequence")
    .where("project", "=", project)
    .where("sequence", ">", above)
    .where("sequence", "<", before)
    .orderBy("sequence", "desc")
    .limit(size);
  if (status !== undefined && status !== "DONE") return entries.where("status", "=", status);
  if (cause !== undefined) return entries.where("cause_kind", "=", cause);
  if (scope !== undefined) return entries.where("scope", "=", scope);
  return status === undefined ? entries : entries.where("status", "=", status);
}

/** A number that everything received since is above, whatever instance's clock it was received by. */
async function newestBefore(db: Db, since: number): Promise<number> {
  const row = await db
    .selectFrom("invalidation_entry")
    .select("sequence")
    .where("received_at", "<", since - SKEW_MS)
    .orderBy("received_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.sequence ?? 0;
}

/** A number that everything received until then is below. */
async function oldestAfter(db: Db, until: number): Promise<number | undefined> {
  const row = await db
    .selectFrom("invalidation_entry")
    .select("sequence")
    .where("received_at", ">=", until + SKEW_MS)
    .orderBy("received_at")
    .limit(1)
    .executeTakeFirst();
  return row?.sequence;
}
