import type { Evidence } from "@freshet/core";
import { createGathering, type ExpressionBuilder, type Kysely, type Transaction } from "@freshet/store";
import type { Outcome } from "../instances/acknowledgements.ts";
import type { InstancePorts } from "../instances/ports.ts";
import type { EntryRow, InvalidationTables, PathRow, RecheckRow, TargetRow } from "./migrations.ts";
import { FOREIGN, isForeign, type Seen } from "./seen.ts";
import { type SettleAfter, scheduleSettle } from "./settle.ts";

type Tables = InvalidationTables;

/** What the pipeline writes down, each step durable when it resolves; steps of many entries share one transaction. */
export interface Ledger {
  /**
   * The entry is being worked on: its targets are fixed, and come back with its paths. Where every instance is known to be done or
   * past its lease already, the same as `applied`.
   */
  prepared(prepared: Prepared): Promise<{
    readonly paths: readonly PathRow[];
    readonly targets: readonly TargetRow[];
  }>;
  /** Every instance has applied the entry or is past its lease; the nodes are next. */
  applied(applied: Applied): Promise<void>;
  /** How a node's attempt ended. */
  noted(target: TargetRow): Promise<void>;
  /** The entry waits until `at` and may then be claimed again. */
  parked(entry: string, at: number, evidence: Evidence | null): Promise<void>;
  /**
   * The entry has ended, and its originals are to be read again. Nothing is written when the lease was "lost", nor when Done was
   * claimed although a target is not done or an instance has neither acknowledged nor been skipped ("unacknowledged").
   */
  ended(end: End): Promise<"written" | "lost" | "unacknowledged">;
}

/** An entry that was claimed, and how waiting for the instances ended if it has. */
export interface Prepared {
  readonly row: EntryRow;
  readonly outcomes: readonly Outcome[] | undefined;
}

/** How waiting for the instances ended. */
export interface Applied {
  readonly entry: string;
  readonly sequence: number;
  readonly outcomes: readonly Outcome[];
}

export interface End {
  readonly entry: string;
  readonly sequence: number;
  readonly status: "DONE" | "ERROR_CDN_NODE" | "ERROR";
  readonly error: string | null;
  readonly evidence: Evidence | null;
  readonly rechecks: readonly Pick<RecheckRow, "tag" | "project" | "name" | "path" | "chain" | "digest">[];
  /** What its nodes came to and is not noted yet. */
  readonly targets: readonly TargetRow[];
}

/** Steps that share one transaction at most. */
const TOGETHER = 128;

export function createLedger(parts: {
  readonly db: Kysely<Tables>;
  readonly me: string;
  /** This instance, which applies before it waits for others. */
  readonly instance: Pick<InstancePorts, "name" | "isAlone">;
  readonly nodes: readonly string[];
  readonly settleAfter: SettleAfter;
  readonly recheckAfterMs: readonly number[];
  /** How far this instance has come. */
  readonly seen: () => Seen;
  readonly now: () => number;
}): Ledger {
  const { db, me, nodes, now } = parts;
  const together = <Item, Result>(
    run: (db: Transaction<Tables>, items: readonly Item[]) => Promise<readonly Result[]>,
  ) =>
    createGathering<Item, Result>(
      (items) => db.transaction().execute((transaction) => run(transaction, items)),
      TOGETHER,
    );
  return {
    prepared: together(async (transaction, some: readonly Prepared[]) => {
      // A number at or below what was seen would count as applied here, whatever a restored journal has given it to.
      if (!parts.instance.isAlone && (await isForeign(transaction, parts.seen()))) throw new Error(FOREIGN);
      const rows = some.map(({ row }) => row);
      const prepared = await prepareAll(transaction, rows, nodes, now());
      const applied = some.flatMap(({ row: { id: entry, sequence }, outcomes }) =>
        outcomes ? [{ entry, sequence, outcomes }] : [],
      );
      if (applied.length > 0) await applyAll(transaction, applied, me, now());
      return prepared;
    }),
    applied: together(async (transaction, some: readonly Applied[]) => {
      await applyAll(transaction, some, me, now());
      return some.map(() => undefined);
    }),
    noted: together(async (transaction, targets: readonly TargetRow[]) => {
      await noteAll(transaction, targets, parts.settleAfter, now());
      return targets.map(() => undefined);
    }),
    parked: async (entry, at, evidence) => {
      await db
        .updateTable("invalidation_entry")
        .set({ next_at: at, lease_by: null, lease_until: 0, evidence: write(evidence) })
        .where("id", "=", entry)
        .where("lease_by", "=", me)
        .execute();
    },
    ended: together(async (transaction, ends: readonly End[]) => {
      const time = now();
      const targets = ends.flatMap((end) => end.targets);
      if (targets.length > 0) await noteAll(transaction, targets, parts.settleAfter, time);
      const written = await writeEnds(transaction, ends, parts, time);
      const rechecks = ends
        .filter((_, index) => written[index] === "written")
        .flatMap((end) => end.rechecks.map((each) => ({ ...each, entry: end.entry })));
      await schedule(transaction, rechecks, time, parts.recheckAfterMs);
      return written;
    }),
  };
}

async function prepareAll(
  db: Transaction<Tables>,
  rows: readonly EntryRow[],
  nodes: readonly string[],
  time: number,
): Promise<readonly { readonly paths: readonly PathRow[]; readonly targets: readonly TargetRow[] }[]> {
  const ids = rows.map(({ id }) => id);
  const fresh = rows.filter(({ status }) => status === "RECEIVED").map(({ id }) => id);
  if (fresh.length > 0) {
    await db
      .updateTable("invalidation_entry")
      .set({ status: "FLUSHINGCLOUDIMAGESERVER", preparing_at: time, instances_at: time })
      .where("id", "in", fresh)
      .execute();
  }
  const waiting = {
    status: "waiting",
    attempts: 0,
    next_at: 0,
    at: null,
    error: null,
    purged_by: null,
  } as const;
  const wanted = ids.flatMap((entry): readonly TargetRow[] =>
    nodes.map((node) => ({ entry, node, stage: "node" as const, ...waiting })),
  );
  if (wanted.length > 0) {
    await db
      .insertInto("invalidation_target")
      .values(wanted)
      .onConflict((conflict) => conflict.columns(["entry", "node"]).doNothing())
      .execute();
  }
  const named = rows.filter(({ paths }) => paths > 0).map(({ id }) => id);
  const paths =
    named.length === 0
      ? []
      : await db
          .selectFrom("invalidation_path")
          .selectAll()
          .where("entry", "in", named)
          .orderBy("place")
          .execute();
  const resumed = rows.filter(({ attempt, attempts }) => attempt > 1 || attempts > 1).map(({ id }) => id);
  if (resumed.length > 0) {
    // A node that is configured no longer cannot be asked; should it come back, it is emptied first (see join.ts).
    const open = db
      .deleteFrom("invalidation_target")
      .where("entry", "in", resumed)
      .where("status", "<>", "done");
    await (nodes.length === 0 ? open : open.where("node", "not in", nodes)).execute();
  }
  const known =
    resumed.length === 0
      ? []
      : await db.selectFrom("invalidation_target").selectAll().where("entry", "in", resumed).execute();
  const pathsOf = Map.groupBy(paths, ({ entry }) => entry);
  const targetsOf = Map.groupBy(
    resumed.length === 0 ? wanted : [...wanted.filter(({ entry }) => !resumed.includes(entry)), ...known],
    ({ entry }) => entry,
  );
  return ids.map((id) => ({ paths: pathsOf.get(id) ?? [], targets: targetsOf.get(id) ?? [] }));
}

/** How nodes' attempts ended: those that ended alike share one statement. */
async function noteAll(
  db: Transaction<Tables>,
  targets: readonly TargetRow[],
  settleAfter: SettleAfter,
  time: number,
): Promise<void> {
  // When it was noted, not to the millisecond when each was done: that would be a statement for each.
  const timed = targets.map((target) => (target.at === null ? target : { ...target, at: time }));
  const alike = Map.groupBy(timed, ({ entry: _entry, node: _node, ...noted }) => JSON.stringify(noted));
  for (const some of alike.values()) {
    const [{ status, attempts, next_at, at, error, purged_by }] = some as [TargetRow];
    for (const [nodes, entries] of rectangles(some)) {
      await db
        .updateTable("invalidation_target")
        .set({ status, attempts, next_at, at, error, purged_by })
        .where("node", "in", nodes)
        .where("entry", "in", entries)
        .where("status", "=", "waiting")
        .execute();
    }
  }
  await scheduleSettle(db, targets, settleAfter, time);
}

/** The same targets as sets of nodes and the entries that have exactly these: nearly always all nodes of all entries. */
function rectangles(
  targets: readonly TargetRow[],
): readonly (readonly [nodes: readonly string[], entries: readonly string[]])[] {
  const nodesOf = Map.groupBy(targets, ({ entry }) => entry);
  const alike = Map.groupBy(nodesOf.keys(), (entry) =>
    JSON.stringify((nodesOf.get(entry) ?? []).map(({ node }) => node).toSorted()),
  );
  return [...alike].map(([nodes, entries]) => [JSON.parse(nodes) as readonly string[], entries]);
}

/** The instances are done with these entries, the nodes are next. */
async function applyAll(
  db: Transaction<Tables>,
  some: readonly Applied[],
  me: string,
  time: number,
): Promise<void> {
  await noteOutcomes(db, some, time);
  await db
    .updateTable("invalidation_entry")
    .set(({ fn, val }) => ({
      status: "FLUSHINGCDNSERVERS" as const,
      nodes_at: fn.coalesce("nodes_at", val(time)),
    }))
    .where(
      "id",
      "in",
      some.map(({ entry }) => entry),
    )
    .where("lease_by", "=", me)
    .execute();
}

/** Also the last word where an entry is carried a second time: who was skipped may be done by then. */
async function noteOutcomes(db: Transaction<Tables>, some: readonly Applied[], time: number): Promise<void> {
  const rows = some.flatMap(({ entry, outcomes }) => outcomes.map((each) => ({ entry, ...each, at: time })));
  for (let at = 0; at < rows.length; at += 500) {
    await db
      .insertInto("instance_outcome")
      .values(rows.slice(at, at + 500))
      .onConflict((conflict) =>
        conflict.columns(["entry", "instance"]).doUpdateSet(({ ref }) => ({
          status: ref("excluded.status"),
          lag: ref("excluded.lag"),
          at: ref("excluded.at"),
        })),
      )
      .execute();
  }
  const skipped = new Map<string, number>();
  for (const { sequence, outcomes } of some) {
    for (const { instance, status } of outcomes) {
      if (status === "skipped") skipped.set(instance, Math.min(sequence, skipped.get(instance) ?? sequence));
    }
  }
  // Always in one order: two workers must not wait for each other.
  for (const [instance, sequence] of [...skipped].sort()) {
    await db
      .updateTable("instance_row")
      .set({ skipped: sequence })
      .where("name", "=", instance)
      .where(({ eb, or }) => or([eb("skipped", "is", null), eb("skipped", ">", sequence)]))
      .execute();
  }
}

/** Ends that are alike share one statement: nearly all of those that come together are. */
async function writeEnds(
  db: Transaction<Tables>,
  ends: readonly End[],
  { me, instance }: { readonly me: string; readonly instance: Pick<InstancePorts, "name" | "isAlone"> },
  time: number,
): Promise<readonly Awaited<ReturnType<Ledger["ended"]>>[]> {
  const written = new Set<string>();
  const alike = Map.groupBy(ends, ({ status, error, evidence }) => JSON.stringify([status, error, evidence]));
  for (const some of alike.values()) {
    const [{ status, error, evidence }] = some as [End];
    const open = db
      .updateTable("invalidation_entry")
      .set({
        status,
        error,
        evidence: write(evidence),
        ended_at: time,
        next_at: null,
        lease_by: null,
        lease_until: 0,
      })
      .where(
        "id",
        "in",
        some.map(({ entry }) => entry),
      )
      .where("lease_by", "=", me);
    // Who must have acknowledged is read in the very transaction that writes Done.
    const query =
      status !== "DONE"
        ? open
        : open
            .where(({ not, exists, selectFrom }) =>
              not(
                exists(
                  selectFrom("invalidation_target")
                    .select("node")
                    .whereRef("entry", "=", "invalidation_entry.id")
                    .where("invalidation_target.status", "<>", "done"),
                ),
              ),
            )
            .where((entry) => entry.not(entry.exists(unacknowledged(entry, instance.name))));
    for (const { id } of await query.returning("id").execute()) written.add(id);
  }
  const how: Awaited<ReturnType<Ledger["ended"]>>[] = [];
  for (const { entry, status } of ends) {
    if (written.has(entry)) how.push("written");
    else if (status !== "DONE" || instance.isAlone) how.push("lost");
    else {
      const missing = await db
        .selectFrom("invalidation_entry")
        .select("id")
        .where("id", "=", entry)
        .where("lease_by", "=", me)
        .where((its) => its.exists(unacknowledged(its, instance.name)))
        .executeTakeFirst();
      how.push(missing ? "unacknowledged" : "lost");
    }
  }
  return how;
}

/** Instances that may answer from their caches and have not said that they applied the entry of the query around it. */
function unacknowledged({ selectFrom }: ExpressionBuilder<Tables, "invalidation_entry">, self: string) {
  return selectFrom("instance_row")
    .select("instance_row.name")
    .where("instance_row.role", "<>", "control")
    .where("instance_row.name", "<>", self)
    .where(({ eb, or, ref }) =>
      or([
        eb("instance_row.applied", "is", null),
        eb("instance_row.applied", "<", ref("invalidation_entry.sequence")),
      ]),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("instance_outcome")
            .select("instance_outcome.instance")
            .whereRef("instance_outcome.entry", "=", "invalidation_entry.id")
            .where("instance_outcome.status", "=", "skipped")
            .whereRef("instance_outcome.instance", "=", "instance_row.name"),
        ),
      ),
    );
}

/** A newer invalidation of an original begins its rechecks anew. */
async function schedule(
  db: Transaction<Tables>,
  rechecks: readonly Pick<RecheckRow, "tag" | "project" | "name" | "path" | "chain" | "digest" | "entry">[],
  time: number,
  [first]: readonly number[],
): Promise<void> {
  if (first === undefined) return;
  const newest = new Map(rechecks.map((each) => [each.tag, each]));
  const rows = [...newest.values()].map((each) => ({
    ...each,
    step: 0,
    since: time,
    attempts: 0,
    next_at: time + first,
    lease_by: null,
    lease_until: 0,
  }));
  for (let at = 0; at < rows.length; at += 500) {
    await db
      .insertInto("invalidation_recheck")
      .values(rows.slice(at, at + 500))
      .onConflict((conflict) =>
        conflict.column("tag").doUpdateSet(({ ref }) => ({
          entry: ref("excluded.entry"),
          path: ref("excluded.path"),
          chain: ref("excluded.chain"),
          digest: ref("excluded.digest"),
          step: 0,
          since: time,
          next_at: time + first,
          lease_by: null,
          lease_until: 0,
        })),
      )
      .execute();
  }
}

function write(evidence: Evidence | null): string | null {
  return evidence === null ? null : JSON.stringify(evidence);
}
