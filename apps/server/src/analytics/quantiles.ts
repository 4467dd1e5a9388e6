import type { Figure } from "./figures.ts";
import { BUCKETS } from "./lines.ts";

export interface Quantiles {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/**
 * The times within which so many were answered: the upper bound of the bucket in which they lie, in milliseconds. For what took longer than
 * the last bound it is that bound; null where nothing was answered.
 */
export function quantilesOf(buckets: readonly Pick<Figure, "value" | "hits">[]): Quantiles {
  const inOrder = buckets.toSorted((a, b) => Number(a.value) - Number(b.value));
  const count = inOrder.reduce((sum, { hits }) => sum + hits, 0);
  const at = (share: number): number | null => {
    let seen = 0;
    for (const { value, hits } of inOrder) {
      seen += hits;
      if (seen >= count * share) return BUCKETS[Math.min(Number(value), BUCKETS.length - 1)] ?? null;
    }
    return null;
  };
  return { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) };
}
