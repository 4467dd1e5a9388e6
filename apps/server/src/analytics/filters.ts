import { type RawBuilder, sql } from "@freshet/store";
import { ServerError } from "../errors.ts";
import { FILTERS, type FilterName, LOGS, type LogName } from "./kinds.ts";

export type FilterQuery = Partial<Readonly<Record<FilterName | "url", string>>>;

/**
 * The conditions that a query sets to the rows of a log.
 * @throws ServerError QUERY_WRONG for a filter that the log does not have, or a value that it cannot have.
 */
export function readFilters(name: LogName, query: FilterQuery): readonly RawBuilder<boolean>[] {
  const kind = LOGS[name];
  const conditions: RawBuilder<boolean>[] = [];
  for (const filter of FILTERS) {
    const value = query[filter];
    if (value === undefined) continue;
    const column = kind.filters[filter];
    if (column === undefined)
      throw new ServerError("QUERY_WRONG", `The log ${name} cannot be filtered by ${filter}.`);
    conditions.push(conditionOf(filter, sql.ref(column), value));
  }
  const { url } = query;
  if (url !== undefined && url !== "") conditions.push(containing(name, url));
  return conditions;
}

function conditionOf(filter: FilterName, column: RawBuilder<unknown>, value: string): RawBuilder<boolean> {
  if (filter === "via") {
    if (value !== "node" && value !== "instance")
      throw new ServerError("QUERY_WRONG", "via is instance or node.");
    return sql<boolean>`${column} = ${value === "node" ? 1 : 0}`;
  }
  if (filter !== "status") return sql<boolean>`${column} = ${value}`;
  const family = /^([1-5])xx$/.exec(value)?.[1];
  if (family !== undefined) {
    return sql<boolean>`${column} >= ${Number(family) * 100} and ${column} < ${Number(family) * 100 + 100}`;
  }
  if (!/^[1-5]\d\d$/.test(value)) throw new ServerError("QUERY_WRONG", "status is one such as 404, or 4xx.");
  return sql<boolean>`${column} = ${Number(value)}`;
}

/** A text contains another exactly if taking that out changes it: engines differ in everything else that finds texts in texts. */
function containing(name: LogName, part: string): RawBuilder<boolean> {
  if (name === "urls") return sql<boolean>`replace(text, ${part}, '') <> text`;
  return sql<boolean>`exists (select 1 from stats_name named where named.id = ${LOGS[name].url}
    and replace(named.text, ${part}, '') <> named.text)`;
}
