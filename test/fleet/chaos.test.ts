import { describe, expect, test } from "vitest";
import { PICTURES, RULES, randomChange } from "../storm/scopes.ts";
import { randomFrom } from "../storm/storm.ts";
import { full } from "../support/size.ts";
import { type ChaosReport, runChaos, slowest, summaryOf } from "./chaos/chaos.ts";
import { createGate } from "./chaos/gate.ts";
import type { Misfortune } from "./chaos/misfortune.ts";
import { NODE_MISFORTUNES } from "./chaos/node-misfortunes.ts";
import { SERVER_MISFORTUNES } from "./chaos/server-misfortunes.ts";
import { STORE_MISFORTUNES } from "./chaos/store-misfortunes.ts";
import { fleetIsMissing, startFleet } from "./fleet.ts";
import { type Edit, serverWithout } from "./server-without.ts";

const ROUNDS = full ? 200 : 8;
/** No round begins later: what did not fit in is a failure, and the report says what was found until then. */
const MOST_MS = full ? 1_500_000 : 540_000;
const SEED = Number(process.env.FRESHET_TEST_SEED ?? Date.now() % 1_000_000);
const LEASE_MS = 1_000;
/**
 * After this time what a dead worker had in hand is another's; ten seconds as shipped. Where it is shorter than a busy machine lets a
 * process stand still, workers that live lose what they have in hand too, and it is done twice.
 */
const IN_HAND_MS = 3_000;
const SHORTER: Edit = {
  file: "invalidation/tuning.js",
  from: "leaseMs: 10_000,",
  to: `leaseMs: ${IN_HAND_MS},`,
};
const ALL = [SERVER_MISFORTUNES, STORE_MISFORTUNES, NODE_MISFORTUNES].flatMap((some): readonly Misfortune[] =>
  Object.values(some),
);

async function chaos(options: {
  readonly kinds: readonly Misfortune[];
  readonly rounds: number;
  readonly untilStale: boolean;
  readonly name: string;
}): Promise<ChaosReport> {
  const random = randomFrom(SEED);
  const gate = createGate(() => (random() < 0.5 ? 0 : random() * 40));
  await using started = new AsyncDisposableStack();
  const server = await serverWithout([SHORTER]);
  started.defer(server.remove);
  const fleet = await startFleet({
    ...{ servers: 3, varnish: full ? 2 : 1, nginx: full ? 2 : 1, leaseMs: LEASE_MS, tags: RULES },
    delay: gate.delay,
    half: () => random() < 0.3,
    nginxNumbers: "64k",
    patienceMs: 8_000,
    main: () => server.main,
  });
  started.defer(fleet.stop);
  const field = { pictures: PICTURES, change: randomChange };
  const report = await runChaos({ ...options, mostMs: MOST_MS, fleet, gate, field, seed: SEED, random });
  console.log(`seed ${SEED}, ${options.name}: ${summaryOf(report)}`);
  return report;
}

describe.skipIf(fleetIsMissing)(`chaos${fleetIsMissing ? ` ${fleetIsMissing}` : ""}`, () => {
  test(`in ${ROUNDS} rounds of misfortunes nothing is lost, nothing is stuck and nothing is old after Done`, {
    timeout: MOST_MS + 240_000,
  }, async () => {
    const { seen, ...report } = await chaos({
      kinds: ALL,
      rounds: ROUNDS,
      untilStale: false,
      name: "everything",
    });
    const { lost, stuck, stale, wrong } = report;
    expect({ lost, stuck, stale, wrong }, `seed ${SEED}`).toEqual({
      lost: [],
      stuck: [],
      stale: [],
      wrong: [],
    });
    expect(report.rounds).toBe(ROUNDS);
    // Every misfortune came, and was one.
    expect([...report.drawn.keys()].sort()).toEqual(ALL.map(({ name }) => name).sort());
    expect(seen.resumed.length).toBeGreaterThan(0);
    expect(slowest(seen)).toBeLessThanOrEqual(IN_HAND_MS + 1_000);
    for (const times of [seen.thawed, seen.filled, seen.named, seen.raised, report.retried, report.hits])
      expect(times).toBeGreaterThan(0);
  });
});
