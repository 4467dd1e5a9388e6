import type { CdnDriver } from "@freshet/core";
import { MockAgent } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { createControlledDriver, type NodeKind } from "./control.ts";
import { isCdnError } from "./errors.ts";
import { createNginxDriver } from "./nginx.ts";
import { createVarnishDriver } from "./varnish.ts";

const KIND: NodeKind = { kind: "edge", batch: 3, keepAliveMs: 1_000, purgers: "list.conf" };
const NODE = "http://127.0.0.1:6081";
const TAG = "o-0123456789abcdef";
const { signal } = new AbortController();
const agents: MockAgent[] = [];

/** A node that gives one answer, and what it was asked. */
function nodeThatSays(status: number, headers: Record<string, string> = {}, delayMs = 1) {
  const agent = new MockAgent({ enableCallHistory: true });
  agents.push(agent);
  agent.disableNetConnect();
  agent
    .get(NODE)
    .intercept({ path: () => true, method: () => true })
    .reply(status, "body", { headers })
    .delay(delayMs)
    .persist();
  return {
    agent,
    driver: createControlledDriver(KIND, { node: `${NODE}/`, dispatcher: agent, timeoutMs: 200 }),
  };
}

const failure = async (attempt: Promise<unknown> | undefined) => {
  const error = await attempt?.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isCdnError(error)) throw new Error(`No CdnError: ${String(error)}`);
  return error;
};

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
});

describe("a purge", () => {
  const purge = (driver: CdnDriver, tags: readonly string[] = [TAG]) =>
    driver.purgeTags?.({ sequence: 7, project: "demo", tags }, signal);

  test("is one request that carries number and tags", async () => {
    const { agent, driver } = nodeThatSays(200, { "freshet-purged": "3" });
    await purge(driver, [TAG, "p-0123456789abcdef"]);
    await driver.purgeProject?.({ sequence: 8, project: "demo", tag: "t-0123456789abcdef" }, signal);
    const calls = agent.getCallHistory()?.calls() ?? [];
    expect(calls.map(({ method, path, headers }) => [method, path, headers])).toEqual([
      ["PURGE", "/", { "freshet-sequence": "7", "freshet-purge-tags": `${TAG} p-0123456789abcdef` }],
      ["PURGE", "/", { "freshet-sequence": "8", "freshet-purge-tags": "t-0123456789abcdef" }],
    ]);
  });

  test.each([
    [403, {}, "NODE_REFUSED", "list.conf"],
    [400, {}, "PURGE_UNREADABLE", "did nothing"],
    [200, {}, "NODE_STRANGE", "runs Freshet's configuration"],
    [405, {}, "NODE_STRANGE", "PURGE gave 405"],
    [503, { "freshet-purged": "1" }, "NODE_STRANGE", "PURGE gave 503"],
  ])("that is answered %i %j rejects as %s", async (status, headers, code, words) => {
    const error = await failure(purge(nodeThatSays(status, headers).driver));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`edge ${NODE}`);
    expect(error.message).toContain(words);
  });

  test("that takes too long rejects as NODE_SLOW", async () => {
    const error = await failure(purge(nodeThatSays(200, { "freshet-purged": "0" }, 2_000).driver));
    expect(error.code).toBe("NODE_SLOW");
  });

  test("that is aborted under way rejects with the caller's reason", async () => {
    const { driver } = nodeThatSays(200, { "freshet-purged": "0" }, 2_000);
    const controller = new AbortController();
    const attempt = driver.purgeTags?.({ sequence: 7, project: "demo", tags: [TAG] }, controller.signal);
    controller.abort(new Error("no longer wanted"));
    await expect(attempt).rejects.toThrow("no longer wanted");
  });
});

describe("a join", () => {
  test.each(["joined", "known"] as const)("resolves to what the node was: %s", async (fence) => {
    expect(await nodeThatSays(200, { "freshet-fence": fence }).driver.join?.(5, signal)).toEqual({
      was: fence,
    });
  });

  test("tells the newest number that the node has heard", async () => {
    const says = { "freshet-fence": "known", "freshet-newest": "41" };
    expect(await nodeThatSays(200, says).driver.join?.(5, signal)).toEqual({ was: "known", newest: 41 });
  });

  describe("of a node that keeps objects over a restart", () => {
    const recent = async () => ({ head: 10, since: 3, tags: [TAG, "p-1", "p-2", "p-3"] });

    test("hands over what was invalidated lately, all of it to the same life of the node", async () => {
      const agent = new MockAgent({ enableCallHistory: true });
      agents.push(agent);
      agent.disableNetConnect();
      const node = agent.get(NODE);
      const joins = (headers: Record<string, string>) =>
        node.intercept({ path: "/join", method: "FRESHET" }).reply(200, "", { headers });
      joins({ "freshet-fence": "asks", "freshet-life": "abc" });
      node
        .intercept({ path: "/", method: "PURGE" })
        .reply(200, "", { headers: { "freshet-purged": "1" } })
        .times(2);
      joins({ "freshet-fence": "joined", "freshet-newest": "10" });
      const driver = createControlledDriver(KIND, { node: NODE, dispatcher: agent });
      expect(await driver.join?.(9, signal, recent)).toEqual({ was: "joined", newest: 10 });
      const calls = agent.getCallHistory()?.calls() ?? [];
      expect(calls.map(({ method, headers }) => [method, headers])).toEqual([
        ["FRESHET", { "freshet-base": "9", "freshet-recent": "offered" }],
        [
          "PURGE",
          { "freshet-sequence": "10", "freshet-purge-tags": `${TAG} p-1 p-2`, "freshet-life": "abc" },
        ],
        ["PURGE", { "freshet-sequence": "10", "freshet-purge-tags": "p-3", "freshet-life": "abc" }],
        ["FRESHET", { "freshet-base": "3", "freshet-sequence": "10", "freshet-life": "abc" }],
      ]);
    });

    test("rejects when the node was started anew meanwhile", async () => {
      const agent = new MockAgent();
      agents.push(agent);
      agent.disableNetConnect();
      const node = agent.get(NODE);
      const headers = { "freshet-fence": "asks", "freshet-life": "abc" };
      node.intercept({ path: "/join", method: "FRESHET" }).reply(200, "", { headers });
      node.intercept({ path: "/", method: "PURGE" }).reply(409, "");
      const driver = createControlledDriver(KIND, { node: NODE, dispatcher: agent });
      expect((await failure(driver.join?.(9, signal, recent))).code).toBe("NODE_STRANGE");
    });
  });

  test("with any other answer rejects", async () => {
    expect((await failure(nodeThatSays(200, { "freshet-fence": "x" }).driver.join?.(5, signal))).code).toBe(
      "NODE_STRANGE",
    );
    expect((await failure(nodeThatSays(200).driver.join?.(5, signal))).code).toBe("NODE_STRANGE");
  });
});

describe("a probe", () => {
  test("asks as the visitor does and reads what the visitor gets", async () => {
    const headers = {
      "freshet-stamp": "41",
      etag: '"abc"',
      "cache-status": "freshet; fwd=miss, varnish; hit; ttl=9",
    };
    const { agent, driver } = nodeThatSays(200, headers);
    const probe = await driver.probe?.(
      { path: "/v7/a.jpg?w=3", host: "a.example", accept: "image/webp" },
      signal,
    );
    expect(probe).toEqual({ status: 200, stamp: 41, etag: '"abc"', cache: "hit" });
    expect(agent.getCallHistory()?.firstCall()).toMatchObject({
      method: "GET",
      path: "/v7/a.jpg",
      searchParams: { w: "3" },
      headers: { host: "a.example", accept: "image/webp" },
    });
  });

  test.each(["", "-1", "1.5", "9".repeat(16), "12a"])("takes the stamp %j for none", async (stamp) => {
    const { driver } = nodeThatSays(200, { "freshet-stamp": stamp });
    expect(await driver.probe?.({ path: "/", host: undefined, accept: undefined }, signal)).toMatchObject({
      stamp: undefined,
    });
  });
});

test.each(["", "127.0.0.1:6081", "ftp://127.0.0.1", "/tmp/varnish.sock"])("%j is no node", (node) => {
  expect(() => createControlledDriver(KIND, { node })).toThrow(`"${node}" is not the address of a node`);
});

test.each([
  ["varnish", createVarnishDriver, "backend.vcl"],
  ["nginx", createNginxDriver, "backend.conf"],
] as const)("%s is driven so, and names the file that lists its purgers", async (kind, create, file) => {
  const agent = new MockAgent();
  agents.push(agent);
  agent.disableNetConnect();
  agent.get(NODE).intercept({ path: "/", method: "PURGE" }).reply(403, "");
  const driver = create({ node: NODE, dispatcher: agent });
  expect(driver).toMatchObject({ name: `${kind} ${NODE}`, ending: "fenced", limits: { batch: 128 } });
  const error = await failure(driver.purgeTags?.({ sequence: 7, project: "demo", tags: [TAG] }, signal));
  expect(error.message).toContain(file);
});
