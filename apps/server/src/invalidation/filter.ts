import { INVALIDATION_SCOPES, INVALIDATION_STATUSES } from "@freshet/core";
import { ServerError } from "../errors.ts";
import type { Project } from "../projects/project.ts";
import type { Covered, LogFilter } from "./log.ts";
import type { Delivery } from "./ports.ts";
import { readRequest } from "./request.ts";

/** Bounds of what is asked for; longer texts name nothing that there is. */
const LONGEST_CAUSE = 40;

/**
 * Reads what of the log is wanted from the query of `GET /invalidate`. A path is read as invalidations read it, so that every way to
 * write an original finds the same entries.
 * @throws ServerError QUERY_WRONG or PATH_WRONG
 */
export function readFilter(
  query: Readonly<Record<string, unknown>>,
  project: Project,
  delivery: Delivery,
  hosts: readonly string[],
): LogFilter {
  const status = choice(query, "status", INVALIDATION_STATUSES);
  const scope = choice(query, "scope", INVALIDATION_SCOPES);
  const cause = text(query, "cause");
  if (cause !== undefined && cause.length > LONGEST_CAUSE)
    throw new ServerError("QUERY_WRONG", `A cause has at most ${LONGEST_CAUSE} characters.`);
  const path = text(query, "path");
  const covers = text(query, "covers");
  const since = time(query, "since");
  const until = time(query, "until");
  return {
    ...(status === undefined ? {} : { status }),
    ...(scope === undefined ? {} : { scope }),
    ...(cause === undefined ? {} : { cause }),
    ...(path === undefined ? {} : named(path, project, delivery, hosts)),
    ...(covers === undefined ? {} : { covering: covered(covers, project, delivery, hosts) }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

function named(
  path: string,
  project: Project,
  delivery: Delivery,
  hosts: readonly string[],
): Pick<LogFilter, "original" | "beginnings"> {
  const scope = path.includes("?") ? "urls" : "original";
  const { paths } = readRequest({ scope, urls: [path] }, project, delivery, hosts);
  const [first] = paths;
  if (first !== undefined && first.kind !== "prefix")
    return { original: { tag: first.tag, name: first.name } };
  return { beginnings: paths.map(({ name }) => name) };
}

function covered(path: string, project: Project, delivery: Delivery, hosts: readonly string[]): Covered {
  const scope = path.includes("?") ? "urls" : "original";
  const { paths } = readRequest({ scope, urls: [path] }, project, delivery, hosts);
  const [first] = paths;
  if (first === undefined || first.kind === "prefix" || first.kind === "project")
    throw new ServerError("QUERY_WRONG", "covers names one original, without a wildcard.");
  return delivery.coverOf(project, first.covered ?? first.path);
}

function text(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== "") return value;
  throw new ServerError("QUERY_WRONG", `${name} stands there once, with a value.`);
}

function choice<const Choice extends string>(
  query: Readonly<Record<string, unknown>>,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = text(query, name);
  if (value === undefined) return undefined;
  const known = choices.find((each) => each === value);
  if (known === undefined) throw new ServerError("QUERY_WRONG", `${name} is one of ${choices.join(", ")}.`);
  return known;
}

/** ISO 8601, or as `added_at` writes it; without a zone it is UTC. */
function time(query: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = text(query, name);
  if (value === undefined) return undefined;
  const [, day, clock, fraction = "", zone = "Z"] =
    // A plus sign in a query is a space.
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?(Z|[+ -]\d\d:?\d\d)?)?$/.exec(value) ?? [];
  const at =
    day === undefined
      ? Number.NaN
      : Date.parse(
          clock === undefined
            ? `${day}T00:00:00Z`
            : `${day}T${clock}${clock.length === 5 ? "" : fraction.slice(0, 4)}${zone.replace(" ", "+")}`,
        );
  if (Number.isNaN(at))
    throw new ServerError("QUERY_WRONG", `${name} is a time such as 2030-01-31T12:00:00Z.`);
  return at;
}
