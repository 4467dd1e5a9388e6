import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEdge } from "./edge.test.support.ts";
import { type Fleet, LEASE_MS, newFolder, startFleet } from "./fleet.test.support.ts";

const HAT = "/hat.gif";
/** A lease that nothing but waiting for it takes as long as, however busy the machine is. */
const LONG_MS = 5_000;

/** The instance that stands still: what it has no part in, such as carrying entries, cannot stand still with it. */
const B = { name: "b", role: "delivery" } as const;

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.stop());

test("an invalidation accepted by one instance is applied by all before the edge hears of it, and Done names them", async () => {
  const edge = createEdge();
  const lags: number[] = [];
  const purgeTags: typeof edge.driver.purgeTags = async (purge, signal) => {
    for (const { lag } of await a.instances()) lags.push(lag);
    await edge.driver.purgeTags?.(purge, signal);
  };
  const drivers = [{ ...edge.driver, purgeTags }];
  const a = await fleet.start({ name: "a", drivers });
  const b = await fleet.start({ name: "b", drivers });
  const c = await fleet.start({ name: "c", drivers });
  edge.inner = c;
  for (const instance of [a, b, c]) expect((await instance.get(HAT)).version).toBe(0);
  for (let round = 1; round <= 10; round += 1) {
    const version = fleet.publish(HAT);
    const accepting = [a, b, c][round % 3] ?? a;
    const done = await accepting.ended(await accepting.invalidate(HAT));
    expect(done).toMatchObject({ status: "DONE", error: null });
    expect(done.stages[2]?.targets.map(({ node, status, lag }) => [node, status, lag])).toEqual([
      ["a", "done", 0],
      ["b", "done", 0],
      ["c", "done", 0],
    ]);
    for (const instance of [a, b, c]) expect((await instance.get(HAT)).version).toBe(version);
    expect((await edge.get(HAT)).version).toBe(version);
  }
  expect(lags.every((lag) => lag === 0)).toBe(true);
  expect(await a.instances()).toMatchObject([
    { name: "a", role: "all", lag: 0, state: "current" },
    { name: "b", role: "all", lag: 0, state: "current" },
    { name: "c", role: "all", lag: 0, state: "current" },
  ]);
});

test("a slow instance is waited for, and the log says who it is", async () => {
  const [a, b] = [await fleet.start({ name: "a" }), await fleet.start(B)];
  await b.get(HAT);
  b.freeze();
  fleet.publish(HAT);
  const uuid = await a.invalidate(HAT);
  await expect.poll(async () => (await a.entry(uuid)).status).toBe("FLUSHINGCLOUDIMAGESERVER");
  await sleep(LEASE_MS / 2);
  const waiting = await a.entry(uuid);
  expect(waiting.stages[2]?.targets).toMatchObject([
    { node: "a", status: "done", lag: 0 },
    { node: "b", status: "waiting", lag: 1 },
  ]);
  b.thaw();
  const done = await a.ended(uuid);
  expect(done.stages[2]?.targets).toMatchObject([
    { node: "a", status: "done" },
    { node: "b", status: "done" },
  ]);
  expect((await b.get(HAT)).version).toBe(1);
});

test("an instance that stands still past its lease is skipped, and answers nothing from its caches until it has caught up", async () => {
  const edge = createEdge();
  const a = await fleet.start({ name: "a", drivers: [edge.driver] });
  const b = await fleet.start({ ...B, leaseMs: LONG_MS });
  edge.inner = b;
  await b.get(HAT);
  await edge.get(HAT);
  b.freeze();
  // What it was reading of the journal when it stood still it reads to its end.
  await sleep(200);
  const version = fleet.publish(HAT);
  const begun = performance.now();
  const done = await a.ended(await a.invalidate(HAT), LONG_MS * 4);
  expect(performance.now() - begun).toBeGreaterThan(LONG_MS);
  expect(done).toMatchObject({ status: "DONE" });
  expect(done.stages[2]?.targets).toMatchObject([
    { node: "a", status: "done", lag: 0 },
    { node: "b", status: "skipped", lag: 1 },
  ]);
  // Directly: the bytes are new, and nobody may keep them.
  const direct = await b.get(HAT);
  expect(direct).toMatchObject({ status: 200, version, stamp: 0 });
  expect(direct.headers["cache-control"]).toBe("no-store");
  expect((await a.instances()).map(({ state }) => state)).toEqual(["current", "skipped"]);

  // Others are not held up by it again.
  const again = performance.now();
  const next = fleet.publish("/other.gif");
  await a.ended(await a.invalidate("/other.gif"));
  expect(performance.now() - again).toBeLessThan(LONG_MS);
  expect((await b.get("/other.gif")).version).toBe(next);

  b.thaw();
  await expect.poll(async () => (await a.instances())[1]?.state).toBe("current");
  expect((await b.get(HAT)).headers["cache-control"]).toContain("max-age");
  expect((await edge.get(HAT)).version).toBe(version);
});

test("what an edge demands is applied first; what cannot be in time is answered 503", async () => {
  const [a, b] = [await fleet.start({ name: "a" }), await fleet.start(B)];
  await b.get(HAT);
  b.freeze("clocks stand still");
  const version = fleet.publish(HAT);
  await a.ended(await a.invalidate(HAT));
  // Its clocks saw nothing, so it believes in its lease; the edge has heard number 1.
  expect((await b.get(HAT)).version).toBe(version - 1);
  expect(await b.get(HAT, { "freshet-demand": "1" })).toMatchObject({ status: 200, version, stamp: 1 });
  for (const junk of ["", "x", "-1", "1e3", "9".repeat(15), "9".repeat(40)]) {
    expect((await b.get(HAT, { "freshet-demand": junk })).status, junk).toBe(200);
  }
  await b.store.close();
  const behind = await b.get(HAT, { "freshet-demand": "2" });
  expect(behind).toMatchObject({ status: 503, version: undefined });
  expect(behind.headers).toMatchObject({ "freshet-error": "INSTANCE_BEHIND", "cache-control": "no-store" });
  expect(Number(behind.headers["retry-after"])).toBeGreaterThan(0);
});

test.each([{ demands: true }, { demands: false }])(
  "an instance whose clocks missed that it stood still refills no edge that demands: $demands",
  async ({ demands }) => {
    const edge = createEdge({ demands });
    const a = await fleet.start({ name: "a", drivers: [edge.driver] });
    const b = await fleet.start(B);
    edge.inner = b;
    await edge.get(HAT);
    b.freeze("clocks stand still");
    const version = fleet.publish(HAT);
    await a.ended(await a.invalidate(HAT));
    const { version: shown } = await edge.get(HAT);
    // Without the demand this is how old bytes come back.
    expect(shown).toBe(demands ? version : version - 1);
  },
);

test("an answer that a frozen instance had begun is no younger when it thaws, and nobody keeps it", async () => {
  const edge = createEdge();
  const a = await fleet.start({ name: "a", drivers: [edge.driver] });
  const b = await fleet.start(B);
  edge.inner = b;
  const release = fleet.hold(HAT);
  const begun = edge.get(HAT);
  await expect.poll(() => fleet.fetches()).toBe(1);
  b.freeze();
  const version = fleet.publish(HAT);
  await a.ended(await a.invalidate(HAT));
  const after = edge.get(HAT);
  await sleep(50);
  release();
  expect((await begun).version).toBe(0);
  b.thaw();
  expect((await after).version).toBe(version);
  expect((await edge.get(HAT)).version).toBe(version);
  expect((await b.get(HAT)).version).toBe(version);
});

test("past the lease many visitors share two readings of the origin", async () => {
  const b = await fleet.start(B);
  await b.get(HAT);
  b.freeze();
  await sleep(LEASE_MS);
  const before = fleet.fetches();
  const release = fleet.hold(HAT);
  const answers = Array.from({ length: 20 }, () => b.get(HAT));
  await sleep(400);
  const late = Array.from({ length: 20 }, () => b.get(HAT));
  await sleep(400);
  release();
  for (const { status, version } of await Promise.all([...answers, ...late]))
    expect([status, version]).toEqual([200, 0]);
  expect(fleet.fetches() - before).toBe(2);
});

test("an instance that starts with a warm disk while an invalidation waits serves nothing old, and Done waits for it", async () => {
  const folder = await newFolder();
  const first = await fleet.start({ name: "c", folder });
  await first.get(HAT);
  await sleep(50);
  await first.stop();
  const [a, b] = [await fleet.start({ name: "a" }), await fleet.start(B)];
  b.freeze();
  const version = fleet.publish(HAT);
  const uuid = await a.invalidate(HAT);
  const c = await fleet.start({ name: "c2", folder });
  expect((await c.get(HAT)).version).toBe(version);
  b.thaw();
  const done = await a.ended(uuid);
  expect(done.stages[2]?.targets.map(({ node, status }) => [node, status])).toContainEqual(["c2", "done"]);
});

test("an instance that was removed registers anew", async () => {
  const [a, b] = [await fleet.start({ name: "a" }), await fleet.start({ name: "b" })];
  await b.get(HAT);
  const db = a.store.db.$extendTables<{ instance_row: { name: string; epoch: number } }>();
  await db.deleteFrom("instance_row").where("name", "=", "b").execute();
  await expect.poll(async () => (await a.instances()).map(({ name }) => name)).toEqual(["a", "b"]);
  const version = fleet.publish(HAT);
  await a.ended(await a.invalidate(HAT));
  expect((await b.get(HAT)).version).toBe(version);
});

test("an instance that stops signs off, and a boot on the folder of a killed one replaces it: nobody waits for either", async () => {
  const folder = await newFolder();
  const a = await fleet.start({ name: "a" });
  await (await fleet.start({ name: "b", leaseMs: LONG_MS })).stop();
  const killed = await fleet.start({ folder, leaseMs: LONG_MS });
  await killed.crash();
  await fleet.start({ folder });
  expect(await a.instances()).toHaveLength(2);
  const begun = performance.now();
  await a.ended(await a.invalidate(HAT));
  expect(performance.now() - begun).toBeLessThan(LONG_MS);
});

test("roles: control carries invalidations through and is not waited for, delivery serves and has no API", async () => {
  const edge = createEdge();
  const control = await fleet.start({ name: "control", role: "control", drivers: [edge.driver] });
  const delivery = await fleet.start({ name: "delivery", role: "delivery", drivers: [edge.driver] });
  edge.inner = delivery;
  expect((await edge.get(HAT)).version).toBe(0);
  const version = fleet.publish(HAT);
  const done = await control.ended(await control.invalidate(HAT));
  expect(done.stages[2]?.targets.map(({ node }) => node)).toEqual(["delivery"]);
  expect((await edge.get(HAT)).version).toBe(version);
  expect((await control.get(HAT)).status).toBe(404);
  const { statusCode } = await delivery.server.app.inject({ method: "POST", url: "/invalidate" });
  expect(statusCode).toBe(404);
});

test("the entries of a worker that was killed are carried on by another when its lease is over, each by one at a time", async () => {
  const calls: string[] = [];
  const driver = (by: string, hang: boolean) => ({
    ...createEdge().driver,
    purgeTags: async ({ sequence }: { readonly sequence: number }) => {
      calls.push(`${by} ${sequence}`);
      if (hang) await new Promise(() => {});
    },
  });
  const killed = await fleet.start({
    name: "killed",
    // It has applied both, so that nobody waits for this lease; the other one is that of its work.
    leaseMs: 60_000,
    drivers: [driver("killed", true)],
    tuning: { callMs: 60_000, leaseMs: LONG_MS },
  });
  const uuids = [await killed.invalidate(HAT), await killed.invalidate("/b.gif")];
  await expect.poll(() => calls.length).toBeGreaterThan(0);
  const other = await fleet.start({ name: "other", drivers: [driver("other", false)] });
  await sleep(100);
  expect(calls.every((call) => call.startsWith("killed"))).toBe(true);
  const begun = performance.now();
  await killed.crash();
  for (const uuid of uuids) expect((await other.ended(uuid, 50_000)).status).toBe("DONE");
  expect(performance.now() - begun).toBeLessThan(50_000);
  expect(calls.filter((call) => call.startsWith("other"))).toContain("other 2");
});

test("who asks for the instances has an API key", async () => {
  const a = await fleet.start({ name: "a" });
  const { statusCode, headers } = await a.server.app.inject({ url: "/instances" });
  expect([statusCode, headers["content-type"]]).toEqual([401, "application/problem+json; charset=utf-8"]);
  const metrics = async () => (await a.server.app.inject({ url: "/metrics" })).body;
  await expect.poll(metrics).toContain('freshet_instance_lag{instance="a"} 0');
  expect(await metrics()).toContain("freshet_lease_lapsed_total 0");
});
