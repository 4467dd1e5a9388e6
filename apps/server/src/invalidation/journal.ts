import { hash, randomUUID } from "node:crypto";
import type { Cause, InvalidationRequest } from "@freshet/core";
import { createGathering, type Kysely, type Transaction } from "@freshet/store";
import { type Author, writeAudit } from "../admin/audit.ts";
import type { Mark } from "../cache/mark.ts";
import type { InstanceRow, OutcomeRow } from "../instances/migrations.ts";
import { type LogFilter, searchLog } from "./log.ts";
import { floorOf, marksOf } from "./marks.ts";
import type { EntryRow, InvalidationTables, PathRow, TargetRow } from "./migrations.ts";
import { isForeign, type Seen } from "./seen.ts";

type Db = Kysely<InvalidationTables>;

/** What is to be accepted. */
export interface Asked {
  readonly project: string;
  readonly request: InvalidationRequest;
  readonly paths: readonly Omit<PathRow, "entry" | "place">[];
  readonly cause: Cause;
  readonly chain: number;
  /** Two requests of a project with the same key are one; undefined where the caller gave none. */
  readonly key: string | undefined;
  /** Number of the change of settings or states that comes into force with it. */
  readonly settings?: number;
  /** Whose doing it is, where it is somebody's. */
  readonly by?: Author;
}

export interface Accepted {
  readonly uuid: string;
  readonly sequence: number;
  readonly receivedAt: number;
  readonly marks: readonly Mark[];
  /** Settings or states changed with it. */
  readonly changesSettings: boolean;
  /** The key was used before with the same body: nothing was added. */
  readonly isRepeated: boolean;
}

/** One entry with everything that belongs to it. */
export interface Entry {
  readonly row: EntryRow;
  readonly paths: readonly PathRow[];
  readonly targets: readonly TargetRow[];
  readonly instances: readonly InstanceOutcome[];
}

/** How an entry stands with one instance; "waiting" is what is so at this moment and written nowhere. */
export type InstanceOutcome = Pick<OutcomeRow, "instance" | "lag"> & {
  readonly status: OutcomeRow["status"] | "waiting";
  readonly at: number | null;
};

export interface Journal {
  /**
   * Gives the invalidation the next number and makes it durable: when this resolves, it is on the disk. Resolves to
   * "reused" when the key belongs to another body.
   */
  accept(asked: Asked): Promise<Accepted | "reused">;
  /** The same as part of a transaction that changes something else with it. */
  acceptWithin(
    transaction: Transaction<InvalidationTables>,
    asked: readonly Asked[],
  ): Promise<readonly Accepted[]>;
  /**
   * Raises the head above what was seen if this journal is not its continuation: in one step everything is journalled as invalid, open
   * entries get new numbers, and what instances stated counts no more. Resolves to what was added; nothing where the journal goes on as it was seen.
   */
  raise(seen: Seen): Promise<readonly Accepted[]>;
  /** The largest number given out. */
  head(): Promise<number>;
  get(project: string, uuid: string): Promise<Entry | undefined>;
  /** What the targets of some entries have come to, without what the entries name. */
  outcomes(rows: readonly EntryRow[]): Promise<readonly Omit<Entry, "paths">[]>;
  /**
   * Newest first, older than `before`; fewer than `limit` where entries are large or much had to be looked through, and `next` where
   * there may be more.
   */
  list(
    project: string,
    limit: number,
    before: number | undefined,
    filter?: LogFilter,
  ): Promise<{ readonly entries: readonly Entry[]; readonly next: number | undefined }>;
  /** Opens the failed targets of a failed entry again, as a new attempt; "unneeded" when it has not failed. */
  retry(project: string, uuid: string, by?: Author): Promise<EntryRow | "unknown" | "unneeded">;
}

/** Acceptances that share one transaction at most. */
const TOGETHER = 64;
/** Rows of one insert: SQLite takes 32,766 parameters. */
const ROWS = 500;
/** Paths on one page of the list at most, unless its first entry alone has more. */
const PATHS_ON_A_PAGE = 5_000;

/** How numbers are kept from going back. */
export interface Memory {
  /** How far this instance has come. */
  readonly seen: () => Seen;
  /** What is journalled where the numbers went back: an `all` for each project. */
  readonly everything: (
    transaction: Transaction<InvalidationTables>,
  ) => readonly Asked[] | Promise<readonly Asked[]>;
}

const NO_MEMORY: Memory = { seen: () => ({ sequence: 0, entry: undefined }), everything: () => [] };

export function createJournal(db: Db, now: () => number, memory = NO_MEMORY): Journal {
  const write = (group: readonly Asked[], seen: Seen) =>
    db
      .transaction()
      .execute((transaction) => acceptAll(transaction, group, { ...memory, seen, time: now() }));
  const accept = createGathering<Asked, Accepted | "reused">(
    // What was seen before the number is given out must be below it.
    async (group) => (await write(group, memory.seen())).answers,
    TOGETHER,
  );
  const outcomesOfSome = async (rows: readonly EntryRow[]): Promise<readonly Omit<Entry, "paths">[]> => {
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return [];
    const [targets, outcomes, waiting] = await Promise.all([
      db.selectFrom("invalidation_target").selectAll().where("entry", "in", ids).orderBy("node").execute(),
      db.selectFrom("instance_outcome").selectAll().where("entry", "in", ids).orderBy("instance").execute(),
      rows.some(isWaiting) ? db.selectFrom("instance_row").selectAll().orderBy("name").execute() : [],
    ]);
    const targetsOf = Map.groupBy(targets, ({ entry }) => entry);
    const outcomesOf = Map.groupBy(outcomes, ({ entry }) => entry);
    return rows.map((row) => ({
      row,
      targets: targetsOf.get(row.id) ?? [],
      instances: isWaiting(row) ? waitedFor(row, waiting) : (outcomesOf.get(row.id) ?? []),
    }));
  };
  const complete = async (rows: readonly EntryRow[]): Promise<readonly Entry[]> => {
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return [];
    const [paths, outcomes] = await Promise.all([
      db.selectFrom("invalidation_path").selectAll().where("entry", "in", ids).orderBy("place").execute(),
      outcomesOfSome(rows),
    ]);
    const pathsOf = Map.groupBy(paths, ({ entry }) => entry);
    return outcomes.map((each) => ({ ...each, paths: pathsOf.get(each.row.id) ?? [] }));
  };
  const entries = (project: string) =>
    db.selectFrom("invalidation_entry").selectAll().where("project", "=", project);
  return {
    accept,
    acceptWithin: async (transaction, asked) => {
      const { answers } = await acceptAll(transaction, asked, {
        ...memory,
        seen: memory.seen(),
        time: now(),
      });
      return answers.filter((answer) => answer !== "reused");
    },
    raise: async (seen) => (await write([], seen)).raised,
    async head() {
      const { n } = await db.selectFrom("invalidation_sequence").select("n").executeTakeFirstOrThrow();
      return n;
    },
    async get(project, uuid) {
      const [entry] = await complete(await entries(project).where("id", "=", uuid).execute());
      return entry;
    },
    outcomes: async (rows) => {
      const found: Omit<Entry, "paths">[] = [];
      for (const some of slices(rows)) found.push(...(await outcomesOfSome(some)));
      return found;
    },
    async list(project, limit, before, filter = {}) {
      const { rows, next } = await searchLog(db, { project, filter, limit, before });
      let room = PATHS_ON_A_PAGE;
      const page = rows.filter(({ paths }, index) => {
        room -= paths;
        return room >= 0 || index === 0;
      });
      const isCut = page.length < rows.length;
      return { entries: await complete(page), next: isCut ? page.at(-1)?.sequence : next };
    },
    retry: (project, uuid, by) =>
      db.transaction().execute(async (transaction) => {
        const row = await reopen(transaction, project, uuid, by);
        if (by !== undefined && typeof row === "object") {
          const action = "invalidation.retried" as const;
          await writeAudit(transaction, [{ by, project, action, subject: uuid, at: now() }]);
        }
        return row;
      }),
  };
}

async function acceptAll(
  db: Transaction<InvalidationTables>,
  asked: readonly Asked[],
  { seen, time, everything }: Pick<Memory, "everything"> & { readonly seen: Seen; readonly time: number },
): Promise<{ readonly answers: readonly (Accepted | "reused")[]; readonly raised: readonly Accepted[] }> {
  // The first statement locks the row of the sequence: numbers are given in the order of the commits, without gaps.
  const { n } = await db
    .updateTable("invalidation_sequence")
    .set(({ ref }) => ({ n: ref("n") }))
    .returning("n")
    .executeTakeFirstOrThrow();
  // Behind the lock: who holds it may just be giving a number anew that was seen.
  const isBehind = await isForeign(db, seen, n);
  const before = isBehind ? await renumber(db, n, Math.max(n, seen.sequence)) : n;
  const more = isBehind ? await everything(db) : [];
  const group = [...more, ...asked];
  const known = await knownKeys(db, group);
  let sequence = before;
  const fresh: { readonly asked: Asked; readonly accepted: Accepted }[] = [];
  const keys: InvalidationTables["invalidation_key"][] = [];
  const answers = group.map((asked): Accepted | "reused" => {
    const { project, key } = asked;
    const body = key === undefined ? "" : hashOf(asked);
    const earlier = key === undefined ? undefined : known.get(nameOf(project, key));
    if (earlier) return earlier.hash === body ? { ...earlier.accepted, isRepeated: true } : "reused";
    sequence += 1;
    const accepted = {
      uuid: randomUUID(),
      sequence,
      receivedAt: time,
      marks: marksOf(asked.project, asked.request.scope, asked.paths),
      changesSettings: asked.settings !== undefined,
      isRepeated: false,
    };
    fresh.push({ asked, accepted });
    if (key !== undefined) {
      known.set(nameOf(project, key), { hash: body, accepted });
      keys.push({ project, key, hash: body, entry: accepted.uuid });
    }
    return accepted;
  });
  if (fresh.length > 0) {
    await db.updateTable("invalidation_sequence").set({ n: sequence }).execute();
    await insertEntries(db, fresh);
    for (const some of slices(keys)) await db.insertInto("invalidation_key").values(some).execute();
  }
  const raised = answers.slice(0, more.length).filter((answer) => answer !== "reused");
  return { answers: answers.slice(more.length), raised };
}

/**
 * The journal lost numbers that were seen, as a restored backup does. What is open may have been given some of them again, so it
 * is numbered anew, above all that was seen; what instances said about the lost numbers says nothing about the new ones.
 */
async function renumber(db: Transaction<InvalidationTables>, head: number, least: number): Promise<number> {
  const open = await db
    .selectFrom("invalidation_entry")
    .select(({ fn }) => [fn.min("sequence").as("first"), fn.max("sequence").as("last")])
    .where("next_at", "is not", null)
    .executeTakeFirst();
  await db
    .updateTable("instance_row")
    .set(({ eb }) => ({ epoch: eb("epoch", "+", 1), applied: null, drained: null }))
    .execute();
  let newest = least;
  if (typeof open?.first === "number" && typeof open.last === "number") {
    const further = least + 1 - open.first;
    newest = open.last + further;
    const entries = db.selectFrom("invalidation_entry").select("id").where("next_at", "is not", null);
    await db.deleteFrom("invalidation_target").where("entry", "in", entries).execute();
    await db.deleteFrom("instance_outcome").where("entry", "in", entries).execute();
    await db
      .updateTable("invalidation_path")
      .set(({ eb }) => ({ sequence: eb("sequence", "+", further) }))
      .where("entry", "in", entries)
      .execute();
    await db
      .updateTable("invalidation_entry")
      .set(({ eb }) => ({
        sequence: eb("sequence", "+", further),
        status: "RECEIVED" as const,
        evidence: null,
        next_at: 0,
        lease_by: null,
        lease_until: 0,
      }))
      .where("next_at", "is not", null)
      .execute();
  }
  await db
    .updateTable("invalidation_sequence")
    .set({ n: newest, epoch: randomUUID() })
    .where("n", "=", head)
    .execute();
  return newest;
}

async function insertEntries(
  db: Transaction<InvalidationTables>,
  fresh: readonly { readonly asked: Asked; readonly accepted: Accepted }[],
): Promise<void> {
  const entries = fresh.map(({ asked, accepted }) => ({
    id: accepted.uuid,
    sequence: accepted.sequence,
    project: asked.project,
    scope: asked.request.scope,
    status: "RECEIVED" as const,
    cause: JSON.stringify(asked.cause),
    cause_kind: asked.cause.kind,
    requested_by: asked.by?.principal ?? null,
    chain: asked.chain,
    attempt: 1,
    attempts: 0,
    next_at: 0,
    lease_until: 0,
    paths: asked.paths.length,
    transformations: transformationsOf(asked),
    settings: asked.settings ?? null,
    received_at: accepted.receivedAt,
  }));
  await db.insertInto("invalidation_entry").values(entries).execute();
  await writeAudit(db, fresh.flatMap(auditOf));
  const paths = fresh.flatMap(({ asked, accepted }) =>
    asked.paths.map((path, place) => ({
      ...{ entry: accepted.uuid, place, project: asked.project, sequence: accepted.sequence },
      ...path,
    })),
  );
  for (const some of slices(paths)) await db.insertInto("invalidation_path").values(some).execute();
  const floors = new Map<string, InvalidationTables["invalidation_floor"]>();
  for (const { accepted } of fresh) {
    for (const mark of accepted.marks) {
      const floor = floorOf(mark, accepted.sequence);
      floors.set(nameOf(floor.project, floor.tag), floor);
    }
  }
  for (const some of slices([...floors.values()])) {
    await db
      .insertInto("invalidation_floor")
      .values(some)
      .onConflict((conflict) =>
        conflict
          .columns(["project", "tag"])
          .doUpdateSet(({ ref }) => ({ sequence: ref("excluded.sequence") })),
      )
      .execute();
  }
}

function auditOf({ asked, accepted }: { readonly asked: Asked; readonly accepted: Accepted }) {
  const { by, project } = asked;
  if (by === undefined) return [];
  const action = "invalidation.accepted" as const;
  return [{ by, project, action, subject: accepted.uuid, at: accepted.receivedAt }];
}

async function knownKeys(
  db: Transaction<InvalidationTables>,
  group: readonly Asked[],
): Promise<Map<string, { readonly hash: string; readonly accepted: Accepted }>> {
  const keys = group.flatMap(({ key }) => (key === undefined ? [] : [key]));
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom("invalidation_key as k")
    .innerJoin("invalidation_entry as e", "e.id", "k.entry")
    .select(["k.project", "k.key", "k.hash", "e.id", "e.sequence", "e.received_at"])
    .where("k.project", "in", [...new Set(group.map(({ project }) => project))])
    .where("k.key", "in", keys)
    .execute();
  return new Map(
    rows.map((row) => {
      const accepted = {
        uuid: row.id,
        sequence: row.sequence,
        receivedAt: row.received_at,
        marks: [],
        changesSettings: false,
        isRepeated: true,
      };
      return [nameOf(row.project, row.key), { hash: row.hash, accepted }];
    }),
  );
}

async function reopen(
  db: Transaction<InvalidationTables>,
  project: string,
  uuid: string,
  by: Author | undefined,
): Promise<EntryRow | "unknown" | "unneeded"> {
  const row = await db
    .updateTable("invalidation_entry")
    .set(({ eb }) => ({
      status: "RECEIVED" as const,
      attempt: eb("attempt", "+", 1),
      attempts: 0,
      next_at: 0,
      preparing_at: null,
      instances_at: null,
      nodes_at: null,
      ended_at: null,
      error: null,
      retried_by: by?.principal ?? null,
    }))
    .where("id", "=", uuid)
    .where("project", "=", project)
    .where("status", "in", ["ERROR", "ERROR_CDN_NODE"])
    .returningAll()
    .executeTakeFirst();
  if (row) {
    await db
      .updateTable("invalidation_target")
      .set({ status: "waiting", attempts: 0, next_at: 0, error: null, at: null })
      .where("entry", "=", uuid)
      .where("status", "=", "failed")
      .execute();
    return row;
  }
  const known = await db
    .selectFrom("invalidation_entry")
    .select("id")
    .where("id", "=", uuid)
    .where("project", "=", project)
    .executeTakeFirst();
  return known ? "unneeded" : "unknown";
}

const isWaiting = ({ status }: EntryRow): boolean => status === "FLUSHINGCLOUDIMAGESERVER";

function waitedFor({ sequence }: EntryRow, instances: readonly InstanceRow[]): readonly InstanceOutcome[] {
  return instances
    .filter(({ role }) => role !== "control")
    .map(({ name, applied }) => {
      const lag = Math.max(0, sequence - (applied ?? 0));
      return { instance: name, status: lag === 0 ? "done" : "waiting", lag, at: null };
    });
}

function transformationsOf({ request }: Asked): string | null {
  const named = "transformations" in request ? (request.transformations ?? []) : [];
  return named.length === 0 ? null : JSON.stringify(named);
}

/** What has to be equal for two requests to be the same one: everything that was understood of the body. */
function hashOf(asked: Asked): string {
  const { request, paths, cause } = asked;
  const transformations = transformationsOf(asked);
  const understood = [request.scope, paths.map(({ path, digest }) => [path, digest]), cause];
  return hash(
    "sha256",
    JSON.stringify(transformations === null ? understood : [...understood, transformations]),
  );
}

function nameOf(project: string, name: string): string {
  return JSON.stringify([project, name]);
}

function slices<Row>(rows: readonly Row[]): readonly Row[][] {
  return Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, index) =>
    rows.slice(index * ROWS, (index + 1) * ROWS),
  );
}
