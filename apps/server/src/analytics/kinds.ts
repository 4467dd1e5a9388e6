import { type RawBuilder, sql } from "@freshet/store";

/** The logs there are. */
export const LOG_KINDS = ["resizes", "slow", "failed", "urls", "cdn"] as const;
export type LogName = (typeof LOG_KINDS)[number];

/** Where a log lies in the store. */
export interface LogKind {
  readonly table: RawBuilder<unknown>;
  /** What of the table belongs to it. */
  readonly only: RawBuilder<boolean>;
  /** Columns by which it is in order. */
  readonly place: { readonly at: RawBuilder<unknown>; readonly n: RawBuilder<unknown> };
  /** Column that names the URL. */
  readonly url: RawBuilder<unknown>;
  /** Columns that filters of this name look at. */
  readonly filters: Readonly<Partial<Record<FilterName, string>>>;
}

export const FILTERS = ["status", "output", "code", "origin", "source", "via"] as const;
export type FilterName = (typeof FILTERS)[number];

const TIMED = { at: sql.ref("at"), n: sql.ref("n") };
const everything = sql<boolean>`1 = 1`;
const FETCHES = { status: "status", code: "code", origin: "origin" } as const;

export const LOGS: Readonly<Record<LogName, LogKind>> = {
  resizes: {
    ...{ table: sql.table("stats_resize"), only: everything, place: TIMED, url: sql.ref("stats_resize.url") },
    filters: { status: "status", output: "format", code: "code" },
  },
  slow: {
    ...{ table: sql.table("stats_fetch"), only: sql<boolean>`is_slow = 1`, place: TIMED },
    ...{ url: sql.ref("stats_fetch.url"), filters: FETCHES },
  },
  failed: {
    ...{ table: sql.table("stats_fetch"), only: sql<boolean>`is_failed = 1`, place: TIMED },
    ...{ url: sql.ref("stats_fetch.url"), filters: FETCHES },
  },
  urls: {
    ...{ table: sql.table("stats_name"), only: sql<boolean>`kind = 1`, url: sql.ref("stats_name.id") },
    ...{ place: { at: sql.ref("first_at"), n: sql.ref("id") }, filters: {} },
  },
  cdn: {
    ...{ table: sql.table("stats_line"), only: everything, place: TIMED, url: sql.ref("stats_line.url") },
    filters: { status: "status", output: "format", code: "code", source: "source", via: "is_node" },
  },
};
