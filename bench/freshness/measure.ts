import type { Cell, Options } from "../options.ts";
import { compareBreadths } from "./breadth.ts";
import { edgesAreMissing } from "./edges.ts";
import { compareEverything } from "./everything.ts";
import { compareFences } from "./fence.ts";
import { compareJournals } from "./journal.ts";
import { compareLatency } from "./latency.ts";
import { measureLogs } from "./log.ts";
import { compareNeighbours } from "./neighbours.ts";
import type { FreshnessFigures } from "./report.ts";

/** Measures those of the freshness ratios that were asked for, one behind the other. */
export async function measureFreshness(
  figures: FreshnessFigures,
  options: Options,
  leaveOut: (peer: string, why: string) => void,
  progress: (text: string) => void,
): Promise<void> {
  const attempt = async (cell: Cell, run: () => Promise<void>): Promise<void> => {
    if (!options.cells.includes(cell)) return;
    try {
      await run();
    } catch (error) {
      // The figures of the others are worth showing; that this one failed is neither reached nor missed.
      process.exitCode = 1;
      leaveOut(cell, error instanceof Error ? error.message : String(error));
    }
  };
  await attempt("journal", async () => {
    figures.journals = await compareJournals(options, leaveOut, progress);
  });
  await attempt("log", async () => {
    figures.logs = await measureLogs(options, leaveOut, progress);
  });
  if (!options.cells.some((cell) => EDGES.has(cell))) return;
  const missing = await edgesAreMissing();
  if (missing !== undefined) {
    leaveOut("freshness at the edges", missing);
    return;
  }
  await attempt("fresh", async () => {
    figures.fresh = await compareLatency(options, progress);
  });
  await attempt("breadth", async () => {
    figures.breadths = await compareBreadths(options, progress);
  });
  await attempt("everything", async () => {
    figures.everything = await compareEverything(options, progress);
  });
  await attempt("fence", async () => {
    figures.fences = await compareFences(options, progress);
  });
  await attempt("neighbours", async () => {
    figures.neighbours = await compareNeighbours(options, progress);
  });
}

const EDGES: ReadonlySet<Cell> = new Set(["fresh", "breadth", "everything", "fence", "neighbours"]);
