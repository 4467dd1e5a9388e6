/**
 * How many nines a share of misses is: 1 in 1,000 is 3. Without a miss nothing more is known than that it is at least as good as
 * one miss among as many would be.
 */
export function nines(judged: number, misses: number): { readonly value: number; readonly isLeast: boolean } {
  if (judged === 0) return { value: 0, isLeast: true };
  const share = Math.max(misses, 1) / judged;
  return { value: Math.max(0, -Math.log10(share)), isLeast: misses === 0 };
}

/** The share of fresh answers in per cent, never rounded up to a better one. */
export function freshShare(judged: number, misses: number): string {
  if (judged === 0) return "–";
  if (misses === 0) return "100 %";
  // Whole numbers: a quotient of floats would be rounded to the better side half the time.
  const billionths = (BigInt(judged - misses) * 1_000_000_000n) / BigInt(judged);
  return `${Number(billionths) / 1e7} %`;
}
