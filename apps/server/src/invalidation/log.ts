import type { InvalidationScope, InvalidationStatus } from "@freshet/core";
import { type Kysely, sql } from "@freshet/store";
import type { EntryRow, InvalidationTables } from "./migrations.ts";

type Db = Kysely<InvalidationTables>;

/** What of the log is wanted; all of it has to hold. */
export interface LogFilter {
  readonly status?: InvalidationStatus;
  readonly scope?: InvalidationScope;
  /** Kind of the cause. */
  readonly cause?: string;
  /** Entries that name this original, however it was written; without its name, whatever has this tag. */
  readonly original?: { readonly tag: string; readonly name: string | undefined };
  /** Entries that name something whose normal form begins with one of these. */
  readonly beginnings?: readonly string[];
  /** Entries that cover this original: that name it, a folder around it, a tag that it has, or everything. */
  readonly covering?: Covered;
  /** Milliseconds since the epoch: received then or later. */
  readonly since?: number;
  /** Received before. */
  readonly until?: number;
}

/** An original, and everything by which an invalidation may cover it. */
export interface Covered {
  readonly name: string;
  /** What nodes are told in any of these cases. */
  readonly tags: readonly string[];
  /** The user's tags that it has. */
  readonly userTags: readonly string[];
}

export interface LogSearch {
  readonly project: string;
  readonly filter: LogFilter;
  readonly limit: number;
  /** Only entries below this number. */
  readonly before: number | undefined;
}

/** Rows that are looked through at a time: few first, because most searches find what they want at once. */
const WINDOWS = { first: 500, most: 4_000 };
/** The same where several indexes lead at once. */
const NARROW = { first: 100, most: 1_000 };
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
  { project, filter, limit, before }: LogSearch,
): Promise<{ readonly rows: readonly EntryRow[]; readonly next: number | undefined }> {
  const above = filter.since === undefined ? 0 : await newestBefore(db, filter.since);
  const end = filter.until === undefined ? undefined : await oldestAfter(db, filter.until);
  const begun = performance.now();
  const rest = restOf(filter);
  const rows: EntryRow[] = [];
  let below = Math.min(before ?? Number.MAX_SAFE_INTEGER, end ?? Number.MAX_SAFE_INTEGER);
  const windows = leadOf(filter)?.by === "covering" ? NARROW : WINDOWS;
  let size = Object.keys(rest).length === 0 ? limit + 1 : windows.first;
  for (;;) {
    const numbers = await numbersIn(db, { project, filter, above, below, size });
    const last = numbers.at(-1);
    if (last === undefined) return { rows, next: undefined };
    rows.push(...(await pageQuery(db, numbers, rest, limit + 1 - rows.length).execute()));
    if (rows.length > limit) return { rows: rows.slice(0, limit), next: rows[limit - 1]?.sequence };
    if (numbers.length < size) return { rows, next: undefined };
    if (performance.now() - begun > SEARCH_MS) return { rows, next: last };
    below = last;
    size = Math.min(size * 4, windows.most);
  }
}

/** Where a search looks: at most `size` rows between two numbers, both excluded. */
export interface LogWindow extends Pick<LogSearch, "project" | "filter"> {
  readonly above: number;
  readonly below: number;
  readonly size: number;
}

/** The index that leads: that of the original, else of what is rarest by rule. */
function leadOf({ status, scope, cause, original, covering }: LogFilter) {
  if (original !== undefined) return { by: "original", value: original.tag } as const;
  if (covering !== undefined) return { by: "covering", value: "" } as const;
  if (status !== undefined && status !== "DONE") return { by: "status", value: status } as const;
  if (cause !== undefined) return { by: "cause", value: cause } as const;
  if (scope !== undefined) return { by: "scope", value: scope } as const;
  return status === undefined ? undefined : ({ by: "status", value: status } as const);
}

/** What the leading index does not decide. */
function restOf(filter: LogFilter): LogFilter {
  const lead = leadOf(filter)?.by;
  // A tag tells of more than what covers: each row is looked at.
  if (lead === "covering") return filter;
  return Object.fromEntries(Object.entries(filter).filter(([name]) => name !== lead));
}

/** The newest numbers of a window, newest first. What covers an original stands under several tags: the newest of each, together. */
async function numbersIn(db: Db, window: LogWindow): Promise<readonly number[]> {
  const { covering } = window.filter;
  if (covering === undefined || leadOf(window.filter)?.by !== "covering") {
    return (await windowQuery(db, window).execute()).map(({ sequence }) => sequence);
  }
  const leads: readonly LogFilter[] = [
    { scope: "all" },
    ...covering.tags.map((tag) => ({ original: { tag, name: undefined } })),
  ];
  const found = await Promise.all(leads.map((filter) => windowQuery(db, { ...window, filter }).execute()));
  const numbers = new Set(found.flat().map(({ sequence }) => sequence));
  return [...numbers].toSorted((one, other) => other - one).slice(0, window.size);
}

const COLUMNS = { status: "status", scope: "scope", cause: "cause_kind" } as const;

/**
 * The numbers that the leading index gives, newest first. Bounds and order are those of whole keys of the index: nothing else gives that
 * order, so no planner can think of walking down all numbers instead because something was frequent once.
 */
export function windowQuery(db: Db, { project, filter, above, below, size }: LogWindow) {
  const lead = leadOf(filter);
  if (lead?.by === "original") {
    const key = sql`(project, tag, sequence)`;
    const paths = db
      .selectFrom("invalidation_path")
      .select(["project", "tag", "sequence"])
      // An entry may name it by several URLs.
      .distinct()
      .where(sql<boolean>`${key} > (${project}, ${lead.value}, ${above})`)
      .where(sql<boolean>`${key} < (${project}, ${lead.value}, ${below})`)
      .orderBy("project", "desc")
      .orderBy("tag", "desc")
      .orderBy("sequence", "desc")
      .limit(size);
    const name = filter.original?.name;
    return name === undefined ? paths : paths.where("name", "=", name);
  }
  const entries = db.selectFrom("invalidation_entry").select("sequence").limit(size);
  if (lead === undefined || lead.by === "covering") {
    return entries
      .where(sql<boolean>`(project, sequence) > (${project}, ${above})`)
      .where(sql<boolean>`(project, sequence) < (${project}, ${below})`)
      .orderBy("project", "desc")
      .orderBy("sequence", "desc");
  }
  const column = COLUMNS[lead.by];
  const key = sql`(project, ${sql.ref(column)}, sequence)`;
  return entries
    .where(sql<boolean>`${key} > (${project}, ${lead.value}, ${above})`)
    .where(sql<boolean>`${key} < (${project}, ${lead.value}, ${below})`)
    .orderBy("project", "desc")
    .orderBy(column, "desc")
    .orderBy("sequence", "desc");
}

/** Those of the rows with these numbers that the rest of the filter wants. */
export function pageQuery(db: Db, numbers: readonly number[], rest: LogFilter, limit: number) {
  const { status, scope, cause, beginnings, covering, since, until } = rest;
  let query = db
    .selectFrom("invalidation_entry as e")
    .selectAll("e")
    .where("e.sequence", "in", numbers)
    .orderBy("e.sequence", "desc")
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
  if (covering !== undefined) {
    const { name, tags, userTags } = covering;
    query = query.where(({ or, eb, exists, selectFrom }) =>
      or([
        eb("e.scope", "=", "all"),
        exists(
          selectFrom("invalidation_path as p")
            .select("p.place")
            .whereRef("p.entry", "=", "e.id")
            .where("p.tag", "in", tags)
            .where(({ eb, or, and }) =>
              or([
                and([eb("p.kind", "in", ["original", "url"]), eb("p.name", "=", name)]),
                and([
                  eb("p.kind", "=", "prefix"),
                  sql<boolean>`substr(cast(${name} as text), 1, length(p.name)) = p.name`,
                ]),
                and([
                  eb("p.kind", "=", "tag"),
                  userTags.length > 0 ? eb("p.name", "in", userTags) : sql<boolean>`false`,
                ]),
                eb("p.kind", "=", "project"),
              ]),
            ),
        ),
      ]),
    );
  }
  return query;
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
