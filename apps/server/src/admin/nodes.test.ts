import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { createMemoryNode } from "../invalidation/memory-node.ts";
import { done, makeProject, twoProjects } from "./api.test.support.ts";

const near = createMemoryNode("varnish near", { perMinute: 6_000 });
const far = createMemoryNode("varnish far");

let fleet: Fleet;
let a: Instance;
beforeAll(async () => {
  fleet = await startFleet();
  a = await fleet.start({ name: "a", projects: twoProjects, drivers: [near.driver, far.driver] });
  await makeProject(a, "shop", { aliases: { _site_: fleet.origin } });
});
afterAll(async () => {
  far.behave("well");
  await fleet.stop();
});

const nodes = async (key?: string) =>
  (await a.ask("GET", "/nodes", key === undefined ? {} : { key })).body.nodes;
const purge = async () => {
  const body = { scope: "original", urls: ["/_site_/hat.gif"] };
  const answer = await a.ask("POST", "/invalidate?project=shop", { body });
  const [entry] = await done(a, "shop", [answer.body.invalidation.uuid]);
  return entry;
};

test("a node that was purged is in step, and its last success is that of the log", async () => {
  const entry = await purge();
  await expect.poll(async () => (await nodes())[0].heard_at).toBeDefined();
  expect(await nodes()).toMatchObject([
    {
      ...{ name: "varnish near", driver: "varnish", ending: "fenced", state: "in_step", waiting: 0, lag: 0 },
      purges: ["tags", "project"],
      limits: { batch: 64, perMinute: 6_000 },
      last_success: { invalidation: entry?.uuid, at: expect.any(String) },
      circuit: { state: "closed", failures: 0 },
    },
    { name: "varnish far", state: "in_step" },
  ]);
});

test("one that fails is away, with its reason; what a project's key sees of it is its own", async () => {
  const { body } = await a.ask("POST", "/keys", { body: { name: "all", right: "read" } });
  const own = await a.ask("POST", "/projects/shop/keys", { body: { name: "own", right: "read" } });
  const other = await a.ask("POST", "/projects", { body: { name: "other-shop", settings: {} } });
  expect(other.status).toBe(201);
  const strange = await a.ask("POST", "/projects/other-shop/keys", { body: { name: "s", right: "read" } });
  far.behave(new Error("It answered with status 503."));
  const entry = await purge();
  expect(entry?.status).toBe("ERROR_CDN_NODE");
  const failed = { invalidation: entry?.uuid, reason: "It answered with status 503." };
  await expect.poll(async () => (await nodes(body.key))[1].trouble).toBe("It answered with status 503.");
  expect((await nodes(body.key))[1]).toMatchObject({ state: "away", last_error: failed });
  const [, seen] = await nodes(own.body.key);
  expect(seen).toMatchObject({ state: "away", last_error: failed });
  expect(seen.trouble).toBeUndefined();
  const [, hidden] = await nodes(strange.body.key);
  expect(hidden.last_error).toBeUndefined();
  far.behave("well");
  const again = await a.ask("POST", `/invalidate/${entry?.uuid}/retry?project=shop`);
  expect(again.status).toBeLessThan(300);
  await done(a, "shop", [entry?.uuid ?? ""]);
  await expect.poll(async () => (await nodes(own.body.key))[1].state).toBe("in_step");
  expect((await nodes(own.body.key))[1].last_error).toBeUndefined();
});
