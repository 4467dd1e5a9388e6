import type { CdnDriver } from "@freshet/core";
import type { Kysely } from "@freshet/store";
import type { Census } from "./census.ts";
import type { Join } from "./join.ts";
import type { Lane, LaneHealth } from "./lane.ts";
import type { InvalidationTables } from "./migrations.ts";

/** Newest invalidations among which a node's last ones are looked for. */
const NEWEST = 500;

/** How a purge of a node ended. */
export interface NodePurge {
  /** Id of the invalidation. */
  readonly entry: string;
  readonly sequence: number;
  readonly at: number | undefined;
  readonly error: string | undefined;
}

/** One node of the configuration, and how it is. */
export interface NodeHealth {
  readonly driver: CdnDriver;
  /**
   * away: it does not answer, or is left alone after failures. failed: the newest purge that ended did so with an error. behind: purges
   * wait for it.
   */
  readonly state: "in_step" | "behind" | "failed" | "away";
  /** Invalidations of all projects that it has still to be purged for, and how many numbers of the journal that is behind the head. */
  readonly waiting: number;
  readonly lag: number;
  /** When the oldest of them was received. */
  readonly oldest: number | undefined;
  readonly lastDone: NodePurge | undefined;
  readonly lastError: NodePurge | undefined;
  readonly lane: LaneHealth;
  readonly contact: ReturnType<Join["contact"]>;
}

/** With projects, the last purges are those of their own invalidations: what others purge is none of their business. */
export async function readNodes(
  parts: {
    readonly db: Kysely<InvalidationTables>;
    readonly lanes: readonly Lane[];
    readonly open: Census["open"];
    readonly contact: Join["contact"];
  },
  projects: readonly string[] | undefined,
): Promise<readonly NodeHealth[]> {
  if (parts.lanes.length === 0) return [];
  // An empty list is no question that every database takes.
  const of = projects?.length === 0 ? [""] : projects;
  const [{ nodes }, done, errors] = await Promise.all([
    parts.open(),
    lastOf(parts.db, of, "done"),
    lastOf(parts.db, of, "error"),
  ]);
  return parts.lanes.map((lane) => {
    const { driver, health } = lane;
    const { waiting = 0, lag = 0, oldest } = nodes.get(driver.name) ?? {};
    const lastDone = done.get(driver.name);
    const lastError = errors.get(driver.name);
    const contact = parts.contact(driver.name);
    const hasFailed = lastError !== undefined && lastError.sequence > (lastDone?.sequence ?? -1);
    const isAway = contact.trouble !== undefined || health.restsUntil !== undefined;
    const state = isAway ? "away" : hasFailed ? "failed" : waiting > 0 ? "behind" : "in_step";
    return { driver, state, waiting, lag, oldest, lastDone, lastError, lane: health, contact };
  });
}

/** The newest purge of each node that ended so. */
async function lastOf(
  db: Kysely<InvalidationTables>,
  projects: readonly string[] | undefined,
  how: "done" | "error",
): Promise<ReadonlyMap<string, NodePurge>> {
  const newest = db
    .selectFrom("invalidation_entry")
    .select(["id", "sequence"])
    .$if(projects !== undefined, (query) => query.where("project", "in", projects ?? []))
    .orderBy("sequence", "desc")
    .limit(NEWEST)
    .as("e");
  const ended = db
    .selectFrom(newest)
    .innerJoin("invalidation_target as t", "t.entry", "e.id")
    .$if(how === "done", (query) => query.where("t.status", "=", "done"))
    .$if(how === "error", (query) => query.where("t.error", "is not", null));
  const last = await ended
    .select(({ fn }) => ["t.node", fn.max("e.sequence").as("sequence")])
    .groupBy("t.node")
    .execute();
  if (last.length === 0) return new Map();
  const rows = await db
    .selectFrom("invalidation_entry as e")
    .innerJoin("invalidation_target as t", "t.entry", "e.id")
    .select(["e.id", "e.sequence", "t.node", "t.at", "t.error"])
    .where(
      "e.sequence",
      "in",
      last.map(({ sequence }) => Number(sequence)),
    )
    .execute();
  const found = last.flatMap(({ node, sequence }) => {
    const row = rows.find((each) => each.node === node && each.sequence === Number(sequence));
    if (!row) return [];
    const { id: entry, at, error } = row;
    return [
      [node, { entry, sequence: row.sequence, at: at ?? undefined, error: error ?? undefined }] as const,
    ];
  });
  return new Map(found);
}
