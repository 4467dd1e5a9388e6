import type { Backoff } from "@freshet/store";

/** Patience and haste of the invalidation, all in milliseconds unless said otherwise. */
export interface Tuning {
  /** A purge, probe or join that takes longer has failed. */
  readonly callMs: number;
  /** So long purges for a bought CDN are gathered before the first call. */
  readonly gatherMs: number;
  /** Failed purges after which a node is given up for this invalidation: with the backoff about ten seconds. */
  readonly tries: number;
  readonly backoff: Backoff;
  /** How often a purge is repeated when a node still gives an older answer. */
  readonly repeats: number;
  /** Re-reading the originals of one invalidation takes this long in all. */
  readonly rereadMs: number;
  /** Originals are read again this long after their invalidation: the origin may have a cache of its own. */
  readonly recheckAfterMs: readonly number[];
  /** A row whose worker fell silent for so long may be taken by another. */
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly joinEveryMs: number;
  /** Between looks at what other instances committed, and at what they acknowledged while somebody waits for it. */
  readonly followMs: number;
  readonly acknowledgedMs: number;
  /** What some nodes have done is written down at once where others take longer than this; else with the entry's end. */
  readonly noteMs: number;
  /** A response that began before an invalidation is cut off after this time where a node cannot fence. */
  readonly drainMs: number;
  /** Making an answer takes at most so long: what an instance began before an invalidation has left it by then. */
  readonly longestFillMs: number;
  /** What an edge demands is applied within this time, or the answer is 503. */
  readonly demandMs: number;
}

export const TUNING: Tuning = {
  callMs: 10_000,
  gatherMs: 20,
  tries: 8,
  backoff: { firstMs: 100, mostMs: 5_000 },
  repeats: 3,
  rereadMs: 10_000,
  recheckAfterMs: [5_000, 30_000, 120_000],
  leaseMs: 10_000,
  pollMs: 250,
  joinEveryMs: 2_000,
  followMs: 150,
  acknowledgedMs: 20,
  noteMs: 50,
  drainMs: 10_000,
  longestFillMs: 45_000,
  demandMs: 2_000,
};
