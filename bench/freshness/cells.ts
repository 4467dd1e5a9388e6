import { type Cell, type Group, NotHere, type Outcome, type Parts, type Progress } from "../cell.ts";
import type { Options } from "../options.ts";
import { compareBreadths } from "./breadth.ts";
import { edgesAreMissing } from "./edges.ts";
import { compareEverything } from "./everything.ts";
import { compareFences } from "./fence.ts";
import { compareJournals } from "./journal.ts";
import { compareLatency } from "./latency.ts";
import { measureLogs } from "./log.ts";
import { compareNeighbours } from "./neighbours.ts";
import { type FreshnessFigures, reportFreshness } from "./report.ts";

type Measure = (
  options: Options,
  progress: Progress,
  leaveOut: Parts["leaveOut"],
) => Promise<FreshnessFigures>;

const cellOf = (name: string, about: string, measure: Measure, group: Group = "freshness"): Cell => ({
  name,
  group,
  about,
  run: async ({ leaveOut }, options, progress): Promise<Outcome> => {
    const figures = await measure(options, progress, leaveOut);
    return { figures, ...reportFreshness(figures) };
  },
});

/** The same, where nodes take part. */
const atEdges = (name: string, about: string, measure: Measure, group?: Group): Cell =>
  cellOf(
    name,
    about,
    async (...all) => {
      const missing = await edgesAreMissing();
      if (missing !== undefined) throw new NotHere(missing);
      return measure(...all);
    },
    group,
  );

/** What freshness costs, and how soon it is there. */
export const FRESHNESS: readonly Cell[] = [
  atEdges(
    "fence",
    "hits of the shipped edges beside the same without the fence",
    async (options, progress) => ({ fences: await compareFences(options, progress) }),
    "edge",
  ),
  atEdges("fresh", "from the 201 until eight nodes give a changed picture", async (options, progress) => ({
    fresh: await compareLatency(options, progress),
  })),
  atEdges(
    "breadth",
    "one invalidation of 10 to 1,000,000 originals or variants",
    async (options, progress) => ({
      breadths: await compareBreadths(options, progress),
    }),
  ),
  atEdges("everything", "`all` on a node with 100,000 objects", async (options, progress) => ({
    everything: await compareEverything(options, progress),
  })),
  atEdges(
    "neighbours",
    "a folder invalidated every second, and everybody else's hits",
    async (options, progress) => ({
      neighbours: await compareNeighbours(options, progress),
    }),
  ),
  cellOf("journal", "invalidations accepted and Done a second", async (options, progress, leaveOut) => ({
    journals: await compareJournals(options, leaveOut, progress),
  })),
  cellOf("log", "pages of a log of a million invalidations", async (options, progress, leaveOut) => ({
    logs: await measureLogs(options, leaveOut, progress),
  })),
];
