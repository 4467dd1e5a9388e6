import type { Cell } from "../cell.ts";
import { type Rounds, takeRounds } from "../rounds.ts";
import { median, quantile, summarised } from "../statistics.ts";
import { table } from "../table.ts";
import { startRunners } from "./compare.ts";
import { PEERS } from "./peers.ts";
import type { Runner } from "./runner.ts";
import { JPEG } from "./task.ts";

const IN_FLIGHT = 16;
const SECONDS = 70;
/** Peers in whose place queues tell something; the loop of bare sharp has none. */
const COMPARED = new Set(["freshet", "ipx", "next/image", "imgproxy"]);

interface EvenRound {
  readonly p50: number;
  readonly p99: number;
}

/** Sixteen clients that all ask for pictures of equal cost: nobody should wait much longer than the others. */
export const even: Cell = {
  name: "even",
  group: "pictures",
  about: "misses of equal cost, 16 in flight: how much longer the unluckiest waits",
  async run(parts, options, progress) {
    const wanted = PEERS.filter(({ name }) => COMPARED.has(name));
    const runners = await startRunners(JPEG, parts, progress, wanted);
    try {
      const servers = runners.filter(({ name }) => COMPARED.has(name));
      const peers = await takeRounds("even", servers, (runner) => once(runner, options.quick ? 32 : 64), {
        ...options,
        seconds: SECONDS,
        progress,
      });
      const ratios = ({ rounds }: Rounds<EvenRound>) => rounds.map(({ p50, p99 }) => p99 / p50);
      const own = peers.find(({ name }) => name === "freshet");
      const rows = peers.map((peer) => [
        peer.name,
        ...[median(peer.rounds.map(({ p50 }) => p50)), median(peer.rounds.map(({ p99 }) => p99))].map((ms) =>
          ms.toFixed(0),
        ),
        median(ratios(peer)).toFixed(2),
      ]);
      return {
        figures: peers,
        tables: [table("Misses of equal cost, 16 in flight", [["", "p50 ms", "p99 ms", "÷"], ...rows])],
        measured: own ? { G4: summarised(ratios(own)) } : {},
      };
    } finally {
      for (const runner of runners) await runner.stop();
    }
  },
};

async function once(runner: Runner, count: number): Promise<EvenRound> {
  const { latencies } = await runner.run({ task: JPEG, count, inFlight: IN_FLIGHT, only: 0 });
  // The first sixteen find empty queues.
  const waited = latencies.slice(IN_FLIGHT);
  return { p50: quantile(waited, 0.5), p99: quantile(waited, 0.99) };
}
