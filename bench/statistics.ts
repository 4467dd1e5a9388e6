/** The value below which the part `share` of all values lies; interpolated. NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = share * (sorted.length - 1);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A comparison inside single rounds: noise that hits a whole round falls out. */
export interface Ratio {
  readonly median: number;
  /** Interquartile range as a part of the median. */
  readonly spread: number;
}

/** Ratios of values of the same round, summarised. */
export function ratioOf(values: readonly number[], base: readonly number[]): Ratio {
  const ratios = values.map((value, round) => value / (base[round] ?? Number.NaN));
  const middle = median(ratios);
  return { median: middle, spread: (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / middle };
}

/** The same things in an order that moves on by one each round, so that nobody is always first. */
export function rotated<Thing>(things: readonly Thing[], round: number): readonly Thing[] {
  const at = round % Math.max(1, things.length);
  return [...things.slice(at), ...things.slice(0, at)];
}
