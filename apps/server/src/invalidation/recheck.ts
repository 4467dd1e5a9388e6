import type { InvalidationRequest } from "@freshet/core";
import { createQueue, createWorker, type QueueWorker, type Store } from "@freshet/store";
import { distinct, MOST_REREAD, type Reading, singlesOf } from "./evidence.ts";
import { bounded, reasonOf } from "./lane.ts";
import type { End } from "./ledger.ts";
import type { EntryRow, PathRow, RecheckRow, TargetRow } from "./migrations.ts";
import type { Delivery, Reread } from "./ports.ts";
import type { Tuning } from "./tuning.ts";

/** An origin that gives other bytes each time must not keep us busy for ever: so many rechecks in a row lead to more. */
const MOST_CHAIN = 3;

/**
 * Digest of an original of which a node forgot an exact URL alone, and which changed: what the node keeps of it under other URLs is
 * old. Whatever the next reading finds makes an invalidation of the original.
 */
const OTHERS_ARE_OLD = "";

/** Originals read again at the same time. */
const AT_ONCE = 8;
const NOTHING: Reread = { bytes: "unknown", digest: undefined };

export interface RecheckParts {
  readonly store: Store;
  readonly me: string;
  /** No other process works on this store. */
  readonly isAlone: boolean;
  readonly delivery: Delivery;
  readonly tuning: Tuning;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
  /** Accepts an invalidation that a recheck caused; called again with the same key it accepts nothing more. */
  readonly accept: (
    project: string,
    request: InvalidationRequest,
    origin: { readonly chain: number; readonly key: string; readonly entry: string },
  ) => Promise<void>;
}

/** The originals of an ended entry that are to be read again. */
export function rechecksOf(
  row: EntryRow,
  paths: readonly PathRow[],
  targets: readonly TargetRow[],
  { evidence, digests, changed }: Reading,
): End["rechecks"] {
  if (row.chain >= MOST_CHAIN) return [];
  const isByUrl = targets.some(
    ({ purged_by }) => row.scope === "urls" && (purged_by === "urls" || purged_by === "paths"),
  );
  // After a crash in between, only the counts of the reading are known.
  const isUnclear = changed.size < evidence.bytes.changed;
  return distinct(singlesOf(paths))
    .slice(0, MOST_REREAD)
    .map(({ tag, name, path, covered }) => ({
      tag,
      project: row.project,
      name,
      path: covered ?? path,
      chain: row.chain,
      digest: isByUrl && (isUnclear || changed.has(tag)) ? OTHERS_ARE_OLD : (digests.get(tag) ?? null),
    }));
}

/**
 * Reads invalidated originals again some time later: an origin behind a cache of its own may have given old bytes when it
 * was asked. Other bytes make a new invalidation. The due times are rows, so a restart forgets none.
 */
export function createRecheck(parts: RecheckParts): QueueWorker {
  const { store, me, tuning, now, log } = parts;
  const queue = createQueue<RecheckRow>(store, {
    table: "invalidation_recheck",
    key: "tag",
    me,
    leaseMs: tuning.leaseMs * 2,
    now,
  });
  const worker = createWorker<RecheckRow>({
    queue,
    keyOf: ({ tag }) => tag,
    work: async (row, stopping) => {
      const { bytes, digest } = await reread(parts, row, stopping);
      stopping.throwIfAborted();
      const isOther =
        row.digest === OTHERS_ARE_OLD ||
        (digest !== undefined && row.digest !== null && digest !== row.digest);
      if (bytes === "changed" || isOther) {
        log("recheck found other bytes", { original: row.name, step: row.step });
        await parts.accept(
          row.project,
          { scope: "original", urls: [row.path] },
          { chain: row.chain + 1, key: `recheck:${row.entry}:${row.tag}:${row.step}`, entry: row.entry },
        );
        await queue.remove(row.tag);
        return;
      }
      const step = row.step + 1;
      const after = tuning.recheckAfterMs[step];
      if (after === undefined) await queue.remove(row.tag);
      else await queue.release(row.tag, row.since + after, { step, digest: digest ?? row.digest });
    },
    batch: AT_ONCE,
    inFlight: AT_ONCE,
    leaseMs: tuning.leaseMs * 2,
    pollMs: tuning.pollMs * 2,
    backoff: tuning.backoff,
    now,
    failed: (error) => log("recheck interrupted", { error: reasonOf(error) }),
    alone: parts.isAlone,
  });
  return worker;
}

async function reread(
  { delivery, tuning }: RecheckParts,
  row: RecheckRow,
  stopping: AbortSignal,
): Promise<Reread> {
  const target = { name: row.name, tag: row.tag };
  return bounded(tuning.rereadMs, stopping, (signal) =>
    delivery.reread(target, { force: true }, signal),
  ).catch(() => NOTHING);
}
