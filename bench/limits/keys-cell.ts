import type { Cell } from "../cell.ts";
import { summarised } from "../statistics.ts";
import { table } from "../table.ts";
import { measureKeyWork } from "./key-work.ts";

/** What stands between a request's URL and its entry in memory, on the second and every later request. */
export const keys: Cell = {
  name: "keys",
  group: "hits",
  about: "from the URL of a hit to its entry, of 8,000 in turn",
  async run(_parts, options, progress) {
    progress("keys");
    const { rounds } = await measureKeyWork(options);
    const G25 = summarised(rounds.map(({ shortcut }) => shortcut));
    const map = summarised(rounds.map((round) => round.map));
    return {
      figures: rounds,
      tables: [
        table("From the URL of a hit to its entry, 8,000 URLs in turn", [
          ["", "µs"],
          ["freshet", G25.median.toFixed(2)],
          ["one look-up in a Map", map.median.toFixed(2)],
        ]),
      ],
      measured: { G25 },
    };
  },
};
