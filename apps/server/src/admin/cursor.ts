import { ServerError } from "../errors.ts";

/** Where the next page begins: an opaque text for callers, the last name they saw for us. */
export function writePlace(last: string): string {
  return Buffer.from(last).toString("base64url");
}

/**
 * The name in a cursor; undefined where none was sent.
 * @throws ServerError QUERY_WRONG for what no list gave.
 */
export function readPlace(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const last = Buffer.from(cursor, "base64url").toString();
  if (last !== "" && writePlace(last) === cursor && !/\p{Cc}|\uFFFD/u.test(last)) return last;
  throw new ServerError("QUERY_WRONG", "The cursor is none that this list gave.");
}

/** One page of what was read, one more than wanted, so that it is known whether more follow. */
export function pageOf<Row, View>(
  name: string,
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
  placeOf: (row: Row) => string,
): Readonly<Record<string, unknown>> {
  const some = rows.slice(0, limit);
  const last = some.at(-1);
  const cursor = rows.length > limit && last !== undefined ? { cursor: writePlace(placeOf(last)) } : {};
  return { [name]: some.map(view), ...cursor };
}

/** What the query of a list says. */
export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly project?: string;
}

export const USUAL_PAGE = 20;
