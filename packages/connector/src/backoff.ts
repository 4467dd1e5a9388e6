/**
 * Milliseconds to wait after the n-th failure in a row (n from 1): doubles from `first` up to `cap`, of which the upper
 * half is chance, so that many waiters do not come back at once. `random` is in [0, 1).
 */
export function backoffMs(
  failures: number,
  limits: { readonly first: number; readonly cap: number },
  random: number = Math.random(),
): number {
  const full = Math.min(limits.cap, limits.first * 2 ** Math.min(Math.max(failures, 1) - 1, 30));
  return Math.round(full / 2 + (full / 2) * random);
}
