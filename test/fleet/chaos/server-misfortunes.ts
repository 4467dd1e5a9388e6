import { setTimeout as sleep } from "node:timers/promises";
import type { FleetServer } from "../fleet-server.ts";
import { type Misfortune, ofOriginals, publish, type Scene, untilStarted, within } from "./misfortune.ts";

/** Until a worker has in hand what was sent to it. */
const IN_HAND_MS = 10_000;
/** Another worker may have been quicker: then nothing was in the hand of the one that was to be killed, and it comes again. */
const MOST_TRIES = 12;
/** So long it is watched whether what a dead worker had in hand is taken up. */
const LATE_MS = 60_000;
/** A frozen server whose fill another one's answer overtook gave nothing old: that was no misfortune, and it is frozen again. */
const MOST_FROZEN = 4;
/** A server stands still for so long at most: shorter than what its nodes wait for it, so that it is thawed in the middle. */
const FROZEN_MS = 6_000;
const DOWN_MS = 800;

/** One that a node asks first. */
function anyServer(scene: Scene): { readonly place: number; readonly server: FleetServer } {
  const { nodes, servers } = scene.fleet;
  const place = within(scene, nodes.length) % servers.length;
  const server = servers[place];
  if (!server) throw new Error("The fleet has no server.");
  return { place, server };
}

async function startAgain({ weather }: Scene, place: number, server: FleetServer): Promise<void> {
  await untilStarted(() => server.restart());
  weather.away.delete(place);
}

/** Kills a server that works on an invalidation; says why not where it did not. */
async function killAtWork(scene: Scene): Promise<string | undefined> {
  const { gate, weather, witness, callers, takeovers, seen } = scene;
  const { place, server } = anyServer(scene);
  const picture = scene.newPicture();
  await publish(scene, picture);
  // Known to this server alone: no other one asks the origin for it.
  await witness.read(picture, 0, server.url);
  const held = gate.hold(`/media/${picture}`);
  const sent = await callers.invalidate(ofOriginals(picture), place);
  const begun = performance.now();
  const isReached = await Promise.race([
    held.reached.then(() => true),
    sent.ended.then(() => false),
    sleep(IN_HAND_MS, false),
  ]);
  if (!isReached) {
    const why = `after ${Math.round(performance.now() - begun)} ms ${sent.said()}`;
    held.letGo();
    return why;
  }
  weather.away.add(place);
  await server.kill();
  const resumed = await takeovers.after(sent.uuid, LATE_MS);
  held.letGo();
  if (resumed === "late")
    seen.wrong.push(`what a killed worker had in hand was not taken up in ${LATE_MS} ms`);
  else if (resumed !== undefined) seen.resumed.push(resumed);
  await startAgain(scene, place, server);
  await sent.ended;
  return resumed === undefined ? `${sent.uuid} was in nobody's hand` : undefined;
}

/** It had an invalidation in hand: the origin's answer, which it waits for, is held until it is dead. */
const workerKilled: Misfortune = {
  name: "a worker killed with an invalidation in hand",
  parts: ["servers", "store"],
  async happen(scene) {
    const tries: string[] = [];
    while (tries.length < MOST_TRIES) {
      const why = await killAtWork(scene);
      if (why === undefined) return;
      tries.push(why);
    }
    scene.seen.wrong.push(
      `no worker had an invalidation in hand in ${MOST_TRIES} tries: ${tries.join("; ")}`,
    );
  },
};

const serverKilled: Misfortune = {
  name: "a server killed",
  parts: ["servers"],
  async happen(scene) {
    const { place, server } = anyServer(scene);
    await sleep(within(scene, 300));
    scene.weather.away.add(place);
    await server.kill();
    await sleep(within(scene, DOWN_MS));
    await startAgain(scene, place, server);
  },
};

/** Freezes a server once; how many visitors of before the invalidation were answered with what was there then. */
async function answersOfBefore(scene: Scene): Promise<number> {
  const { fleet, gate, weather, witness, callers } = scene;
  const { place, server } = anyServer(scene);
  const [begun, warm] = [scene.newPicture(), scene.newPicture()];
  const before = await publish(scene, begun, warm);
  for (let times = 0; times < 2; times += 1) {
    for (let variant = 0; variant < 4; variant += 1) await witness.read(warm, variant, server.url);
  }
  const held = gate.hold(`/media/${begun}`);
  const behind = fleet.nodes.filter((_, each) => each % fleet.servers.length === place);
  const early = [server, ...behind].map(({ url }) => witness.read(begun, 0, url));
  await Promise.race([held.reached, sleep(2_000)]);
  await sleep(50);
  weather.away.add(place);
  server.freeze();
  const frozen = sleep(FROZEN_MS);
  try {
    const sent = await callers.invalidate(ofOriginals(begun, warm));
    await Promise.race([sent.ended, frozen]);
    const asked = [0, 1, 2, 3].map((variant) => witness.read(warm, variant, server.url));
    await sleep(50);
    held.letGo();
    await sleep(20);
    server.thaw();
    const late = fleet.places.map((each) => witness.read(begun, 0, each));
    await Promise.all([...asked, ...late]);
    await Promise.all(fleet.places.map((each) => witness.read(begun, 0, each)));
    return (await Promise.all(early)).filter((version) => version === before).length;
  } finally {
    held.letGo();
    server.thaw();
    weather.away.delete(place);
  }
}

/**
 * It stands still past its lease in the middle of a fill that visitors wait for, of it and of its nodes, and is thawed when the
 * invalidation of the picture is Done. The old bytes that it read are for those visitors alone. Who asks it while it stands still
 * is answered by a server that does not know yet what it has missed.
 */
const serverFrozen: Misfortune = {
  name: "a server frozen past its lease and thawed in the middle of an answer",
  parts: ["servers"],
  async happen(scene) {
    for (let times = 0; times < MOST_FROZEN; times += 1) {
      const old = await answersOfBefore(scene);
      scene.seen.thawed += old;
      if (old > 0 || scene.witness.stale.length > 0) return;
    }
  },
};

export const SERVER_MISFORTUNES = { workerKilled, serverKilled, serverFrozen };
