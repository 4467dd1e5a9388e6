import type { RawBuilder } from "@freshet/store";
import { ServerError } from "../errors.ts";
import type { StatsDb } from "./figures.ts";
import { LOGS, type LogName } from "./kinds.ts";
import { type Place, searchLog } from "./search.ts";
import { type LogRow, type LogView, viewRows } from "./views.ts";

/** Columns of an export, in their order. */
export const LOG_COLUMNS: Readonly<Record<LogName, readonly string[]>> = {
  resizes: [
    "at",
    "project",
    "url",
    "original",
    "status",
    "code",
    "ms",
    "format",
    "bytes_in",
    "bytes_out",
    "count",
  ],
  slow: fetchColumns(),
  failed: fetchColumns(),
  urls: ["project", "url", "original", "first_at", "last_at", "hits", "bytes"],
  cdn: [
    ...["at", "project", "url", "via", "node", "source", "cache", "status", "code", "format"],
    ...["referrer", "country", "ms", "bytes", "count"],
  ],
};

function fetchColumns(): readonly string[] {
  return [
    ...["at", "project", "url", "origin", "status", "code", "bytes"],
    ...["ms", "dns_ms", "connect_ms", "first_byte_ms", "count"],
  ];
}

export interface LogWish {
  readonly project: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly filters: readonly RawBuilder<boolean>[];
  readonly limit: number;
  readonly before: Place | undefined;
}

/** One page of a log. */
export async function logPage(db: StatsDb, name: LogName, wish: LogWish, now: number) {
  const { rows, next } = await searchLog<LogRow>(db, LOGS[name], wish);
  return { rows: await viewRows(db, name, rows, now), next };
}

/** Rows of one look of an export. */
const AT_ONCE = 1_000;

/** All pages of a log, up to so many rows; ends early when nobody reads any more. */
export async function* logPages(
  db: StatsDb,
  name: LogName,
  wish: Omit<LogWish, "limit">,
  most: number,
  now: number,
): AsyncGenerator<readonly LogView[]> {
  let left = most;
  for (let before = wish.before; left > 0; ) {
    const { rows, next } = await logPage(db, name, { ...wish, before, limit: Math.min(AT_ONCE, left) }, now);
    yield rows;
    left -= rows.length;
    if (next === undefined) return;
    before = next;
  }
}

export const writeCursor = ({ at, n }: Place): string => Buffer.from(`${at}.${n}`).toString("base64url");

/** @throws ServerError QUERY_WRONG for what no log gave. */
export function readCursor(text: string | undefined): Place | undefined {
  if (text === undefined) return undefined;
  const [, at, n] = /^(\d{1,15})\.(\d{1,16})$/.exec(Buffer.from(text, "base64url").toString()) ?? [];
  const place = { at: Number(at), n: Number(n) };
  if (Number.isSafeInteger(place.at) && Number.isSafeInteger(place.n) && writeCursor(place) === text)
    return place;
  throw new ServerError("QUERY_WRONG", "The cursor is none that this log gave.");
}
