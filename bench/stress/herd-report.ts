import type { Outcome } from "../cell.ts";
import { exactly, median, summarised } from "../statistics.ts";
import { megabytes, table } from "../table.ts";
import { HERD, type HerdPeer } from "./herd.ts";

/** Table and goals of a herd. */
export function reportHerds(peers: readonly HerdPeer[]): Outcome {
  const rounds = peers.find(({ name }) => name === "freshet")?.rounds ?? [];
  const most = (values: readonly (number | undefined)[]) =>
    exactly(Math.max(...values.map((value) => value ?? Number.POSITIVE_INFINITY)));
  return {
    figures: peers,
    tables: [herdTable(peers)],
    measured: {
      "G11.renders": most(rounds.map(({ renders }) => renders)),
      "G11.fetches": most(rounds.flatMap((round) => [round.fetches, round.countedFetches])),
      "G11.wall": summarised(rounds.map(({ seconds, alone }) => seconds / alone.seconds)),
      "G11.cpu": summarised(rounds.map(({ cpuMs, alone }) => cpuMs / alone.cpuMs)),
      "G11.memory": exactly(Math.max(...rounds.map(({ addedBytes }) => addedBytes)) / 2 ** 20),
    },
  };
}

function herdTable(peers: readonly HerdPeer[]): string {
  const rows = peers.map(({ name, rounds }) => [
    name,
    Math.max(...rounds.map(({ fetches }) => fetches)).toFixed(0),
    rounds[0]?.renders === undefined
      ? "?"
      : Math.max(...rounds.map(({ renders }) => renders ?? 0)).toFixed(0),
    median(rounds.map(({ seconds }) => seconds)).toFixed(2),
    median(rounds.map(({ seconds, alone }) => seconds / alone.seconds)).toFixed(2),
    median(rounds.map(({ cpuMs, alone }) => cpuMs / alone.cpuMs)).toFixed(2),
    megabytes(Math.max(...rounds.map(({ peakBytes }) => peakBytes))),
    megabytes(Math.max(...rounds.map(({ addedBytes }) => addedBytes))),
  ]);
  const head = [
    ...["", "origin requests", "renders", "seconds", "× one alone", "CPU × one alone"],
    ...["peak MB", "MB added"],
  ];
  return table(`${HERD} equal requests at once for a picture nobody asked for before`, [head, ...rows]);
}
