import { type Cell, GROUPS } from "./cell.ts";
import { consoleCell } from "./console/cell.ts";
import { FRESHNESS } from "./freshness/cells.ts";
import { HITS } from "./hits/cells.ts";
import { LIMITS } from "./limits/cells.ts";
import { MISSES } from "./misses/cells.ts";
import { QUALITY } from "./quality/cells.ts";
import { statsCell } from "./stats/cell.ts";
import { STRESS } from "./stress/cells.ts";

/** Every comparison, group by group: what the goals of delivery need most first, what takes longest last. */
export const CELLS: readonly Cell[] = [
  ...[...MISSES, ...HITS, ...STRESS, ...LIMITS],
  ...[...FRESHNESS, ...QUALITY, consoleCell, statsCell],
].toSorted((one, other) => GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group));
