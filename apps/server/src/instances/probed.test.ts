import { setTimeout as sleep } from "node:timers/promises";
import type { CdnDriver } from "@freshet/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEdge } from "./edge.test.support.ts";
import { type Fleet, newFolder, startFleet } from "./fleet.test.support.ts";

const HAT = "/hat.gif";

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.stop());

/** A bought CDN: it forgets what it is told to, and compares nothing. */
function createZone(settleMs?: number) {
  const purges: { readonly sequence: number; readonly at: number }[] = [];
  const driver: CdnDriver = {
    name: "zone",
    ending: "probed",
    limits: settleMs === undefined ? { batch: 30 } : { batch: 30, settleMs },
    purgeTags: async ({ sequence }) => {
      purges.push({ sequence, at: performance.now() });
    },
  };
  return { driver, purges };
}

test("a node that cannot fence is purged when the fencing ones are done and no older response is under way", async () => {
  const [zone, edge] = [createZone(), createEdge()];
  let fenced = 0;
  const purgeTags: typeof edge.driver.purgeTags = async (purge, signal) => {
    await sleep(30);
    await edge.driver.purgeTags?.(purge, signal);
    fenced = performance.now();
  };
  const drivers = [zone.driver, { ...edge.driver, purgeTags }];
  const a = await fleet.start({ name: "a", drivers });
  const b = await fleet.start({ name: "b", drivers, role: "delivery" });
  const release = fleet.hold(HAT);
  const slow = b.get(HAT);
  await expect.poll(() => fleet.fetches()).toBe(1);
  zone.purges.length = 0;
  const uuid = await a.invalidate(HAT);
  await expect.poll(() => fenced).toBeGreaterThan(0);
  await sleep(100);
  expect(zone.purges).toEqual([]);
  const released = performance.now();
  release();
  await slow;
  expect((await a.ended(uuid)).status).toBe("DONE");
  expect(zone.purges).toHaveLength(1);
  expect(zone.purges[0]?.at).toBeGreaterThan(Math.max(fenced, released));
});

test("a response that does not end in time is cut off", async () => {
  const zone = createZone();
  const a = await fleet.start({ name: "a", drivers: [zone.driver], tuning: { drainMs: 100 } });
  fleet.hold(HAT);
  const cut = a.get(HAT).then(
    () => "answered",
    () => "cut off",
  );
  await expect.poll(() => fleet.fetches()).toBe(1);
  expect((await a.ended(await a.invalidate("/other.gif"))).status).toBe("DONE");
  expect(await cut).toBe("cut off");
});

test("a purge is repeated when everything has settled, and again when an instance is back that was skipped", async () => {
  const zone = createZone(20);
  const drivers = [zone.driver];
  const a = await fleet.start({ name: "a", drivers, tuning: { longestFillMs: 150 } });
  const b = await fleet.start({ name: "b", drivers, role: "delivery" });
  await sleep(100);
  zone.purges.length = 0;
  await a.ended(await a.invalidate(HAT));
  await expect.poll(() => zone.purges.length).toBe(2);
  const [first, second] = zone.purges;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(145);

  b.freeze();
  const done = await a.ended(await a.invalidate(HAT));
  expect(done.stages[2]?.targets.map(({ status }) => status)).toEqual(["done", "skipped"]);
  await expect.poll(() => zone.purges.length).toBe(4);
  await sleep(400);
  expect(zone.purges).toHaveLength(4);
  const thawed = performance.now();
  b.thaw();
  await expect.poll(() => zone.purges.length).toBe(6);
  expect(zone.purges.map(({ sequence }) => sequence)).toEqual([1, 1, 2, 2, 2, 2]);
  // At once, and when what it sent at last has settled: counted from its return, however late the first one is.
  expect((zone.purges[5]?.at ?? 0) - thawed).toBeGreaterThan(145);
});

test("a purge that is to be repeated later is not done with because a skipped instance came back sooner", async () => {
  const zone = createZone(20);
  const a = await fleet.start({ name: "a", drivers: [zone.driver], tuning: { longestFillMs: 5_000 } });
  const b = await fleet.start({ name: "b", role: "delivery" });
  b.freeze();
  const begun = performance.now();
  await a.ended(await a.invalidate(HAT));
  const settling = async () => {
    const db = a.store.db.$extendTables<{ settle_purge: { id: string; next_at: number } }>();
    return db.selectFrom("settle_purge").select("next_at").execute();
  };
  const before = zone.purges.length;
  b.thaw();
  await expect.poll(() => zone.purges.length).toBe(before + 1);
  const [left] = await settling();
  expect(Number(left?.next_at) - Date.now() + (performance.now() - begun)).toBeGreaterThan(5_000);
});

test("what a skipped instance may have left is purged again also when it comes back as another boot", async () => {
  const zone = createZone(20);
  const folder = await newFolder();
  // Long enough for the purge at once to go before: if both are due on a busy machine, one of them says it all.
  const a = await fleet.start({ name: "a", drivers: [zone.driver], tuning: { longestFillMs: 1_000 } });
  const b = await fleet.start({ folder, role: "delivery" });
  b.freeze();
  await a.ended(await a.invalidate(HAT));
  await expect.poll(() => zone.purges.filter(({ sequence }) => sequence === 1).length).toBe(2);
  await b.crash();
  await fleet.start({ folder, role: "delivery" });
  await expect.poll(() => zone.purges.filter(({ sequence }) => sequence === 1).length).toBe(4);
  await expect.poll(async () => (await a.instances()).length).toBe(2);
});
