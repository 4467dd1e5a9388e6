import { describe, expect, test } from "vitest";
import { summaryOf } from "../storm/scope-storm.ts";
import { KINDS } from "../storm/scopes.ts";
import { full } from "../support/size.ts";
import { fleetIsMissing } from "./fleet.ts";
import { type FleetStormReport, stormOverFleet } from "./fleet-storm.ts";
import { GLASSES, type Scene, SWITCHES } from "./switches.ts";

/** Full size is what freshness is judged by. */
const SIZE = full ? { originals: 10_000, invalidations: 500 } : { originals: 64, invalidations: 48 };
/** For scenes under a glass, which are slower. */
const SMALL = { originals: 24, invalidations: full ? 100 : 12 };
/** A rule that is off shows within seconds, old flights sometimes after a hundred; this bounds the wait if it does not. */
const MOST_INVALIDATIONS_WITHOUT = 600;
const SEED = Number(process.env.FRESHET_TEST_SEED ?? Date.now() % 1_000_000);
const PATIENCE_MS = full ? 3_600_000 : 600_000;

async function storm(
  name: string,
  scene: Scene,
  size: { readonly originals: number; readonly invalidations: number },
  untilStale = false,
): Promise<FleetStormReport> {
  const report = await stormOverFleet({ scene, ...size, seed: SEED, untilStale });
  console.log(
    `seed ${SEED}, 3 servers, 2 Varnish, 1 nginx, ${name}: ${report.filled} fills, ${summaryOf(report)}`,
  );
  return report;
}

// Every scope that the API takes is in it. Dependants are not: test/delivery/watermarks.test.ts invalidates watermarks through each edge,
// dependants.test.ts of the server races them, race-storm.test.ts answers with tags of several sources at the nodes.
describe.skipIf(fleetIsMissing)(`storm over a fleet${fleetIsMissing ? ` ${fleetIsMissing}` : ""}`, () => {
  test(
    "no answer of any server or node that begins after Done is older than the invalidation",
    async () => {
      const report = await storm("as shipped", {}, SIZE);
      expect(report.stale, `seed ${SEED}`).toEqual([]);
      expect(report.broken, `seed ${SEED}`).toEqual([]);
      expect(report.failed).toBe(0);
      expect(report.filled).toBe(SIZE.originals * 5);
      expect(report.hits).toBeGreaterThan(0);
      expect(Object.keys(report.byKind)).toHaveLength(KINDS.length);
    },
    PATIENCE_MS,
  );

  test.each(Object.entries(GLASSES))(
    "nor with %s",
    async (name, scene) => {
      // Whoever asks a server without a database is sent on to the next after two seconds.
      const slow = "isFirstParted" in scene ? 2 : 1;
      const report = await storm(name, scene, { ...SMALL, invalidations: SMALL.invalidations / slow });
      expect(report.stale, `seed ${SEED}`).toEqual([]);
      expect(report.broken, `seed ${SEED}`).toEqual([]);
      expect(report.failed).toBe(0);
      if ("isFirstParted" in scene) expect(report.waitedFor).toBe(2);
    },
    PATIENCE_MS,
  );

  // All of them in full size, else every third by the seed.
  const some = SWITCHES.filter((_, place) => full || place % 3 === SEED % 3);
  test.each(some)(
    "without $off the same storm finds older answers",
    async ({ off, scene }) => {
      const size = { originals: SMALL.originals, invalidations: MOST_INVALIDATIONS_WITHOUT };
      const report = await storm(`without ${off}`, scene, size, true);
      expect(report.stale.length, `seed ${SEED}`).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});
