import { describe, expect, test } from "vitest";
import { EDGES, type EdgeKind } from "../support/edges.ts";
import { freePort, startFreshet } from "../support/freshet.ts";
import { full } from "../support/size.ts";
import { startDeafNode } from "./deaf-node.ts";
import { startMovingOrigin } from "./moving-origin.ts";
import { runScopeStorm, summaryOf } from "./scope-storm.ts";
import { fieldOf, KINDS, RULES, urlOf } from "./scopes.ts";
import { randomFrom } from "./storm.ts";

const FIELD = fieldOf(24);
const INVALIDATIONS = full ? 500 : 60;
/** What is missing shows within the first ones; this bounds the wait if it does not. */
const MOST_INVALIDATIONS_WITHOUT = 200;
const SEED = Number(process.env.FRESHET_TEST_SEED ?? Date.now() % 1_000_000);
const KEY = "client_0123456789abcdef";

/** One server behind one node, over an origin that is slow whenever it likes. */
async function storm(kind: EdgeKind, letters: string, untilStale: boolean) {
  await using started = new AsyncDisposableStack();
  const random = randomFrom(SEED);
  const origin = await startMovingOrigin({
    delay: () => (random() < 0.3 ? 0 : random() * 80),
    half: () => random() < 0.3,
  });
  started.defer(origin.close);
  await origin.change(FIELD.pictures.map((picture) => `/media/${picture}`));
  const port = await freePort();
  const edge = await kind.start({ backendPort: port });
  started.defer(edge.stop);
  const node = await startDeafNode(edge.url, letters);
  started.defer(node.close);
  const freshet = await startFreshet({
    port,
    config: {
      projects: {
        demo: {
          apiKey: KEY,
          origins: { allow: ["127.0.0.1"], allowPrivate: true },
          aliases: { _site_: `${origin.url}/media` },
          tags: RULES,
        },
      },
      cdn: [{ driver: kind.driver, nodes: [node.url] }],
    },
  });
  started.defer(freshet.stop);
  // Until the node has joined it keeps nothing, and the storm would blow over an empty field.
  const isKept = async () => {
    const answer = await fetch(edge.url + urlOf(FIELD.pictures[0] ?? "", 0));
    await answer.arrayBuffer();
    return answer.headers.get("cache-status");
  };
  await expect.poll(isKept, { timeout: 20_000 }).toContain(`${kind.driver}; hit`);
  const report = await runScopeStorm({
    field: FIELD,
    origin: { ...origin, change: (paths) => origin.change(paths.map((path) => `/media/${path}`)) },
    apis: [freshet.url],
    apiKey: KEY,
    places: [edge.url, freshet.url],
    invalidations: untilStale ? MOST_INVALIDATIONS_WITHOUT : INVALIDATIONS,
    random,
    untilStale,
  });
  console.log(`seed ${SEED}, ${kind.driver}, deaf to "${letters}": ${summaryOf(report)}`);
  return report;
}

for (const kind of EDGES) {
  const { driver, missing } = kind;
  describe.skipIf(missing)(
    `storm of all scopes through server and ${driver}${missing ? ` ${missing}` : ""}`,
    () => {
      test("no answer that begins after Done is older than the invalidation", async () => {
        const report = await storm(kind, "", false);
        expect(report.stale, `seed ${SEED}`).toEqual([]);
        expect(report.broken, `seed ${SEED}`).toEqual([]);
        expect(report.failed).toBe(0);
        expect(report.hits).toBeGreaterThan(0);
        expect(Object.keys(report.byKind)).toHaveLength(KINDS.length);
      });

      test.each([
        ["originals", "o"],
        ["folders", "p"],
        ["the user's", "u"],
        ["projects", "t"],
      ])("where tags of %s do not reach the node the same storm finds older answers", async (_, letter) => {
        const report = await storm(kind, letter, true);
        expect(report.stale.length, `seed ${SEED}`).toBeGreaterThan(0);
      });
    },
  );
}
