import {
  INVALIDATION_SCOPES,
  INVALIDATION_STATUSES,
  type InvalidationScope,
  type InvalidationStatus,
} from "@freshet/core";

/** What of the log is looked at, as the address of the page keeps it. Times are ISO 8601 in UTC. */
export interface LogFilters {
  readonly status?: InvalidationStatus;
  readonly scope?: InvalidationScope;
  readonly cause?: string;
  /** A picture, in whatever way it is written, or a folder with * at its end. */
  readonly path?: string;
  /** Only entries that name the path itself, not those that cover it by a folder, a tag or as part of everything. */
  readonly isNamed?: boolean;
  readonly since?: string;
  /** Excluded. */
  readonly until?: string;
  /** The page that is shown; absent is the newest. */
  readonly cursor?: string;
}

const MOST_TEXT = 8_192;

/** Reads what stands behind the ? of the page's address. What is not understood counts as not said. */
export function readFilters(search: string): LogFilters {
  const query = new URLSearchParams(search);
  const text = (name: string): string | undefined => {
    const value = query.get(name)?.trim();
    return value === undefined || value === "" || value.length > MOST_TEXT ? undefined : value;
  };
  const status = INVALIDATION_STATUSES.find((each) => each === query.get("status"));
  const scope = INVALIDATION_SCOPES.find((each) => each === query.get("scope"));
  return withoutNothing({
    status,
    scope,
    cause: text("cause"),
    path: text("path"),
    isNamed: query.get("named") === "1" || undefined,
    since: readTime(query.get("since")),
    until: readTime(query.get("until")),
    cursor: text("cursor"),
  });
}

/** The same the other way round, without the ?; "" where nothing is asked for. */
export function writeFilters({ isNamed, ...rest }: LogFilters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.set(name, String(value));
  if (isNamed) query.set("named", "1");
  return query.toString();
}

/** What the API is asked. A picture is searched by all that covers it, unless only its name is meant. */
export function queryOf(filters: LogFilters, project: string): Readonly<Record<string, string>> {
  const { path, isNamed, ...rest } = filters;
  const covers = path !== undefined && !isNamed && !path.includes("*");
  return {
    project,
    ...withoutNothing(rest),
    ...(path === undefined ? {} : covers ? { covers: path } : { path }),
  };
}

/** Other filters are another list: it begins at its newest page. */
export function changed(
  filters: LogFilters,
  change: { readonly [Name in keyof LogFilters]?: LogFilters[Name] | undefined },
): LogFilters {
  const { cursor: _, ...rest } = filters;
  return withoutNothing({ ...rest, ...change });
}

export const isFiltered = ({ cursor: _, ...rest }: LogFilters): boolean => Object.keys(rest).length > 0;

function readTime(value: string | null): string | undefined {
  if (value === null || !/^\d{4}-\d\d-\d\d/.test(value)) return undefined;
  // A day without a time is meant where the viewer is.
  const at = value.length === 10 ? startOfDay(value) : new Date(value);
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Midnight, where the viewer is, at which the day begins (or the one that is `days` later); undefined for what is no day. */
export function startOfDay(day: string, days = 0): Date | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (year === undefined) return undefined;
  const at = new Date(Number(year), Number(month) - 1, Number(date) + days);
  return days === 0 && dayOf(at) !== day ? undefined : at;
}

/** The viewer's day, as date fields write it. */
export function dayOf(at: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

type Members<Shape> = { readonly [Name in keyof Shape]?: Exclude<Shape[Name], undefined> };

/** Without the members that are undefined: those were not said. */
function withoutNothing<Shape extends object>(shape: Shape): Members<Shape> {
  return Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== undefined),
  ) as Members<Shape>;
}
