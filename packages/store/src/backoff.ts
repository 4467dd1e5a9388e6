/** How long to wait after failures: doubling from `firstMs` to `mostMs`. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/**
 * Milliseconds to wait after the given number of failed attempts (1, 2, …). Half of it is fixed and half is chance,
 * so that what failed together does not come back together, and nothing comes back at once.
 */
export function backoffMs(
  failures: number,
  { firstMs, mostMs }: Backoff,
  random: () => number = Math.random,
): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(Math.max(failures, 1) - 1, 40));
  return Math.round(full / 2 + (full / 2) * random());
}
