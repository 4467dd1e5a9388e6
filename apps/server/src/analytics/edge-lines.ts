import { ServerError } from "../errors.ts";
import type { NodeEvent } from "./events.ts";
import { DAY } from "./summing.ts";

/** What a node's cache may have done with a request. */
export const CACHE_WORDS = ["hit", "miss", "expired", "stale", "revalidated", "bypass", "error"] as const;

const MOST_LINES = 10_000;
const MOST_ERRORS = 50;
/** Bytes and milliseconds that one line may stand for: whatever adds up to a page stays a number that is exact. */
const MOST = { count: 100_000, bytes: 2 ** 38, milliseconds: 360_000_000 };
/** Older lines are of no day that is still counted. */
const OLDEST_MS = 2 * DAY;
/** Clocks of nodes may be ahead by so much. */
const AHEAD_MS = 60_000;

export interface ReadLines {
  readonly events: readonly NodeEvent[];
  readonly refused: number;
  /** The first of what is wrong, by the number of its line. */
  readonly errors: readonly { readonly line: number; readonly detail: string }[];
}

/**
 * Reads lines of a node's log, one JSON object each. A line that cannot be used is left out and named: the others count.
 * @throws ServerError BODY_UNREADABLE for what is no text in UTF-8, or more lines than are taken at once.
 */
export function readNodeLines(body: Uint8Array, project: string, now: number): ReadLines {
  const lines = textOf(body).split(/\r?\n/);
  if (lines.filter((line) => line.trim() !== "").length > MOST_LINES) {
    throw new ServerError("BODY_UNREADABLE", `Send at most ${MOST_LINES} lines at once.`);
  }
  const events: NodeEvent[] = [];
  const errors: { line: number; detail: string }[] = [];
  let refused = 0;
  for (const [place, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const read = readLine(line, project, now);
    if (typeof read !== "string") {
      events.push(read);
      continue;
    }
    refused += 1;
    if (errors.length < MOST_ERRORS) errors.push({ line: place + 1, detail: read });
  }
  return { events, refused, errors };
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new ServerError("BODY_UNREADABLE", "It is not text in UTF-8.");
  }
}

/** The event of a line, or what is wrong with it. */
function readLine(line: string, project: string, now: number): NodeEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "It is no JSON object.";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "It is no JSON object.";
  const field = (name: string): unknown =>
    Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  const whole = (name: string, least: number, most: number, usual?: number): number | undefined => {
    const given = field(name) ?? usual;
    return Number.isInteger(given) && (given as number) >= least && (given as number) <= most
      ? (given as number)
      : undefined;
  };
  const text = (name: string, most: number): string | undefined => {
    const given = field(name);
    return typeof given === "string" && given !== "" ? given.slice(0, most) : undefined;
  };
  const at = timeOf(field("at"), now);
  if (at === undefined) {
    return "at is a time of the last two days with its zone, such as 2026-01-31T12:00:00Z or 2026-01-31T14:00:00+02:00.";
  }
  const url = targetOf(text("url", 8_192));
  if (url === undefined) return "url is the path and query that was asked for, or the whole address.";
  const status = whole("status", 100, 599);
  if (status === undefined) return "status is a whole number from 100 to 599.";
  const bytes = whole("bytes", 0, MOST.bytes, 0);
  if (bytes === undefined) return "bytes is a whole number.";
  const cache = CACHE_WORDS.find((word) => word === String(field("cache")).toLowerCase());
  if (cache === undefined) return `cache is one of ${CACHE_WORDS.join(", ")}.`;
  const count = whole("count", 1, MOST.count, 1);
  if (count === undefined) return `count is a whole number from 1 to ${MOST.count}.`;
  if (bytes * count > MOST.bytes) return "bytes are more than one line may stand for; send several.";
  const ms = field("ms");
  const isTime = typeof ms === "number" && ms >= 0 && ms * count <= MOST.milliseconds;
  if (ms !== undefined && !isTime) return "ms is a number of milliseconds.";
  return {
    ...{ project, at, url, status, bytes, cache, count, milliseconds: isTime ? ms : undefined },
    ...{ node: text("node", 200), referer: text("referrer", 2_000), country: text("country", 2) },
    format: /^[a-z0-9]{1,10}$/.exec(text("format", 10) ?? "")?.[0],
  };
}

/** Without a zone it would be of whatever zone this server is in. */
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;

function timeOf(given: unknown, now: number): number | undefined {
  if (given === undefined || given === null) return now;
  const at = typeof given === "string" && TIME.test(given) ? Date.parse(given) : Number.NaN;
  return at >= now - OLDEST_MS && at <= now + AHEAD_MS ? Math.min(at, now) : undefined;
}

/** Path and query, as instances write them down. */
function targetOf(text: string | undefined): string | undefined {
  if (text === undefined || /[\s\p{Cc}]/u.test(text)) return undefined;
  if (text.startsWith("/")) return text.split("#", 1)[0];
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) ? url.pathname + url.search : undefined;
}
