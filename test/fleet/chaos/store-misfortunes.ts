import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient, type InvalidationEntry } from "@freshet/core";
import { API_KEY } from "../fleet.ts";
import { type Misfortune, ofOriginals, publish, type Scene, within } from "./misfortune.ts";

const DOWN_MS = 1_000;
/** Servers look at the journal with each heartbeat: what it has lost is found out long before. */
const RAISED_MS = 30_000;

const postgresRestarted: Misfortune = {
  name: "PostgreSQL restarted",
  parts: ["store"],
  async happen(scene) {
    const { postgres } = scene.fleet;
    if (scene.random() < 0.5) {
      await postgres.kill();
      await sleep(within(scene, DOWN_MS));
    }
    await postgres.restart();
  },
};

/**
 * Numbers were given out, and are in nodes and records, that the journal knows nothing of any more. The next ones must be above
 * them, and what was lost must be covered by an `all`.
 */
const storeRestored: Misfortune = {
  name: "the store restored from an older backup",
  parts: ["store"],
  async happen(scene) {
    const { fleet, callers, witness, weather, seen } = scene;
    const picture = scene.newPicture();
    await publish(scene, picture);
    const readAll = () => Promise.all(fleet.places.map((place) => witness.read(picture, 0, place)));
    const known = new Set((await restorations(scene)).map(({ uuid }) => uuid));
    const backedUp = performance.now();
    await fleet.postgres.backUp();
    for (let times = 0; times < 3; times += 1) {
      await (await callers.invalidate(ofOriginals(picture))).ended;
      await readAll();
    }
    weather.restored({ backedUp, stopped: performance.now() });
    const published = [...callers.published];
    await fleet.postgres.restore();
    await (await callers.invalidate(ofOriginals(picture))).ended;
    await readAll();
    const all = await untilCovered(scene, known);
    if (all === undefined) return;
    seen.raised += 1;
    for (const [each, version] of published) witness.done([each], version);
    await readAll();
  },
};

/** The `all` that a journal which lost numbers is given, once it is Done; undefined when there is none in time. */
async function untilCovered(
  scene: Scene,
  known: ReadonlySet<string>,
): Promise<InvalidationEntry | undefined> {
  let found: InvalidationEntry | undefined;
  for (const begun = performance.now(); performance.now() - begun < RAISED_MS; await sleep(50)) {
    const some = (await restorations(scene)).filter(({ uuid }) => !known.has(uuid));
    found = some.find(({ scope }) => scope === "all") ?? found;
    if (found?.status === "DONE") return found;
    if (scene.witness.stale.length > 0) return undefined;
  }
  scene.seen.wrong.push(
    `nothing was done about a restored journal in ${RAISED_MS} ms: ${JSON.stringify(found)}`,
  );
  return undefined;
}

/** Among the newest entries of the log. */
async function restorations({ fleet, weather }: Scene): Promise<readonly InvalidationEntry[]> {
  for (;;) {
    for (const [place, endpoint] of fleet.apis.entries()) {
      if (weather.away.has(place)) continue;
      const client = createInvalidationClient({ endpoint, apiKey: API_KEY, timeoutMs: 3_000 });
      const page = await client.list({ limit: 100 }).catch(() => undefined);
      if (page) return page.invalidations.filter(({ cause }) => cause.kind === "restore");
    }
    await sleep(50);
  }
}

export const STORE_MISFORTUNES = { postgresRestarted, storeRestored };
