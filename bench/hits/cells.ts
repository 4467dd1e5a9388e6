import type { Cell } from "../cell.ts";
import { compareHits } from "./compare.ts";
import { conditional } from "./conditional.ts";
import { reportHits } from "./report.ts";

/** What is in memory already. */
export const HITS: readonly Cell[] = [
  {
    name: "hits",
    group: "hits",
    about: "memory hits of 15, 25 and 282 kB beside nginx, its proxy_cache, Varnish and node:http",
    run: async (parts, options, progress) => reportHits(await compareHits(parts, options, progress)),
  },
  conditional,
];
