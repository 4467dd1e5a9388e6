import { usageOf } from "../accounting.ts";
import type { Cell } from "../cell.ts";
import { NAMES } from "../chart/panel.ts";
import { pause } from "../programs.ts";
import { takeRounds } from "../rounds.ts";
import { median, ratioOf } from "../statistics.ts";
import { table } from "../table.ts";
import { startRunners } from "./compare.ts";
import { checkOutputs } from "./outputs.ts";
import { PEERS } from "./peers.ts";
import { AVIF, WEBP } from "./task.ts";

const SECONDS = 60;
const COUNT = 12;
const IN_FLIGHT = 4;
const AFTERMATH_MS = 200;

/** Whether AVIF can be made while somebody waits: the same server and the same pictures, beside WebP. */
export const avif: Cell = {
  name: "avif",
  group: "pictures",
  about: "uncached JPEG → AVIF beside WebP: what the smaller format costs at once",
  async run(parts, options, progress) {
    const own = PEERS.filter(({ name }) => name === "freshet");
    const runners = await startRunners(AVIF, parts, progress, own);
    try {
      await checkOutputs(runners, AVIF, parts.pictures);
      const contenders = runners.flatMap((runner) =>
        [AVIF, WEBP].map((task) => ({ name: `${runner.name}, ${NAMES[task.format]}`, runner, task })),
      );
      const peers = await takeRounds(
        "avif",
        contenders,
        async ({ runner, task }) => {
          const before = usageOf(runner.pid).cpuMs;
          await runner.run({ task, count: COUNT, inFlight: IN_FLIGHT });
          await pause(AFTERMATH_MS);
          return (usageOf(runner.pid).cpuMs - before) / COUNT;
        },
        { ...options, seconds: SECONDS, progress },
      );
      const of = (name: string) => peers.find((peer) => peer.name === name)?.rounds ?? [];
      const rows = peers.map(({ name, rounds }) => [name, median(rounds).toFixed(1)]);
      return {
        figures: peers,
        tables: [table("Uncached JPEG of 12 to 24 megapixels → AVIF", [["", "CPU ms"], ...rows])],
        measured: { G17: ratioOf(of("freshet, AVIF"), of("freshet, WebP")) },
      };
    } finally {
      for (const runner of runners) await runner.stop();
    }
  },
};
