import type { DeliveryAnswer } from "../shapes.ts";

/** A column of the histogram. */
export interface Column {
  readonly name: string;
  readonly requests: number;
}

/** Pairs of bounds are one column, so that each has room: what took up to 1 ms, up to 5, up to 20 … Empty ends are left out. */
export function bucketsShown(buckets: DeliveryAnswer["buckets"]): readonly Column[] {
  const joined: Column[] = [];
  let requests = 0;
  for (const [place, bucket] of buckets.entries()) {
    requests += bucket.requests;
    const isLast = bucket.up_to_ms === null || place === buckets.length - 1;
    if (!isLast && place % 2 === 1) continue;
    joined.push({ name: writeBound(bucket.up_to_ms), requests });
    requests = 0;
  }
  const last = joined.findLastIndex((column) => column.requests > 0);
  return joined.slice(0, Math.max(0, Math.min(joined.length, last + 2)));
}

/** The bound of a bucket, as short as it can be said. */
export function writeBound(ms: number | null, locale?: string): string {
  if (ms === null) return "∞";
  const isLong = ms >= 1_000;
  return `≤ ${new Intl.NumberFormat(locale).format(isLong ? ms / 1_000 : ms)}${isLong ? " s" : ""}`;
}
