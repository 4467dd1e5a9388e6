import type { Cell } from "../cell.ts";
import { measuredRows } from "../goals.ts";
import { exactly, summarised } from "../statistics.ts";
import { megabytes, table } from "../table.ts";
import { measureMemory } from "./memory.ts";
import { measureOverload } from "./overload.ts";

const memory: Cell = {
  name: "memory",
  group: "stress",
  about: "peak memory over misses of three formats, after them, and over ten times as many, beside ipx",
  async run(parts, options, progress) {
    const found = await measureMemory(parts, options, progress);
    const { peak, idle, longPeak, ipxPeak, misses, longMisses } = found;
    return {
      figures: found,
      tables: [
        table("Memory of all processes, MB", [
          ["", "MB"],
          [`peak over ${misses} misses`, megabytes(peak)],
          ["ten seconds later", megabytes(idle)],
          [`peak over ${longMisses} misses`, megabytes(longPeak)],
          ...(ipxPeak === undefined ? [] : [[`ipx's peak over ${misses} misses`, megabytes(ipxPeak)]]),
        ]),
      ],
      // What they promise is over 500 and 5,000.
      measured: options.quick
        ? {}
        : {
            "G5.peak": exactly(peak / 2 ** 20),
            ...(ipxPeak !== undefined && { "G5.ipx": exactly(peak / ipxPeak) }),
            "G5.idle": exactly(idle / 2 ** 20),
            G6: exactly(longPeak / peak),
          },
    };
  },
};

const overload: Cell = {
  name: "overload",
  group: "stress",
  about: "five times as many pictures asked for as can be rendered: who is served, who is refused and when",
  async run(parts, options, progress) {
    const rounds = await measureOverload(parts, options, progress);
    const of = (value: (round: (typeof rounds)[number]) => number) => summarised(rounds.map(value));
    const strange = Math.max(...rounds.map((round) => round.strange));
    if (strange > 0) throw new Error(`${strange} answers were neither a picture nor a 503 with Retry-After.`);
    const measured = {
      "G14.goodput": of(({ goodput, peak }) => goodput / peak),
      "G14.p99": of(({ servedMs }) => servedMs.p99),
      "G14.503": of(({ refusedMs }) => refusedMs.p99),
      "G14.memory": of(({ peakBytes }) => peakBytes / 2 ** 20),
      "G14.after": of(({ recovered }) => recovered),
    };
    return {
      figures: rounds,
      tables: [table("Five times its capacity", [["", "median"], ...measuredRows(measured)])],
      measured,
    };
  },
};

export const LOADS: readonly Cell[] = [memory, overload];
