import type { Evidence } from "@freshet/core";
import type { PathRow } from "./migrations.ts";
import type { Delivery, OriginalTarget, Reread } from "./ports.ts";

/** Originals of one invalidation that are read again; the rest counts as unknown. */
export const MOST_REREAD = 50;
/** Of them at the same time: an invalidation of many must not become a flood at the origin. */
const AT_ONCE = 4;

const UNKNOWN: Reread = { bytes: "unknown", digest: undefined };

/** What reading the originals again showed. */
export interface Reading {
  readonly evidence: Pick<Evidence, "bytes" | "digests">;
  /** Tag → digest that the origin gives now. */
  readonly digests: ReadonlyMap<string, string>;
  /** Tags of originals that have other bytes now. */
  readonly changed: ReadonlySet<string>;
}

/** The originals that were named one by one, be it by an exact URL: those that can be read again. */
export function singlesOf(paths: readonly PathRow[]): readonly PathRow[] {
  return paths.filter(({ kind }) => kind === "original" || kind === "url");
}

/**
 * Reads the originals again, after this instance applied the invalidation. What is not read within `ms`, or fails, is
 * unknown; never rejects.
 */
export async function rereadOriginals(
  delivery: Delivery,
  paths: readonly PathRow[],
  ms: number,
  stopping: AbortSignal,
): Promise<Reading> {
  const targets = distinct(paths);
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(ms)]);
  const found = new Map<string, Reread>();
  const queue = targets.slice(0, MOST_REREAD).values();
  const reader = async (): Promise<void> => {
    for (const target of queue) {
      if (signal.aborted) return;
      found.set(target.tag, await reread(delivery, target, signal));
    }
  };
  // A reading that ignores the signal goes on by itself; nobody waits for it.
  const readers = Promise.all(Array.from({ length: AT_ONCE }, reader));
  const late = Promise.withResolvers<void>();
  const end = (): void => late.resolve();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  await Promise.race([readers, late.promise]);
  signal.removeEventListener("abort", end);
  return weigh(paths, targets, new Map(found));
}

async function reread(delivery: Delivery, target: OriginalTarget, signal: AbortSignal): Promise<Reread> {
  try {
    return await delivery.reread(target, { force: false }, signal);
  } catch {
    return UNKNOWN;
  }
}

function weigh(
  paths: readonly PathRow[],
  targets: readonly OriginalTarget[],
  found: ReadonlyMap<string, Reread>,
): Reading {
  const bytes = { changed: 0, same: 0, unknown: 0 };
  for (const { tag } of targets) bytes[(found.get(tag) ?? UNKNOWN).bytes] += 1;
  const expected = paths.filter(({ digest }) => digest !== null);
  const digests = { match: 0, differ: 0, unknown: 0 };
  for (const { tag, digest } of expected) {
    const now = found.get(tag)?.digest;
    digests[now === undefined ? "unknown" : now === digest ? "match" : "differ"] += 1;
  }
  return {
    evidence: expected.length === 0 ? { bytes } : { bytes, digests },
    digests: new Map(
      [...found].flatMap(([tag, { digest }]) => (digest === undefined ? [] : [[tag, digest]])),
    ),
    changed: new Set([...found].flatMap(([tag, { bytes: now }]) => (now === "changed" ? [tag] : []))),
  };
}

/** Each original once, in the order in which it was named first. */
export function distinct<T extends OriginalTarget>(paths: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return paths.filter(({ tag }) => !seen.has(tag) && seen.add(tag));
}
