import type { Options } from "../options.ts";
import { measureCosts } from "./cost.ts";
import type { QualityFigures } from "./report.ts";
import { measureSearch } from "./search.ts";

/** Whether pictures get the quality that was aimed at, and what that costs. Without photographs only the costs are measured. */
export async function measureQuality(
  { quick, rounds }: Options,
  leaveOut: (what: string, why: string) => void,
  progress: (text: string) => void,
): Promise<QualityFigures> {
  const figures: QualityFigures = {};
  try {
    figures.search = await measureSearch(quick, progress);
  } catch (error) {
    leaveOut("photographs", error instanceof Error ? error.message : String(error));
  }
  figures.costs = await measureCosts(rounds, progress);
  return figures;
}
