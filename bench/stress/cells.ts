import type { Cell } from "../cell.ts";
import { compareHerds, HERD } from "./herd.ts";
import { reportHerds } from "./herd-report.ts";
import { hostile } from "./hostile-cell.ts";
import { saturation } from "./saturation.ts";

/** More than there are cores for. */
export const STRESS: readonly Cell[] = [
  {
    name: "herd",
    group: "stress",
    about: `${HERD} equal requests at once: renders, origin requests, memory`,
    run: async (parts, options, progress) => reportHerds(await compareHerds(parts, options, progress)),
  },
  saturation,
  hostile,
];
