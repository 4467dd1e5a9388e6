import type { Cell } from "../cell.ts";
import { exactly, median, ratioOf, summarised } from "../statistics.ts";
import { shown, table } from "../table.ts";
import { compareColdStarts } from "./cold-start.ts";
import { measureOpening } from "./disk-opening.ts";

const BARE = "node + fastify + sharp";

const coldStart: Cell = {
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

const MILLION = 1_000_000;

const opening: Cell = {
  name: "opening",
  group: "start",
  about: "starts with a million files on disk (in a whole run 100,000), and the memory that each takes",
  async run(parts, options, progress) {
    if (options.pace < 1)
      parts.leaveOut("a million files", "a whole run makes 100,000 of them, `npm run bench opening` all");
    const found = await measureOpening({ ...options, quick: options.quick || options.pace < 1 }, progress);
    const { entries, rounds, bytesPerEntry } = found;
    const full = summarised(rounds.map((round) => round.full));
    return {
      figures: found,
      tables: [
        table("Process start until it is ready", [
          ["", "ms"],
          ["with an empty folder", median(rounds.map(({ empty }) => empty)).toFixed(0)],
          [`with ${entries.toLocaleString("en")} files`, full.median.toFixed(0)],
        ]),
      ],
      measured: { ...(entries === MILLION && { "G22.index": full }), "G24.bytes": exactly(bytesPerEntry) },
    };
  },
};

export const STARTS: readonly Cell[] = [coldStart, opening];
