/** Figures whose middle half is wider than this part of their median are marked, and measured again once. */
export const STEADY = 0.15;

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

/** Values of several rounds, summarised. */
export function summarised(values: readonly number[]): Ratio {
  const middle = median(values);
  const half = quantile(values, 0.75) - quantile(values, 0.25);
  return { median: middle, spread: half === 0 ? 0 : half / Math.abs(middle) };
}

/** Ratios of values of the same round, summarised. */
export const ratioOf = (values: readonly number[], base: readonly number[]): Ratio =>
  summarised(values.map((value, round) => value / (base[round] ?? Number.NaN)));

/** What was counted, not timed. */
export const exactly = (value: number): Ratio => ({ median: value, spread: 0 });

/** The same things in an order that moves on by one each round, so that nobody is always first. */
export function rotated<Thing>(things: readonly Thing[], round: number): readonly Thing[] {
  const at = round % Math.max(1, things.length);
  return [...things.slice(at), ...things.slice(0, at)];
}
