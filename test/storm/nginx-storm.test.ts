import { createNginxDriver } from "@freshet/cdn/nginx";
import { describe, expect, test } from "vitest";
import { nginxIsMissing, startNginx } from "../support/nginx.ts";
import { full } from "../support/size.ts";
import { runStorm, type StormEdge, type StormReport, summaryOf } from "./storm.ts";
import { NGINX_CHANGES, type NginxChange } from "./without-nginx.ts";

/** Full size is what freshness is judged by. */
const INVALIDATIONS = full ? 200 : 80;
const RESTARTS = full ? 20 : 6;
/** A rule that is off shows within the first seconds; this bounds the wait if it does not. */
const MOST_INVALIDATIONS_WITHOUT = 400;
const SEED = Number(process.env.FRESHET_TEST_SEED ?? Date.now() % 1_000_000);
const HOW = ["quit", "stop", "crash"] as const;

const missing = nginxIsMissing();

async function stormWithout(
  changes: readonly NginxChange[],
  options: { readonly untilStale?: boolean; readonly restarts?: number; readonly isFull?: boolean } = {},
): Promise<StormReport> {
  const { untilStale = false, restarts, isFull = false } = options;
  let ends = 0;
  const edge: StormEdge = {
    async start(backendPort) {
      const nginx = await startNginx({
        backendPort,
        workers: 4,
        changes: changes.map((change) => NGINX_CHANGES[change]),
        ...(isFull ? { numbers: "64k" } : {}),
      });
      return { url: nginx.url, stop: nginx.stop, restart: () => nginx.restart(HOW[ends++ % HOW.length]) };
    },
    drive: createNginxDriver,
  };
  const report = await runStorm({
    edge,
    invalidations: untilStale ? MOST_INVALIDATIONS_WITHOUT : INVALIDATIONS,
    seed: SEED,
    untilStale,
    ...(restarts === undefined ? {} : { restarts }),
    ...(isFull ? { ballast: 100 } : {}),
  });
  console.log(
    `seed ${SEED}, ${restarts ?? 0} restarts${isFull ? ", a full dictionary" : ""}, without ${changes.join(" and ") || "nothing"}: ${summaryOf(report)}`,
  );
  return report;
}

describe.skipIf(missing)(`race storm against nginx${missing ? ` ${missing}` : ""}`, () => {
  test("no answer that begins after Done is older than the invalidation", async () => {
    const report = await stormWithout([]);
    expect(report.stale, `seed ${SEED}`).toEqual([]);
    expect(report.fenced).toBeGreaterThan(0);
    expect(report.hits).toBeGreaterThan(0);
  });

  test("nor with a wide window between comparing a number and setting it", async () => {
    const report = await stormWithout(["the haste between comparing and setting"]);
    expect(report.stale, `seed ${SEED}`).toEqual([]);
  });

  test("nor when the node is ended and started again with its disk, in every way", async () => {
    const report = await stormWithout([], { restarts: RESTARTS });
    expect(report.stale, `seed ${SEED}`).toEqual([]);
    expect(report.hits).toBeGreaterThan(0);
  });

  test("nor when there is no room for the numbers, again and again", async () => {
    const report = await stormWithout([], { isFull: true });
    expect(report.stale, `seed ${SEED}`).toEqual([]);
    expect(report.hits).toBeGreaterThan(0);
  });

  test.each<{ off: NginxChange; restarts?: number; isFull?: boolean }>([
    { off: "the check on use" },
    { off: "a name for each fill" },
    { off: "the maximum" },
    { off: "the base number", restarts: 40 },
    { off: "giving numbers up together", isFull: true },
  ])("without $off the same storm finds older answers", async ({ off, ...more }) => {
    const options = { untilStale: true, ...more };
    const report = await stormWithout([off], options);
    expect(report.stale.length, `seed ${SEED}`).toBeGreaterThan(0);
  });
});
