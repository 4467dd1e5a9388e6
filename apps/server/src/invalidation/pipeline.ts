import type { CdnDriver, Evidence } from "@freshet/core";
import {
  backoffMs,
  createQueue,
  createWorker,
  isStoreError,
  type QueueWorker,
  type Store,
} from "@freshet/store";
import { distinct, MOST_REREAD, type Reading, rereadOriginals } from "./evidence.ts";
import type { Follow } from "./follow.ts";
import { type Lane, reasonOf, type Wanted } from "./lane.ts";
import type { End, Ledger } from "./ledger.ts";
import type { EntryRow, PathRow, TargetRow } from "./migrations.ts";
import type { Delivery } from "./ports.ts";
import { MOST_CHAIN } from "./recheck.ts";
import type { Tuning } from "./tuning.ts";
import { sample, type Verified, verify } from "./verify.ts";

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
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly delivery: Delivery;
  readonly tuning: Tuning;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
  /** Told of every entry that has ended. */
  readonly ended: (entry: string) => void;
}

/**
 * Carries accepted invalidations through: this instance first, then the nodes, side by side. Every step is durable
 * before the next begins and may be repeated, so that a crash at any moment costs a repetition and nothing else.
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
        await end(parts, row, { status: "ERROR", error: reasonOf(error), evidence: null, rechecks: [] });
      }
    },
    batch: BATCH,
    inFlight: IN_FLIGHT,
    leaseMs: tuning.leaseMs,
    pollMs: tuning.pollMs,
    backoff: tuning.backoff,
    now,
    failed: (error) => log("invalidation interrupted", { error: reasonOf(error) }),
    alone: true,
  });
  return worker;
}

/** Resolves to the time at which the entry wants to go on, or undefined when it has ended. */
async function carry(
  parts: PipelineParts,
  row: EntryRow,
  stopping: AbortSignal,
): Promise<number | undefined> {
  const { ledger, follow, delivery, tuning, now } = parts;
  const { paths, targets } = await ledger.prepared(row);
  await follow.through(row.sequence);
  await ledger.applied(row.id);

  // The originals are read while the nodes forget: the first visitor afterwards finds the new bytes.
  const before: Evidence | undefined = row.evidence === null ? undefined : JSON.parse(row.evidence);
  const reading: Promise<Reading> = before
    ? Promise.resolve({ evidence: before, digests: new Map() })
    : rereadOriginals(delivery, paths, tuning.rereadMs, stopping);
  const probes = { asked: before?.probes.asked ?? 0, stale: 0 };
  const settled = await Promise.all(
    targets
      .filter(({ stage }) => stage === "node")
      .map(async (target) => {
        if (target.status !== "waiting" || target.next_at > now()) return target;
        const next = await purgeNode(parts, { row, paths, target, reading, probes }, stopping);
        await ledger.noted(next);
        return next;
      }),
  );
  const { evidence: read, digests } = await reading;
  stopping.throwIfAborted();
  const evidence = { ...read, probes };

  const open = settled.filter(({ status }) => status === "waiting");
  if (open.length > 0) {
    const at = Math.min(...open.map(({ next_at }) => next_at));
    await ledger.parked(row.id, at, evidence);
    return at;
  }
  const failed = settled.filter(({ status }) => status === "failed");
  const error = failed
    .map((target) => `${target.node}: ${target.error}`)
    .join("; ")
    .slice(0, 2_000);
  await end(parts, row, {
    status: failed.length > 0 ? "ERROR_CDN_NODE" : "DONE",
    error: failed.length > 0 ? error : null,
    evidence,
    rechecks:
      row.chain >= MOST_CHAIN
        ? []
        : distinct(paths)
            .slice(0, MOST_REREAD)
            .map((path) => ({
              tag: path.tag,
              project: row.project,
              name: path.name,
              path: path.path,
              chain: row.chain,
              digest: digests.get(path.tag) ?? null,
            })),
  });
  return undefined;
}

async function end(parts: PipelineParts, row: EntryRow, how: Omit<End, "entry">): Promise<void> {
  if (!(await parts.ledger.ended({ entry: row.id, ...how })))
    throw new Error("The entry is another worker's now.");
  parts.log("invalidation ended", {
    uuid: row.id,
    sequence: row.sequence,
    status: how.status,
    error: how.error,
  });
  parts.ended(row.id);
}

interface NodeWork {
  readonly row: EntryRow;
  readonly paths: readonly PathRow[];
  readonly target: TargetRow;
  readonly reading: Promise<Reading>;
  /** Summed over the nodes of the entry. */
  readonly probes: { asked: number; stale: number };
}

/** Purges one node, asks it for a sample, and says what the target has become. */
async function purgeNode(parts: PipelineParts, work: NodeWork, stopping: AbortSignal): Promise<TargetRow> {
  const { delivery, tuning, now } = parts;
  const { row, paths, target } = work;
  const lane = parts.lanes.get(target.node);
  if (!lane) return { ...target, status: "failed", error: "The node is configured no longer." };
  const wanted: Wanted = {
    sequence: row.sequence,
    project: row.project,
    projectTag: delivery.projectTag(row.project),
    tags: row.scope === "all" ? "project" : distinct(paths).map(({ tag }) => tag),
  };
  const attempts = target.attempts + 1;
  for (let repeat = 0; repeat <= tuning.repeats; repeat += 1) {
    const outcome = await lane.purge(wanted);
    stopping.throwIfAborted();
    if (outcome.kind === "busy")
      return { ...target, next_at: now() + backoffMs(1, { firstMs: 1_000, mostMs: 1_000 }) };
    if (outcome.kind === "cannot" || (outcome.kind === "failed" && attempts >= tuning.tries)) {
      return { ...target, attempts, status: "failed", at: now(), error: outcome.reason };
    }
    if (outcome.kind === "failed") {
      const wait = backoffMs(attempts, tuning.backoff);
      return { ...target, attempts, next_at: now() + wait, error: outcome.reason };
    }
    await work.reading;
    const seen = await check(parts, lane.driver, work, stopping);
    stopping.throwIfAborted();
    work.probes.asked += seen.asked;
    if (seen.stale === 0) return { ...target, attempts, status: "done", at: now(), error: null };
    if (repeat === tuning.repeats) work.probes.stale += seen.stale;
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
  if (!driver.probe || paths.length === 0) return { asked: 0, stale: 0 };
  return verify(driver, sample(delivery, distinct(paths)), row.sequence, tuning.callMs / 2, stopping);
}
