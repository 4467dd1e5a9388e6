import { createVarnishDriver } from "@freshet/cdn/varnish";
import { describe, expect, test } from "vitest";
import { full } from "../support/size.ts";
import { startVarnish, varnishIsMissing } from "../support/varnish.ts";
import { runStorm, type StormEdge, type StormReport, summaryOf } from "./storm.ts";
import { type Change, vclWithout } from "./without.ts";

/** Full size is what freshness is judged by. */
const INVALIDATIONS = full ? 200 : 80;
/** A rule that is off shows within the first seconds; this bounds the wait if it does not. */
const MOST_INVALIDATIONS_WITHOUT = 400;
const SEED = Number(process.env.FRESHET_TEST_SEED ?? Date.now() % 1_000_000);

const missing = await varnishIsMissing();

async function stormWithout(changes: readonly Change[], untilStale: boolean): Promise<StormReport> {
  const vcl = await vclWithout(changes);
  const invalidations = untilStale ? MOST_INVALIDATIONS_WITHOUT : INVALIDATIONS;
  try {
    const edge: StormEdge = {
      start: (backendPort) => startVarnish({ backendPort, vcl: vcl.path }),
      drive: createVarnishDriver,
    };
    const report = await runStorm({ edge, invalidations, seed: SEED, untilStale });
    console.log(`seed ${SEED}, without ${changes.join(" and ") || "nothing"}: ${summaryOf(report)}`);
    return report;
  } finally {
    await vcl.remove();
  }
}

describe.skipIf(missing)(`race storm against Varnish${missing ? ` ${missing}` : ""}`, () => {
  test("no answer that begins after Done is older than the invalidation", async () => {
    const report = await stormWithout([], false);
    expect(report.stale, `seed ${SEED}`).toEqual([]);
    expect(report.fenced).toBeGreaterThan(0);
    expect(report.hits).toBeGreaterThan(0);
  });

  test("nor with a wide window between the check on store and the tag index", async () => {
    const report = await stormWithout(["the haste between check and index"], false);
    expect(report.stale, `seed ${SEED}`).toEqual([]);
    expect(report.fenced).toBeGreaterThan(0);
  });

  test.each<{ off: Change; glass: readonly Change[] }>([
    { off: "the fence", glass: [] },
    { off: "the check on use", glass: ["the haste between check and index"] },
    { off: "the check behind the tag index", glass: ["the haste between check and index"] },
    { off: "the atomic maximum", glass: [] },
  ])("without $off the same storm finds older answers", async ({ off, glass }) => {
    const report = await stormWithout([off, ...glass], true);
    expect(report.stale.length, `seed ${SEED}`).toBeGreaterThan(0);
  });
});
