/** Places of an axis in its own unit, and where each is drawn. */
export interface Axis {
  readonly ticks: readonly number[];
  /** From 0 at the left end to 1 at the right. */
  place(value: number): number;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** From 0 to a little more than `most`, with about `count` round numbers. */
export function linearAxis(most: number, count = 5): Axis {
  const rough = Math.max(most, Number.MIN_VALUE) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((each) => each * magnitude >= rough) ?? 10) * magnitude;
  const last = Math.ceil(most / step);
  const ticks = Array.from({ length: last + 1 }, (_, at) => Number((at * step).toPrecision(12)));
  return { ticks, place: (value) => value / (last * step) };
}

/** A logarithmic axis over powers of two from `least` to `most`; what lies beyond is drawn at the end. */
export function doublingAxis(least: number, most: number): Axis {
  const [first, last] = [Math.floor(Math.log2(least)), Math.ceil(Math.log2(most))];
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => 2 ** (first + at));
  const place = (value: number) => (Math.log2(value) - first) / (last - first);
  return { ticks, place: (value) => (value <= 0 ? 0 : Math.min(1, Math.max(0, place(value)))) };
}
