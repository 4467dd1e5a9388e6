import { createInvalidationClient } from "@freshet/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { versionIn } from "../storm/moving-origin.ts";
import { API_KEY, type Fleet, fleetIsMissing, startFleet } from "./fleet.ts";

const PICTURE = "/media/a.png";
const URL_OF = "/v7/_site_/a.png?w=3&force_format=png";

describe.skipIf(fleetIsMissing)(`a fleet${fleetIsMissing ? ` ${fleetIsMissing}` : ""}`, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet({ servers: 3, varnish: 2, nginx: 1, patienceMs: 500 });
    await fleet.origin.change([PICTURE]);
  });
  afterAll(() => fleet?.stop());

  const get = async (place: string) => {
    const answer = await fetch(place + URL_OF);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const version = answer.status === 200 ? await versionIn(bytes) : undefined;
    return { status: answer.status, version, said: answer.headers.get("cache-status") ?? "" };
  };
  const invalidate = async (place = 0) => {
    const client = createInvalidationClient({ endpoint: fleet.apis[place] ?? "", apiKey: API_KEY });
    const { uuid } = (await client.invalidate({ scope: "original", urls: ["/_site_/a.png"] })).invalidation;
    return client.waitUntilDone(uuid, { timeoutMs: 60_000 });
  };
  const versions = async () => Promise.all(fleet.places.map(async (place) => (await get(place)).version));

  test("keeps what was filled at every node, and gives it up when any server takes an invalidation", async () => {
    for (const place of [0, 1, 2]) {
      for (const { url } of fleet.nodes) await get(url);
      for (const { url, driver } of fleet.nodes) expect((await get(url)).said).toContain(`${driver}; hit`);
      const version = await fleet.origin.change([PICTURE]);
      expect((await invalidate(place)).status).toBe("DONE");
      expect(await versions()).toEqual(fleet.places.map(() => version));
    }
  });

  test("goes on without a server that stands still: what it cannot answer is asked of the next", async () => {
    const [first] = fleet.servers;
    first?.freeze();
    const version = await fleet.origin.change([PICTURE]);
    expect((await invalidate(1)).status).toBe("DONE");
    for (const { url } of fleet.nodes) expect((await get(url)).version).toBe(version);
    first?.thaw();
    expect(await versions()).toEqual(fleet.places.map(() => version));
  });

  test.each(["cut", "silent"] as const)(
    "a server whose line to PostgreSQL is %s answers nothing old",
    async (how) => {
      const [first] = fleet.servers;
      first?.part(how);
      const version = await fleet.origin.change([PICTURE]);
      expect((await invalidate(1)).status).toBe("DONE");
      expect(await versions()).toEqual(fleet.places.map(() => version));
      first?.join();
      await expect.poll(async () => (await get(first?.url ?? "")).said).toContain("freshet; hit");
    },
  );

  test("comes together again after each of its parts was killed", async () => {
    await fleet.postgres.kill();
    await Promise.all([...fleet.servers, ...fleet.nodes].map((each) => each.kill()));
    await fleet.postgres.restart();
    await Promise.all(fleet.servers.map((each) => each.restart()));
    await Promise.all(fleet.nodes.map((each) => each.restart()));
    await Promise.all(fleet.nodes.map((each) => each.joined()));
    const version = await fleet.origin.change([PICTURE]);
    expect((await invalidate(2)).status).toBe("DONE");
    expect(await versions()).toEqual(fleet.places.map(() => version));
  });

  test("a node can be put behind any one server", async () => {
    const [node] = fleet.nodes;
    for (const place of [2, 1, 0]) {
      node?.lead(place);
      const before = node?.answered.get(place) ?? 0;
      await invalidate(place);
      await get(node?.url ?? "");
      expect(node?.answered.get(place) ?? 0).toBeGreaterThan(before);
    }
  });
});
