import { setTimeout as sleep } from "node:timers/promises";
import { type Field, VARIANTS } from "../../storm/scopes.ts";
import type { Fleet } from "../fleet.ts";
import { createCallers } from "./callers.ts";
import { createDraw } from "./draw.ts";
import type { Gate } from "./gate.ts";
import { faultsOfLog } from "./log.ts";
import type { Misfortune, Scene, Seen } from "./misfortune.ts";
import { watchTakeovers } from "./takeovers.ts";
import { createWeather } from "./weather.ts";
import { createWitness } from "./witness.ts";

const READERS = 4;
const CALLERS = 3;
/** Between two of its invalidations a caller rests so long at most. */
const REST_MS = 600;
/** Within this time after the last misfortune of a round everything that was acknowledged has ended; seconds on a quiet machine. */
const SETTLE_MS = 120_000;
const ROUNDS_A_LINE = 10;

/** What rounds of misfortunes found. */
export interface ChaosReport {
  readonly rounds: number;
  /** How often each misfortune came. */
  readonly drawn: ReadonlyMap<string, number>;
  readonly accepted: number;
  readonly gone: number;
  readonly retried: number;
  readonly repeated: number;
  readonly answers: number;
  readonly hits: number;
  readonly refused: ReadonlyMap<string, number>;
  readonly seen: Seen;
  /** In words: acknowledged and in no log, not ended in time, older than what was Done, and whatever else nothing excuses. */
  readonly lost: readonly string[];
  readonly stuck: readonly string[];
  readonly stale: readonly string[];
  readonly wrong: readonly string[];
}

export interface ChaosOptions {
  readonly fleet: Fleet;
  readonly gate: Gate;
  readonly field: Field;
  readonly kinds: readonly Misfortune[];
  readonly rounds: number;
  readonly seed: number;
  readonly random: () => number;
  /** No further round begins after this time. */
  readonly mostMs: number;
  /** Ends at the first stale answer: enough for a rule that is switched off. */
  readonly untilStale: boolean;
}

/**
 * Readers ask every place and callers invalidate everything while each round brings a misfortune or two. After each of them
 * everything that was acknowledged must have ended well, and every place must give every picture, none older than what is Done.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { fleet, gate, field, rounds, random } = options;
  const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const witness = createWitness();
  const weather = createWeather();
  const callers = createCallers({ fleet, witness, weather, random, name: `chaos-${options.seed}` });
  const takeovers = await watchTakeovers(fleet.postgres.url);
  const seen: Seen = { resumed: [], thawed: 0, filled: 0, named: 0, raised: 0, wrong: [] };
  let pictures = 0;
  const newPicture = () => {
    pictures += 1;
    return `own/c${pictures}.png`;
  };
  const scene: Scene = { ...{ fleet, gate, weather, witness, callers, takeovers, seen, random }, newPicture };
  const drawn = new Map<string, number>();
  const stuck: string[] = [];
  const begun = performance.now();
  const isOver = () =>
    stuck.length > 0 ||
    (options.untilStale && witness.stale.length > 0) ||
    performance.now() - begun > options.mostMs;

  let isRunning = true;
  let isCalm = false;
  const reader = async () => {
    for (; isRunning; await sleep(20 + random() * 60))
      await witness.read(any(field.pictures), Math.floor(random() * VARIANTS), any(fleet.places));
  };
  let changes = 0;
  const caller = async () => {
    for (; isRunning; await sleep(random() * REST_MS)) {
      if (isCalm) continue;
      changes += 1;
      await callers.invalidate(field.change(random, changes - 1));
    }
  };
  const sweep = async () => {
    const all = field.pictures.flatMap((picture) => fleet.places.map((place) => ({ picture, place })));
    const next = all.values();
    const some = async () => {
      for (const { picture, place } of next)
        await witness.mustRead(picture, Math.floor(random() * VARIANTS), place);
    };
    await Promise.all(Array.from({ length: 8 }, some));
  };
  const faults = () => [...witness.wrong, ...callers.wrong, ...seen.wrong];
  const round = async (misfortunes: readonly Misfortune[]) => {
    weather.clear();
    for (const { name } of misfortunes) drawn.set(name, (drawn.get(name) ?? 0) + 1);
    const [before, from] = [new Set(faults()), performance.now()];
    await Promise.all(misfortunes.map((each) => each.happen(scene)));
    const took = secondsSince(from);
    if (!(options.untilStale && witness.stale.length > 0)) {
      isCalm = true;
      stuck.push(...(await callers.settle(SETTLE_MS)));
      await sweep();
      isCalm = false;
    }
    for (const fault of faults().filter((each) => !before.has(each)))
      console.log(`${misfortunes.map(({ name }) => name).join(" and ")}, ${took} s: ${fault}`);
  };

  const progress = (times: number) =>
    `${times} of ${rounds} rounds after ${secondsSince(begun)} s: ` +
    `${callers.sent.length} accepted, ${witness.answers} answers, slowest resume ${slowest(seen)} ms, ` +
    `${callers.lost.length} lost, ${stuck.length} stuck, ${witness.stale.length} stale, ` +
    `${faults().length} wrong`;
  const draw = createDraw(options.kinds, rounds, random);
  let ended = 0;
  try {
    await fleet.origin.change(field.pictures.map((picture) => `/media/${picture}`));
    const life = [...Array.from({ length: READERS }, reader), ...Array.from({ length: CALLERS }, caller)];
    const broken = Promise.all(life);
    const rest = (async () => {
      for (; ended < rounds && !isOver(); ended += 1) {
        const misfortunes = draw();
        await round(misfortunes).catch((fault: unknown) => {
          throw new Error(`round ${ended + 1}: ${misfortunes.map(({ name }) => name).join(" and ")}`, {
            cause: fault,
          });
        });
        if ((ended + 1) % ROUNDS_A_LINE === 0) console.log(progress(ended + 1));
      }
      isRunning = false;
    })();
    await Promise.race([broken, rest]);
    await rest;
    await broken;
    const log =
      stuck.length > 0 || options.untilStale ? [] : await faultsOfLog(fleet, callers.sent, SETTLE_MS);
    return {
      ...{ rounds: ended, drawn, seen, stuck, refused: witness.refused },
      ...{
        accepted: callers.sent.length,
        gone: callers.gone,
        retried: callers.retried,
        repeated: callers.repeated,
      },
      ...{ answers: witness.answers, hits: witness.hits, lost: callers.lost, stale: witness.stale },
      wrong: [...faults(), ...log],
    };
  } finally {
    isRunning = false;
    callers.stop();
    await takeovers.close();
  }
}

const secondsSince = (begun: number): number => Math.round((performance.now() - begun) / 1_000);

/** Milliseconds until what a killed worker had in hand was taken up, at most. */
export const slowest = ({ resumed }: Seen): number => Math.round(Math.max(0, ...resumed));

/** A report in a few lines. */
export function summaryOf(report: ChaosReport): string {
  const { seen, drawn, refused } = report;
  const counted = (map: ReadonlyMap<string, number>) =>
    [...map].map(([name, times]) => `${times} × ${name}`).join(", ");
  return [
    `${report.rounds} rounds: ${counted(drawn)}`,
    `${report.accepted} accepted, ${report.repeated} requests repeated, ${report.gone} gone with a restored store, ${report.retried} retries`,
    `${report.answers} answers, ${report.hits} hits, refused: ${counted(refused) || "none"}`,
    `${seen.resumed.length} killed workers, slowest resume ${slowest(seen)} ms; ${seen.thawed} old answers after a thaw to requests of before; ` +
      `${seen.filled} dictionaries filled; ${seen.named} dead nodes named; ${seen.raised} journals raised`,
    `${report.lost.length} lost, ${report.stuck.length} stuck, ${report.stale.length} stale, ${report.wrong.length} wrong`,
  ].join("\n");
}
