import type { Options } from "../options.ts";
import { compareBreadths } from "./breadth.ts";
import { edgesAreMissing } from "./edges.ts";
import { compareEverything } from "./everything.ts";
import { compareFences } from "./fence.ts";
import { compareJournals } from "./journal.ts";
import { compareLatency } from "./latency.ts";
import { compareNeighbours } from "./neighbours.ts";
import type { FreshnessFigures } from "./report.ts";

/** Measures those of the freshness ratios that were asked for, one behind the other. */
export async function measureFreshness(
  figures: FreshnessFigures,
  options: Options,
  leaveOut: (peer: string, why: string) => void,
  progress: (text: string) => void,
): Promise<void> {
  const { cells } = options;
  if (cells.includes("journal")) figures.journals = await compareJournals(options, leaveOut, progress);
  if (!cells.some((cell) => EDGES.has(cell))) return;
  const missing = await edgesAreMissing();
  if (missing !== undefined) {
    leaveOut("freshness at the edges", missing);
    return;
  }
  if (cells.includes("fresh")) figures.fresh = await compareLatency(options, progress);
  if (cells.includes("breadth")) figures.breadths = await compareBreadths(options, progress);
  if (cells.includes("everything")) figures.everything = await compareEverything(options, progress);
  if (cells.includes("fence")) figures.fences = await compareFences(options, progress);
  if (cells.includes("neighbours")) figures.neighbours = await compareNeighbours(options, progress);
}

const EDGES: ReadonlySet<Options["cells"][number]> = new Set([
  "fresh",
  "breadth",
  "everything",
  "fence",
  "neighbours",
]);
