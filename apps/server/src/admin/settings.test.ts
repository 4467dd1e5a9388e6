import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEdge } from "../instances/edge.test.support.ts";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { change, done, hostOf, makeProject, twoProjects } from "./api.test.support.ts";

const HAT = "/hat.gif";
const HOST = { host: hostOf("shop") };

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.stop());

/** Settings under which the picture is another one: which settings an answer was made by can be seen in it. */
function settings(folder: number, more: object = {}) {
  return {
    aliases: { _site_: `${fleet.origin}/${folder}` },
    origins: { allowPrivate: true },
    formats: [],
    ...more,
  };
}

/** The version of the picture in folder n is n. */
function paint(folders: number): void {
  for (let folder = 1; folder <= folders; folder += 1) {
    for (let version = 0; version < folder; version += 1) fleet.publish(`/${folder}${HAT}`);
  }
}

async function showing(instances: readonly Instance[]): Promise<readonly (number | undefined)[]> {
  return Promise.all(instances.map(async (instance) => (await instance.get(HAT, HOST)).version));
}

/** Milliseconds until all of them show it. */
async function until(instances: readonly Instance[], version: number | undefined): Promise<number> {
  const begun = performance.now();
  while ((await showing(instances)).some((each) => each !== version)) {
    if (performance.now() - begun > 10_000) throw new Error(`${await showing(instances)} is not ${version}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - begun;
}

describe("settings that are changed on one of three instances", () => {
  test("are in force on all of them within a second, and after Done no instance and no edge shows an answer of before", async () => {
    paint(6);
    const edge = createEdge({ host: HOST.host });
    const drivers = [edge.driver];
    const a = await fleet.start({ name: "a", drivers, projects: twoProjects });
    const b = await fleet.start({ name: "b", drivers, projects: twoProjects });
    const c = await fleet.start({ name: "c", role: "delivery", projects: twoProjects });
    const all = [a, b, c];
    edge.inner = c;
    expect((await c.get(HAT, HOST)).status).toBe(404);
    await makeProject(a, "shop", settings(1));
    const delays = [await until(all, 1)];
    for (let folder = 2; folder <= 6; folder += 1) {
      expect((await edge.get(HAT)).version).toBe(folder - 1);
      const changing = [a, b][folder % 2] ?? a;
      const begun = performance.now();
      const { body } = await change(changing, "shop", settings(folder));
      await until(all, folder);
      delays.push(performance.now() - begun);
      const [entry] = await done(a, "shop", body.invalidations);
      expect(entry).toMatchObject({ status: "DONE", scope: "all", cause: { kind: "settings" } });
      expect(entry?.stages[2]?.targets.map(({ node, status }) => [node, status])).toEqual([
        ["a", "done"],
        ["b", "done"],
        ["c", "done"],
      ]);
      expect((await edge.get(HAT)).version).toBe(folder);
      expect(await showing(all)).toEqual([folder, folder, folder]);
    }
    // On a machine that does much else one round may take longer.
    expect(delays.toSorted((one, other) => one - other)[3]).toBeLessThan(1_000);
  });

  test("let no answer under way count as young: it began before them and ends after them", async () => {
    paint(3);
    const edge = createEdge({ host: HOST.host });
    const a = await fleet.start({ name: "a", drivers: [edge.driver], projects: twoProjects });
    const b = await fleet.start({ name: "b", role: "delivery", projects: twoProjects });
    edge.inner = b;
    await makeProject(a, "shop", settings(1));
    await until([b], 1);
    for (const folder of [2, 3]) {
      const path = `/${folder}-slow.gif`;
      const release = fleet.hold(`/${folder - 1}${path}`);
      const begun = fleet.fetches();
      const slow = edge.get(path);
      await expect.poll(() => fleet.fetches()).toBeGreaterThan(begun);
      for (let version = 0; version < 9; version += 1) fleet.publish(`/${folder}${path}`);
      const { body } = await change(a, "shop", settings(folder));
      await done(a, "shop", body.invalidations);
      release();
      // It is begun anew, not refused.
      expect((await slow).status).toBe(200);
      expect((await edge.get(path)).version).toBe(9);
      expect((await b.get(path, HOST)).version).toBe(9);
    }
  });

  test("are waited for: an instance that cannot load them does not acknowledge, and is skipped", async () => {
    paint(2);
    const a = await fleet.start({ name: "a", projects: twoProjects });
    const b = await fleet.start({ name: "b", role: "delivery", projects: twoProjects });
    await makeProject(a, "shop", settings(1));
    await until([a, b], 1);
    b.freeze();
    const { body } = await change(a, "shop", settings(2));
    const [entry] = await done(a, "shop", body.invalidations);
    expect(entry?.stages[2]?.targets).toMatchObject([
      { node: "a", status: "done" },
      { node: "b", status: "skipped" },
    ]);
    // Past its lease it reads the settings anew, like the originals.
    expect(await showing([a, b])).toEqual([2, 2]);
    b.thaw();
  });

  test("of a project that is deleted are no settings: its host is answered by 404, at the edge too", async () => {
    paint(1);
    const edge = createEdge({ host: HOST.host });
    const a = await fleet.start({ name: "a", drivers: [edge.driver], projects: twoProjects });
    const b = await fleet.start({ name: "b", role: "delivery", projects: twoProjects });
    edge.inner = b;
    const { headers } = await makeProject(a, "shop", settings(1));
    const { body: made } = await a.ask("POST", "/projects/shop/keys", {
      body: { name: "k", right: "admin" },
    });
    await until([a, b], 1);
    expect((await edge.get(HAT)).version).toBe(1);
    expect((await b.ask("GET", "/projects/shop", { key: made.key })).status).not.toBe(200);
    expect((await a.ask("GET", "/projects/shop", { key: made.key })).status).toBe(200);
    const gone = await a.ask("DELETE", "/projects/shop", { headers: { "if-match": String(headers.etag) } });
    expect(gone.status).toBe(200);
    const entry = async () =>
      (await a.ask("GET", `/audit?project=shop`)).body.changes.map(
        ({ action }: { action: string }) => action,
      );
    expect(await entry()).toContain("project.deleted");
    await expect.poll(async () => (await b.get(HAT, HOST)).status, { timeout: 5_000 }).toBe(404);
    await expect.poll(async () => (await edge.get(HAT)).status, { timeout: 5_000 }).toBe(404);
    expect((await a.ask("GET", "/projects/shop", { key: made.key })).status).toBe(401);
    expect((await a.ask("GET", "/projects/shop")).status).toBe(404);
    // The name may be used again; nothing of the old life is young enough to be answered from.
    const again = await makeProject(a, "shop", settings(1));
    expect(again.headers.etag).toBe('"3"');
    await until([a, b], 1);
  });
});

test("an instance that is alone puts settings in force before it answers", async () => {
  paint(3);
  const edge = createEdge({ host: HOST.host });
  const alone = await fleet.start({ name: "alone", isAlone: true, drivers: [edge.driver] });
  edge.inner = alone;
  await makeProject(alone, "shop", settings(1));
  expect(await showing([alone])).toEqual([1]);
  for (const folder of [2, 3]) {
    expect((await edge.get(HAT)).version).toBe(folder - 1);
    const { body } = await change(alone, "shop", settings(folder));
    expect(await showing([alone])).toEqual([folder]);
    await done(alone, "shop", body.invalidations);
    expect((await edge.get(HAT)).version).toBe(folder);
  }
});

test("settings survive a restart, and the start journals nothing", async () => {
  paint(1);
  const first = await fleet.start({ name: "first" });
  await makeProject(first, "shop", settings(1));
  const { body } = await first.ask("GET", "/instances");
  await first.stop();
  const second = await fleet.start({ name: "second" });
  expect(await showing([second])).toEqual([1]);
  expect((await second.ask("GET", "/instances")).body.head).toBe(body.head);
});

test("a change that alters no answer is journalled by no entry, and in force on all instances within a second", async () => {
  paint(1);
  const [a, b] = [
    await fleet.start({ name: "a", projects: twoProjects }),
    await fleet.start({ name: "b", projects: twoProjects }),
  ];
  await makeProject(a, "shop", settings(1));
  const other = { host: "pictures.shop.example" };
  expect((await b.get(HAT, other)).status).toBe(404);
  const added = await change(a, "shop", settings(1, { hosts: [other.host] }));
  expect(added.body.invalidations).toEqual([]);
  await expect.poll(async () => (await b.get(HAT, other)).version, { timeout: 5_000 }).toBe(1);
  // A host that is taken away may be kept by edges: that is an answer of the old settings.
  const removed = await change(b, "shop", settings(1));
  expect(removed.body.invalidations).toHaveLength(1);
  await expect.poll(async () => (await a.get(HAT, other)).status, { timeout: 5_000 }).toBe(404);
});

test("a second project takes from the only one the hosts that nobody named", async () => {
  const alone = await fleet.start({ name: "alone", isAlone: true });
  expect((await alone.get(HAT)).version).toBe(0);
  const { body } = await makeProject(alone, "shop", settings(1));
  expect(body.invalidations).toHaveLength(1);
  expect((await alone.get(HAT)).status).toBe(404);
  expect((await alone.get(HAT, { host: hostOf("demo") })).version).toBe(0);
});
