import { type Kysely, sql } from "@freshet/store";
import type { UrlRow, WarmUpTables } from "./migrations.ts";

const LANES_AT_ONCE = 500;

/**
 * Gives each URL that waits its turn, a number that orders what waits in its lane. A list begins where its lane is now, so that every list goes
 * on however long the others are; and one turn later for each list of its project that runs, so that whoever sends list after list does not keep
 * the lane where it is. The list itself must not have been kept yet.
 */
export async function giveTurns(
  db: Kysely<WarmUpTables>,
  project: string,
  urls: readonly Omit<UrlRow, "turn">[],
): Promise<readonly UrlRow[]> {
  const { running } = await db
    .selectFrom("warmup_task")
    .select(({ fn }) => fn.countAll().as("running"))
    .where("project", "=", project)
    .where("state", "=", "running")
    .executeTakeFirstOrThrow();
  const origins = [...new Set(urls.map(({ origin }) => origin))];
  const next = new Map(origins.map((origin) => [origin, Number(running)]));
  for (let at = 0; at < origins.length; at += LANES_AT_ONCE) {
    for (const { origin, turn } of await nowIn(db, origins.slice(at, at + LANES_AT_ONCE)))
      next.set(origin, (turn ?? 0) + Number(running));
  }
  return urls.map((url) => {
    if (url.outcome !== null) return { ...url, turn: 0 };
    const turn = next.get(url.origin) ?? 0;
    next.set(url.origin, turn + 1);
    return { ...url, turn };
  });
}

/** The turn that each lane is at. */
async function nowIn(db: Kysely<WarmUpTables>, origins: readonly string[]) {
  const { rows } = await sql<{
    readonly origin: string;
    readonly turn: number | null;
  }>`select l.origin as origin,
    (select min(u.turn) from warmup_url u where u.origin = l.origin and u.outcome is null) as turn
    from warmup_lane l where l.origin in (${sql.join(origins)})`.execute(db);
  return rows;
}
