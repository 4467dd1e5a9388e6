import type { Cell } from "../cell.ts";
import { disk } from "./disk-cell.ts";
import { formats } from "./formats-cell.ts";
import { index } from "./index-cell.ts";
import { keys } from "./keys-cell.ts";
import { LOADS } from "./load-cells.ts";
import { ORIGINS } from "./origin-cells.ts";
import { PIXELS } from "./pixel-cells.ts";
import { promotion } from "./promotion.ts";
import { STARTS } from "./start-cell.ts";

/** What is measured at the limits of delivery. */
export const LIMITS: readonly Cell[] = [
  ...[...PIXELS, formats, disk, promotion, keys],
  ...[...LOADS, ...ORIGINS, ...STARTS, index],
];
