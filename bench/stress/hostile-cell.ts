import type { Cell, Outcome } from "../cell.ts";
import { type Rounds, takeRounds } from "../rounds.ts";
import { exactly, median, quantile, summarised } from "../statistics.ts";
import { megabytes, table } from "../table.ts";
import { type HostileRound, hostileInputs, measureHostile } from "./hostile.ts";

const WAYS = [
  { name: "one after another", inFlight: 1 },
  { name: "four at a time", inFlight: 4 },
] as const;
const SECONDS = 120;
/** Inputs that are named, because they take longest. */
const NAMED = 8;

/** What the suite of hostile originals holds: how long the longest answer takes, what memory they take, and who else waits. */
export const hostile: Cell = {
  name: "hostile",
  group: "stress",
  about: "originals made to harm: the longest answer, the memory that they add, hits meanwhile",
  async run(parts, options, progress) {
    const inputs = await hostileInputs(options.pace < 2 || options.quick);
    const rounds = options.pace < 2 ? 1 : options.rounds;
    const taken = await takeRounds(
      "hostile",
      WAYS,
      ({ inFlight }) => measureHostile(parts, inputs, inFlight),
      { ...options, rounds, seconds: SECONDS, progress },
    );
    return report(taken);
  },
};

const longest = ({ answers }: HostileRound): number =>
  Math.max(...answers.filter(({ isHarmless }) => !isHarmless).map(({ milliseconds }) => milliseconds));
const p99 = (times: readonly number[]): number => quantile(times, 0.99);

function report(ways: readonly Rounds<HostileRound>[]): Outcome {
  const all = ways.flatMap(({ rounds }) => rounds);
  const [alone] = ways;
  return {
    figures: ways,
    tables: [overview(ways), slowest(ways)],
    measured: {
      // What one of them costs; four at a time wait for each other besides, which the table tells.
      "G21.answer": summarised((alone?.rounds ?? []).map(longest)),
      "G21.memory": exactly(Math.max(...all.map(({ addedBytes }) => addedBytes)) / 2 ** 20),
      "G21.hits": worst(ways, ({ hits }) => p99(hits)),
    },
  };
}

/** The worse of both ways, round by round. */
function worst(ways: readonly Rounds<HostileRound>[], of: (round: HostileRound) => number) {
  const [alone] = ways;
  return summarised(
    (alone?.rounds ?? []).map((_, at) =>
      Math.max(...ways.flatMap(({ rounds }) => rounds.slice(at, at + 1)).map(of)),
    ),
  );
}

function overview(ways: readonly Rounds<HostileRound>[]): string {
  const rows = ways.map(({ name, rounds }) => {
    const middle = (of: (round: HostileRound) => number) => median(rounds.map(of)).toFixed(1);
    return [
      name,
      String(rounds[0]?.answers.length ?? 0),
      middle(({ answers }) => median(answers.map(({ milliseconds }) => milliseconds))),
      middle(longest),
      megabytes(median(rounds.map(({ settledBytes }) => settledBytes))),
      megabytes(Math.max(...rounds.map(({ addedBytes }) => addedBytes))),
      middle(({ idle }) => p99(idle)),
      middle(({ hits }) => p99(hits)),
    ];
  });
  const head = [
    ...["", "inputs", "p50 ms", "longest ms", "MB before", "MB added"],
    ...["p99 ms of hits before", "p99 ms of hits meanwhile"],
  ];
  return table("Originals made to harm", [head, ...rows]);
}

/** Which take longest, by their medians one after another. */
function slowest(ways: readonly Rounds<HostileRound>[]): string {
  const times = (way: Rounds<HostileRound>, name: string) =>
    median(
      way.rounds.flatMap(({ answers }) =>
        answers.filter((answer) => answer.name === name).map(({ milliseconds }) => milliseconds),
      ),
    );
  const [alone] = ways;
  const rows = (alone?.rounds[0]?.answers ?? [])
    .map(({ name, status }) => ({ name, status, ms: ways.map((way) => times(way, name)) }))
    .toSorted((one, other) => (other.ms[0] ?? 0) - (one.ms[0] ?? 0))
    .slice(0, NAMED)
    .map(({ name, status, ms }) => [name, String(status), ...ms.map((each) => each.toFixed(0))]);
  return table("Those that take longest, ms", [["", "status", ...ways.map(({ name }) => name)], ...rows]);
}
