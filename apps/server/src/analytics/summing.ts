import type { Batch } from "./buffer.ts";
import type { Cell } from "./bulk.ts";
import { ALL, DIMENSIONS, type Dimension, dimensionsOf } from "./lines.ts";

/** Times that rollups are kept for. */
export const TEN_MINUTES = 600_000;
export const DAY = 86_400_000;

export const dayOf = (at: number): number => Math.floor(at / DAY);

/** What is added to one row of a rollup. */
interface Sum {
  readonly key: readonly [project: string, dimension: Dimension, at: number, value: string];
  hits: number;
  bytes: number;
  bytesIn: number;
  microseconds: number;
}

/** What a batch adds to the rollups of a width, in the order of their keys: whoever adds to the same rows does so in the same order. */
export function rollupsOf(batch: Batch, width: number): readonly (readonly Cell[])[] {
  const sums = new Map<string, Sum>();
  const add = (
    project: string,
    at: number,
    dimensions: readonly (readonly [Dimension, string])[],
    more: Omit<Sum, "key">,
  ): void => {
    const begin = Math.floor(at / width) * width;
    for (const owner of [project, ALL]) {
      for (const [dimension, value] of dimensions) {
        const text = `${owner}\n${dimension}\n${begin}\n${value}`;
        let sum = sums.get(text);
        if (!sum) {
          sum = { key: [owner, dimension, begin, value], hits: 0, bytes: 0, bytesIn: 0, microseconds: 0 };
          sums.set(text, sum);
        }
        sum.hits += more.hits;
        sum.bytes += more.bytes;
        sum.bytesIn += more.bytesIn;
        sum.microseconds += more.microseconds;
      }
    }
  };
  for (const line of batch.lines) add(line.project, line.at, dimensionsOf(line), line);
  for (const each of batch.resizes) {
    const { project, at, format, hits, bytesIn, bytesOut, microseconds } = each;
    add(project, at, [[DIMENSIONS.resize, format]], { hits, bytes: bytesOut, bytesIn, microseconds });
  }
  for (const each of batch.fetches) {
    const { project, at, origin, code, isSlow, hits, bytes, microseconds } = each;
    const dimensions: [Dimension, string][] = [[DIMENSIONS.fetch, origin]];
    if (code !== undefined) dimensions.push([DIMENSIONS.failedFetch, origin]);
    if (isSlow) dimensions.push([DIMENSIONS.slowFetch, origin]);
    add(project, at, dimensions, { hits, bytes, bytesIn: 0, microseconds });
  }
  return [...sums]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { key, hits, bytes, bytesIn, microseconds }]) => [...key, hits, bytes, bytesIn, microseconds]);
}
