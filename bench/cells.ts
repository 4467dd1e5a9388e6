import type { Cell } from "./cell.ts";
import { consoleCell } from "./console/cell.ts";
import { FRESHNESS } from "./freshness/cells.ts";
import { HITS } from "./hits/cells.ts";
import { MISSES } from "./misses/cells.ts";
import { QUALITY } from "./quality/cells.ts";
import { firstPicture } from "./start/first-picture.ts";
import { statsCell } from "./stats/cell.ts";
import { STRESS } from "./stress/cells.ts";

/** Every comparison, in the order in which a whole run makes them: goals of delivery first, what takes longest last. */
export const CELLS: readonly Cell[] = [
  ...MISSES,
  ...HITS,
  ...STRESS,
  firstPicture,
  ...FRESHNESS,
  ...QUALITY,
  consoleCell,
  statsCell,
];
