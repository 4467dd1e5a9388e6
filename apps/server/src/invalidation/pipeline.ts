import type { CdnDriver, Evidence } from "@freshet/core";
import {
  backoffMs,
  createQueue,
  createWorker,
  isStoreError,
  type QueueWorker,
  type Store,
} from "@freshet/store";
import type { Acknowledgements, Outcome } from "../instances/acknowledgements.ts";
import { type Reading, rereadOriginals, singlesOf } from "./evidence.ts";
import type { Follow } from "./follow.ts";
import { type Lane, reasonOf } from "./lane.ts";
import type { End, Ledger } from "./ledger.ts";
import { marksOf } from "./marks.ts";
import type { EntryRow, PathRow, TargetRow } from "./migrations.ts";
import { createNotes, type Notes } from "./notes.ts";
import type { Delivery } from "./ports.ts";
import { rechecksOf } from "./recheck.ts";
import type { Tuning } from "./tuning.ts";
import { addProbes, openCount, type ProbeCount, sample, type Verified, verify } from "./verify.ts";
import { type HostsOf, type ListedPaths, wantedOf } from "./wanted.ts";

/** Entries taken with one claim, and under way at most: they wait for nodes, not for this process. */
const BATCH = 64;
const IN_FLIGHT = 2_000;
/** Attempts after which an entry that keeps failing inside Freshet itself ends as ERROR. */
const MOST_FAILURES = 25;

export interface PipelineParts {
  readonly store: Store;
  readonly me: string;
  readonly ledger: Ledger;
  readonly follow: Follow;
  readonly acknowledgements: Acknowledgements;
  /** No other process works on this store. */
  readonly isAlone: boolean;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly delivery: Delivery;
  readonly hostsOf: HostsOf;
  readonly listed: ListedPaths | undefined;
  readonly tuning: Tuning;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
  /** Told of every entry that has ended. */
  readonly ended: (entry: string) => void;
}

/**
 * Carries accepted invalidations through: the instances first, then the nodes that fence, then those that cannot, each kind side
 * by side. Every step is durable before the next begins and may be repeated, so that a crash at any moment costs a repetition
 * and nothing else.
 */
export function createPipeline(parts: PipelineParts): QueueWorker {
  const { store, me, tuning, now, log } = parts;
  const queue = createQueue<EntryRow>(store, {
    table: "invalidation_entry",
    key: "id",
    order: "sequence",
    me,
    leaseMs: tuning.leaseMs,
    now,
  });
  const worker = createWorker<EntryRow>({
    queue,
    keyOf: ({ id }) => id,
    work: async (row, stopping) => {
      try {
        const at = await carry(parts, row, stopping);
        if (at !== undefined) worker.wakeAt(at);
      } catch (error) {
        // A full or busy disk passes; only what fails inside Freshet itself, again and again, is an end.
        if (stopping.aborted || isStoreError(error) || row.attempts < MOST_FAILURES) throw error;
        log("invalidation failed", { uuid: row.id, error: reasonOf(error) });
        const how = {
          status: "ERROR",
          error: reasonOf(error),
          evidence: null,
          rechecks: [],
          targets: [],
        } as const;
        await end(parts, row, how, stopping);
      }
    },
    batch: BATCH,
    inFlight: IN_FLIGHT,
    leaseMs: tuning.leaseMs,
    pollMs: tuning.pollMs,
    backoff: tuning.backoff,
    now,
    failed: (error) => log("invalidation interrupted", { error: reasonOf(error) }),
    alone: parts.isAlone,
  });
  return worker;
}

/** Resolves to the time at which the entry wants to go on, or undefined when it has ended. */
async function carry(
  parts: PipelineParts,
  row: EntryRow,
  stopping: AbortSignal,
): Promise<number | undefined> {
  const { ledger, delivery, tuning } = parts;
  // Who is alone waits for nobody: that it has applied the entry is said by the first write already.
  const outcomes = parts.isAlone ? await applied(parts, row, stopping) : undefined;
  const { paths, targets } = await ledger.prepared({ row, outcomes });
  if (!outcomes) await acknowledged(parts, row, stopping);

  // The originals are read while the nodes forget: the first visitor afterwards finds the new bytes.
  const before: Evidence | undefined = row.evidence === null ? undefined : JSON.parse(row.evidence);
  const reading: Promise<Reading> = before
    ? Promise.resolve({ evidence: before, digests: new Map(), changed: new Set() })
    : rereadOriginals(delivery, singlesOf(paths), tuning.rereadMs, stopping);
  const probes = openCount(before?.probes);
  const notes = createNotes(ledger, tuning.noteMs);
  try {
    const settled = await purgeNodes(parts, { row, paths, targets, reading, probes, notes }, stopping);
    const read = await reading;
    stopping.throwIfAborted();
    const evidence = { ...read.evidence, probes };

    const open = settled.filter(({ status }) => status === "waiting");
    if (open.length > 0) {
      await notes.flush();
      const at = Math.min(...open.map(({ next_at }) => next_at));
      await ledger.parked(row.id, at, evidence);
      return at;
    }
    const failed = settled.filter(({ status }) => status === "failed");
    const error = failed
      // Most drivers' sentences begin with the node already.
      .map(({ node, error }) => (error?.startsWith(`${node} `) ? error : `${node}: ${error}`))
      .join("; ")
      .slice(0, 2_000);
    const how: Omit<End, "entry" | "sequence"> = {
      status: failed.length > 0 ? "ERROR_CDN_NODE" : "DONE",
      error: failed.length > 0 ? error : null,
      evidence,
      rechecks: rechecksOf(row, paths, settled, read),
      targets: await notes.rest(),
    };
    await end(parts, row, how, stopping);
    return undefined;
  } catch (error) {
    // What nodes have done they need not do again when the entry is resumed.
    await notes.flush().catch(() => {});
    throw error;
  }
}

/** Waits for this instance, then for every other: who was done and who was skipped. */
async function applied(
  { follow, acknowledgements }: PipelineParts,
  { sequence }: EntryRow,
  stopping: AbortSignal,
): Promise<readonly Outcome[]> {
  await follow.through(sequence);
  return acknowledgements.through(sequence, "applied", stopping);
}

/** The same, written down. */
async function acknowledged(parts: PipelineParts, row: EntryRow, stopping: AbortSignal): Promise<void> {
  const outcomes = await applied(parts, row, stopping);
  await parts.ledger.applied({ entry: row.id, sequence: row.sequence, outcomes });
}

async function end(
  parts: PipelineParts,
  row: EntryRow,
  how: Omit<End, "entry" | "sequence">,
  stopping: AbortSignal,
): Promise<void> {
  for (;;) {
    const written = await parts.ledger.ended({ entry: row.id, sequence: row.sequence, ...how });
    if (written === "written") break;
    if (written === "lost") throw new Error("The entry is another worker's now.");
    // An instance registered meanwhile. It read the journal's head after this entry, but it has to say so first.
    await acknowledged(parts, row, stopping);
  }
  parts.log("invalidation ended", {
    uuid: row.id,
    sequence: row.sequence,
    status: how.status,
    error: how.error,
  });
  parts.ended(row.id);
}

/** What the nodes of one entry share. */
interface Work {
  readonly row: EntryRow;
  readonly paths: readonly PathRow[];
  readonly targets: readonly TargetRow[];
  readonly reading: Promise<Reading>;
  /** Summed over the nodes of the entry. */
  readonly probes: ProbeCount;
  readonly notes: Notes;
}
interface NodeWork extends Work {
  readonly target: TargetRow;
}

/**
 * Inside out: nodes that fence come first. A node that cannot compare is purged when they are done, and when no response is under
 * way any more that began before.
 */
async function purgeNodes(
  parts: PipelineParts,
  work: Work,
  stopping: AbortSignal,
): Promise<readonly TargetRow[]> {
  const { ledger, lanes, now } = parts;
  const purge = (targets: readonly TargetRow[]) =>
    Promise.all(
      targets.map(async (target) => {
        if (target.status !== "waiting" || target.next_at > now()) return target;
        const next = await purgeNode(parts, { ...work, target }, stopping);
        work.notes.add(next);
        return next;
      }),
    );
  const nodes = work.targets.filter(({ stage }) => stage === "node");
  const { fenced = [], probed = [] } = Object.groupBy(
    nodes,
    ({ node }) => lanes.get(node)?.driver.ending ?? "fenced",
  );
  const inner = await purge(fenced);
  const isOpen = inner.some(({ status }) => status === "waiting");
  if (isOpen || probed.every(({ status }) => status !== "waiting"))
    return [...inner, ...(isOpen ? [] : probed)];
  // Inner nodes are done, and known to be, before an outer one is asked.
  await work.notes.flush();
  const { id: entry, sequence } = work.row;
  const outcomes = await parts.acknowledgements.through(sequence, "drained", stopping);
  if (outcomes.some(({ status }) => status === "skipped"))
    await ledger.applied({ entry, sequence, outcomes });
  return [...inner, ...(await purge(probed))];
}

/** Purges one node, asks it for a sample, and says what the target has become. */
async function purgeNode(parts: PipelineParts, work: NodeWork, stopping: AbortSignal): Promise<TargetRow> {
  const { delivery, hostsOf, listed, tuning, now } = parts;
  const { row, paths } = work;
  const lane = parts.lanes.get(work.target.node);
  if (!lane) return { ...work.target, status: "failed", error: "The node is configured no longer." };
  const projectTag = delivery.projectTag(row.project);
  const { driver } = lane;
  const { wanted, by } = await wantedOf(row, paths, { driver, projectTag, hostsOf, listed });
  const target: TargetRow = { ...work.target, purged_by: by };
  const attempts = target.attempts + 1;
  for (let repeat = 0; repeat <= tuning.repeats; repeat += 1) {
    const outcome = await lane.purge(wanted);
    stopping.throwIfAborted();
    if (outcome.kind === "busy")
      return { ...target, next_at: now() + backoffMs(1, { firstMs: 1_000, mostMs: 1_000 }) };
    const isOver =
      outcome.kind === "cannot" ||
      outcome.kind === "refused" ||
      (outcome.kind === "failed" && attempts >= tuning.tries);
    if (isOver) {
      return { ...target, attempts, status: "failed", at: now(), error: outcome.reason };
    }
    if (outcome.kind === "failed") {
      // A driver may have reckoned it; a database takes whole milliseconds.
      const wait = Math.ceil(Math.max(backoffMs(attempts, tuning.backoff), outcome.retryAfterMs ?? 0));
      return { ...target, attempts, next_at: now() + wait, error: outcome.reason };
    }
    await work.reading;
    const seen = await check(parts, lane.driver, work, stopping);
    stopping.throwIfAborted();
    addProbes(work.probes, work.target.node, seen, row.sequence);
    if (seen.stale === 0) return { ...target, attempts, status: "done", at: now(), error: null };
    if (repeat === tuning.repeats) work.probes.stale += seen.stale;
    else work.probes.repeats = (work.probes.repeats ?? 0) + 1;
  }
  const error = `The node still gives answers older than the invalidation, after ${tuning.repeats} repeated purges.`;
  return { ...target, attempts, status: "failed", at: now(), error };
}

async function check(
  { delivery, tuning }: PipelineParts,
  driver: CdnDriver,
  { row, paths }: NodeWork,
  stopping: AbortSignal,
): Promise<Verified> {
  if (!driver.probe) return { asked: 0, stale: 0, samples: [] };
  const urls = sample(delivery, marksOf(row.project, row.scope, paths));
  return verify(driver, urls, row.sequence, tuning.callMs / 2, stopping);
}
