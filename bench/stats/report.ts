import type { Aim } from "../cell.ts";
import { median, quantile } from "../statistics.ts";
import { table } from "../table.ts";

/** How long pages over many lines take on one engine, and what the lines take. */
export interface StatsTimes {
  readonly engine: string;
  readonly lines: number;
  /** Bytes of the whole database for a line. */
  readonly bytesPerLine: number;
  /** Milliseconds of each request, by what is asked for. */
  readonly pages: Readonly<Record<string, readonly number[]>>;
  /** Lines that are written a second, in batches as instances write them. */
  readonly writtenPerSecond: number;
  /** Milliseconds for which one day is closed. */
  readonly closedMs: number;
  /** Rows that retention removes a second. */
  readonly removedPerSecond: number;
  /** Lines that were there after the policy had been halved, as a part of what it allows. */
  readonly keptOfPolicy: number;
}

/** Of any page, nineteen of twenty requests take no longer. */
const PAGE_MS = 300;

export function reportStats(engines: readonly StatsTimes[]): {
  readonly tables: readonly string[];
  readonly aims: readonly Aim[];
} {
  return { tables: engines.map(tableOf), aims: engines.flatMap(aimsOf) };
}

const p95 = (times: readonly number[]): number => quantile(times, 0.95);

function tableOf({ engine, lines, pages, ...rest }: StatsTimes): string {
  const rows = Object.entries(pages).map(([name, times]) => [
    name,
    median(times).toFixed(1),
    p95(times).toFixed(1),
    Math.max(...times).toFixed(1),
  ]);
  const title = `Analytics over ${lines.toLocaleString("en")} lines, ${engine}, milliseconds`;
  const more = [
    `${rest.bytesPerLine.toFixed(0)} bytes a line with everything`,
    `${rest.writtenPerSecond.toFixed(0)} lines written a second`,
    `a day closed in ${rest.closedMs.toFixed(0)} ms`,
    `${rest.removedPerSecond.toFixed(0)} rows removed a second`,
  ];
  return `${table(title, [["request", "p50", "p95", "longest"], ...rows])}\n  ${more.join("; ")}`;
}

function aimsOf({ engine, pages, keptOfPolicy }: StatsTimes): readonly Aim[] {
  const slowest = Object.entries(pages)
    .map(([name, times]) => ({ name, ms: p95(times) }))
    .reduce((most, each) => (each.ms > most.ms ? each : most), { name: "none", ms: 0 });
  return [
    {
      text: `analytics, the slowest page at p95 (${slowest.name}), ${engine}`,
      ...{ value: slowest.ms, atMost: PAGE_MS, unit: " ms", steady: true },
    },
    {
      text: `lines that are left ÷ what a policy of half as many allows, ${engine}`,
      ...{ value: keptOfPolicy, atMost: 1, steady: true },
    },
  ];
}
