import { type Cell, NotHere } from "../cell.ts";
import { median, ratioOf } from "../statistics.ts";
import { table } from "../table.ts";
import { compareDiskHits } from "./disk.ts";

export const disk: Cell = {
  name: "disk",
  group: "hits",
  about: "hits of the disk, many bodies in turn, beside nginx serving them as files",
  async run(parts, options, progress) {
    const found = await compareDiskHits(parts, options, progress);
    if (found === undefined) throw new NotHere("wrk or nginx is not installed");
    const cpu = (name: string) =>
      found.peers.find((peer) => peer.name === name)?.rounds.map((round) => round.cpuMicroseconds) ?? [];
    const rows = found.peers.map(({ name, rounds }) => [
      name,
      median(cpu(name)).toFixed(1),
      ratioOf(cpu(name), cpu("nginx")).median.toFixed(2),
      median(rounds.map(({ perSecond }) => perSecond)).toFixed(0),
    ]);
    return {
      figures: found,
      tables: [
        table(
          `Hits of ${(found.bytes / 1000).toFixed(0)} kB, ${(found.fromDisk * 100).toFixed(0)} % from the disk, one core`,
          [["", "CPU µs/request", "× nginx", "requests/s"], ...rows],
        ),
      ],
      measured: { G9: ratioOf(cpu("freshet"), cpu("nginx")) },
    };
  },
};
