import type { CmsAdapter, InvalidationRequest } from "@freshet/core";
import { openStore } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import fastify from "fastify";
import { expect, test } from "vitest";
import { connector } from "./connector.ts";
import type { Desk } from "./desk.ts";
import type { ConnectedSite } from "./site.ts";

const adapter: CmsAdapter<undefined> = {
  name: "fake",
  verify: async () => ({ ok: false, reason: "signature-missing" }),
  changes: async ({ payload }) => [{ kind: "replaced", original: String(payload), version: "1" }],
};

test("an app puts in what it found, for sites that come while it runs, asks what became of it, and has a site forgotten", async () => {
  const store = await openStore(at(await newPlace()));
  const asked: InvalidationRequest[] = [];
  const site: ConnectedSite<undefined> = {
    ...{ id: "shop", project: "demo", adapter, client: undefined },
    invalidations: {
      invalidate: async (request) => {
        asked.push(request);
        return { status: "success", msg: "", invalidation: { status: "RECEIVED", uuid: "u1", added_at: "" } };
      },
      status: async (uuid) => ({
        ...{ uuid, status: "DONE", added_at: "", scope: "original" },
        urls: { received: [], invalidated: [], failed: [] },
      }),
    },
  };
  const sites = new Map<string, ConnectedSite<undefined>>();
  const { promise, resolve } = Promise.withResolvers<Desk>();
  const app = fastify();
  await app.register(connector({ name: "fake", sites, claimedSite: () => undefined, store, desk: resolve }));
  await app.ready();
  const desk = await promise;

  sites.set("shop", site);
  const event = { id: "e1", order: 1, payload: "https://site.example/a.jpg" };
  expect(await desk.add("shop", [event])).toBe(1);
  expect(await desk.add("shop", [event])).toBe(0);
  await expect
    .poll(async () => (await desk.outcomes("shop", ["e1", "e2"])).get("e1"), { timeout: 20_000 })
    .toMatchObject({ state: "done", invalidations: ["u1"] });
  expect(asked).toMatchObject([{ urls: ["https://site.example/a.jpg"] }]);
  expect((await desk.outcomes("shop", ["e2"])).size).toBe(0);

  await desk.forget("shop");
  expect(await desk.log({ limit: 10 })).toEqual([]);
  // It is not known by its old version any more: the same is acted on again.
  expect(await desk.add("shop", [event])).toBe(1);
  await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(2);
  await app.close();
  await store.close();
});
