import { describe, expect, test } from "vitest";
import { fieldOf, RULES } from "../storm/scopes.ts";
import { randomFrom } from "../storm/storm.ts";
import { NGINX_CHANGES, type NginxChange } from "../storm/without-nginx.ts";
import { full } from "../support/size.ts";
import { type ChaosReport, runChaos, slowest, summaryOf } from "./chaos/chaos.ts";
import { createGate } from "./chaos/gate.ts";
import type { Misfortune } from "./chaos/misfortune.ts";
import { NODE_MISFORTUNES } from "./chaos/node-misfortunes.ts";
import { SERVER_MISFORTUNES } from "./chaos/server-misfortunes.ts";
import { STORE_MISFORTUNES } from "./chaos/store-misfortunes.ts";
import { type FleetOptions, fleetIsMissing, startFleet } from "./fleet.ts";
import { type Edit, serverWithout } from "./server-without.ts";

/** Full size is what the fleet is judged by. */
const ROUNDS = full ? 200 : 7;
/** No round begins later: what did not fit in is a failure, and the report says what was found until then. */
const MOST_MS = full ? 3_600_000 : 540_000;
/** A rule that is off shows in the first round or two; this bounds the wait if it does not. */
const WITHOUT = { rounds: 12, mostMs: 180_000 };
const SEED = Number(process.env.FRESHET_TEST_SEED ?? Date.now() % 1_000_000);
const PICTURES = 24;
const LEASE_MS = 1_000;
/** After this time what a dead worker had in hand is another's, as shipped. */
const IN_HAND_MS = 10_000;
const ALL = [SERVER_MISFORTUNES, STORE_MISFORTUNES, NODE_MISFORTUNES].flatMap((some): readonly Misfortune[] =>
  Object.values(some),
);
const WHOLE = { servers: 3, varnish: full ? 2 : 1, nginx: full ? 2 : 1 };
const SMALL = { servers: 2, varnish: 1, nginx: 1 };

interface Switch {
  readonly off: string;
  /** What shows it. */
  readonly kind: Misfortune;
  readonly edits?: readonly Edit[];
  readonly nginx?: NginxChange;
}

/** Rules without which older answers are found. */
const SWITCHES: readonly Switch[] = [
  {
    off: "looking at the lease",
    kind: SERVER_MISFORTUNES.serverFrozen,
    edits: [{ file: "instances/lease.js", from: "return holds;", to: "return true;" }],
  },
  {
    off: "numbers that never go back",
    kind: STORE_MISFORTUNES.storeRestored,
    edits: [
      {
        file: "invalidation/journal.js",
        from: "const isBehind = await isForeign(db, seen, n);",
        to: "const isBehind = false;",
      },
    ],
  },
  {
    off: "asking after a start",
    kind: NODE_MISFORTUNES.nginxRestarted,
    nginx: "asking after a start",
  },
];

interface Weathered extends Pick<FleetOptions, "servers" | "varnish" | "nginx" | "nginxChanges"> {
  readonly name: string;
  readonly kinds: readonly Misfortune[];
  readonly rounds: number;
  readonly mostMs: number;
  readonly untilStale: boolean;
  readonly edits?: readonly Edit[];
}

async function chaos({ name, edits = [], ...options }: Weathered): Promise<ChaosReport> {
  const random = randomFrom(SEED);
  const gate = createGate(() => (random() < 0.5 ? 0 : random() * 40));
  await using started = new AsyncDisposableStack();
  const server = edits.length > 0 ? await serverWithout(edits) : undefined;
  if (server) started.defer(server.remove);
  const fleet = await startFleet({
    ...options,
    ...{ leaseMs: LEASE_MS, tags: RULES, nginxNumbers: "64k", patienceMs: 8_000 },
    delay: gate.delay,
    half: () => random() < 0.3,
    main: () => server?.main,
  });
  started.defer(fleet.stop);
  const report = await runChaos({ ...options, fleet, gate, field: fieldOf(PICTURES), seed: SEED, random });
  console.log(`seed ${SEED}, ${name}: ${summaryOf(report)}`);
  return report;
}

describe.skipIf(fleetIsMissing)(`chaos${fleetIsMissing ? ` ${fleetIsMissing}` : ""}`, () => {
  test(`in ${ROUNDS} rounds of misfortunes nothing is lost, nothing is stuck and nothing is old after Done`, {
    timeout: MOST_MS + 240_000,
  }, async () => {
    const report = await chaos({
      ...{ name: "everything", ...WHOLE, kinds: ALL, rounds: ROUNDS, mostMs: MOST_MS, untilStale: false },
    });
    const { lost, stuck, stale, wrong, seen } = report;
    expect({ lost, stuck, stale, wrong }, `seed ${SEED}`).toEqual({
      ...{ lost: [], stuck: [], stale: [], wrong: [] },
    });
    expect(report.rounds).toBe(ROUNDS);
    // Every misfortune came, and was one.
    expect([...report.drawn.keys()].sort()).toEqual(ALL.map(({ name }) => name).sort());
    expect(seen.resumed.length).toBeGreaterThan(0);
    expect(slowest(seen)).toBeLessThanOrEqual(IN_HAND_MS + 1_000);
    const { thawed, filled, named, raised } = seen;
    const times = { thawed, filled, named, raised, retried: report.retried, hits: report.hits };
    expect(Object.entries(times).filter(([, each]) => each === 0)).toEqual([]);
  });

  // All of them in full size, else one by the seed.
  const some = SWITCHES.filter((_, place) => full || place === SEED % SWITCHES.length);
  test.each(some)(
    "without $off it finds older answers",
    { timeout: WITHOUT.mostMs + 120_000 },
    async ({ off, ...rest }) => {
      const { kind, edits = [], nginx } = rest;
      const report = await chaos({
        ...{ name: `without ${off}`, ...SMALL, ...WITHOUT, kinds: [kind], untilStale: true, edits },
        ...(nginx ? { nginxChanges: [NGINX_CHANGES[nginx]] } : {}),
      });
      expect(report.stale.length, `seed ${SEED}`).toBeGreaterThan(0);
    },
  );
});
