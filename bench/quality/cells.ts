import { type Cell, NotHere } from "../cell.ts";
import { animations } from "./animations.ts";
import { chains } from "./chains.ts";
import { measureCosts } from "./cost.ts";
import { photographs } from "./photographs.ts";
import { costsMeasured, reportQuality, searchMeasured } from "./report.ts";
import { measureSearch } from "./search.ts";

/** Whether pictures get the quality that was aimed at, and what that costs. */
export const QUALITY: readonly Cell[] = [
  {
    name: "search",
    group: "quality",
    about:
      "photographs against the quality that was aimed at, judged by SSIMULACRA2: points, encodings, bytes",
    async run(_parts, options, progress) {
      const all = await photographs(progress).catch((error: unknown) => {
        throw new NotHere(`photographs: ${error instanceof Error ? error.message : error}`);
      });
      const search = await measureSearch(all, options, progress);
      return { figures: search, ...reportQuality({ search }), measured: searchMeasured(search) };
    },
  },
  {
    name: "costs",
    group: "quality",
    about: "CPU of chosen quality, turns and trims beside a plain resize",
    async run(_parts, { rounds }, progress) {
      const costs = await measureCosts(rounds, progress);
      return { figures: costs, ...reportQuality({ costs }), measured: costsMeasured(costs) };
    },
  },
  chains,
  animations,
];
