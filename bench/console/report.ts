import type { FirstLoad } from "../../test/console/first-load.ts";
import type { Aim } from "../cell.ts";
import { median, quantile } from "../statistics.ts";
import { table } from "../table.ts";

/** First loads of one page of the console. */
export interface ConsoleLoads {
  readonly page: string;
  readonly loads: readonly FirstLoad[];
}

const INTERACTIVE_MS = 1_000;
const FIRST_LOAD_KB = 200;
/** Where the middle half is wider than this part of the median, other work ran beside it. */
const STEADY = 0.25;

export function reportConsole(pages: readonly ConsoleLoads[]): {
  readonly tables: readonly string[];
  readonly aims: readonly Aim[];
} {
  if (pages.length === 0) return { tables: [], aims: [] };
  const of = ({ loads }: ConsoleLoads) => loads.map(({ ms }) => ms);
  const kilobytes = ({ loads }: ConsoleLoads) => Math.max(...loads.map(({ bytes }) => bytes)) / 1_000;
  const rows = pages.map((page) => [
    page.page,
    ...[median(of(page)), quantile(of(page), 0.95), Math.max(...of(page))].map((ms) => ms.toFixed(0)),
    kilobytes(page).toFixed(1),
    String(page.loads[0]?.files.length ?? 0),
  ]);
  const head = ["", "p50 ms", "p95 ms", "longest ms", "kB over the wire", "answers"];
  return {
    tables: [table("The console, opened in a new browser context until it can be used", [head, ...rows])],
    aims: pages.flatMap((page) => [
      {
        text: `console, ${page.page} can be used after`,
        ...{ value: median(of(page)), atMost: INTERACTIVE_MS, unit: " ms", steady: isSteady(of(page)) },
      },
      {
        text: `console, first load of ${page.page}`,
        ...{ value: kilobytes(page), atMost: FIRST_LOAD_KB, unit: " kB", steady: true },
      },
    ]),
  };
}

const isSteady = (times: readonly number[]): boolean =>
  quantile(times, 0.75) - quantile(times, 0.25) <= STEADY * median(times);
