import type { Progress } from "./cell.ts";
import type { Options } from "./options.ts";
import { rotated } from "./statistics.ts";

/** Rounds below which there is no middle half to speak of. */
const FEWEST = 3;

/** What was measured of one contender, a value a round. */
export interface Rounds<Round> {
  readonly name: string;
  readonly rounds: readonly Round[];
}

/**
 * Measures everybody once a round, in an order that moves on by one. No round begins after `seconds`, times the pace, so that a slow
 * machine or many peers do not stretch the run; three are taken whatever they last.
 */
export async function takeRounds<Contender extends { readonly name: string }, Round>(
  what: string,
  contenders: readonly Contender[],
  measure: (contender: Contender, round: number) => Promise<Round>,
  {
    rounds,
    pace,
    seconds,
    progress,
  }: Pick<Options, "rounds" | "pace"> & {
    seconds: number;
    progress: Progress;
  },
): Promise<readonly Rounds<Round>[]> {
  const taken = contenders.map(({ name }) => ({ name, rounds: [] as Round[] }));
  const begun = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    if (round >= FEWEST && performance.now() - begun > seconds * pace * 1_000) break;
    for (const contender of rotated(contenders, round)) {
      progress(`${what}: round ${round + 1} of ${rounds}, ${contender.name}`);
      const measured = await measure(contender, round);
      taken.find(({ name }) => name === contender.name)?.rounds.push(measured);
    }
  }
  return taken;
}
