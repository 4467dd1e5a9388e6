import type { Cell } from "../cell.ts";
import { median, ratioOf } from "../statistics.ts";
import { shown, table } from "../table.ts";
import { compareColdStarts } from "./cold-start.ts";

const BARE = "node + fastify + sharp";

export const coldStart: Cell = {
  name: "cold-start",
  group: "start",
  about: "process start to the first picture, beside bare node + fastify + sharp",
  async run(_parts, options, progress) {
    const peers = await compareColdStarts(options, progress);
    const seconds = (name: string) =>
      peers.find((peer) => peer.name === name)?.rounds.map((round) => round.seconds) ?? [];
    const rows = peers.map(({ name, rounds }) => [
      name,
      (median(seconds(name)) * 1_000).toFixed(0),
      shown(ratioOf(seconds(name), seconds(BARE))),
      median(rounds.map(({ cpuMs }) => cpuMs)).toFixed(0),
    ]);
    return {
      figures: peers,
      tables: [table("Process start until the first picture", [["", "ms", `× ${BARE}`, "CPU ms"], ...rows])],
      measured: { G22: ratioOf(seconds("freshet"), seconds(BARE)) },
    };
  },
};
