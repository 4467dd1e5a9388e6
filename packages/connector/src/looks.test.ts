import type { CmsAdapter } from "@freshet/core";
import { openStore } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import fastify from "fastify";
import { afterEach, expect, test, vi } from "vitest";
import type { Announcement } from "./announce.ts";
import { connector } from "./connector.ts";
import type { Desk } from "./desk.ts";
import type { ConnectedSite, LookStanding } from "./site.ts";
import { signMessage } from "./standard-webhooks.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const SLOW = { timeout: 30_000 };

const adapter: CmsAdapter<undefined> = {
  name: "fake",
  verify: async () => ({ ok: false, reason: "signature-missing" }),
  changes: async () => [],
};
const walk: LookStanding["walk"] = {
  ...{ state: "resting", pass: 3, steps: 40, total: 40, originals: 40, found: 1, error: null },
  ...{ started_at: "2026-11-28T10:00:00.000Z", finished_at: "2026-11-28T10:01:00.000Z" },
};

/** An app that looks by itself, whose sites come and go while it runs. */
async function start() {
  const store = await openStore(at(await newPlace()));
  const standings = new Map<string, LookStanding | undefined>();
  const asked: string[] = [];
  const said: { readonly project: string; readonly id: string; readonly announcement: Announcement }[] = [];
  const sites = new Map<string, ConnectedSite<undefined>>();
  const put = (id: string, project: string, standing: LookStanding | undefined) => {
    standings.set(id, standing);
    sites.set(id, {
      ...{ id, project, adapter, client: undefined },
      invalidations: {
        invalidate: () => Promise.reject(new Error("Nothing is to be invalidated.")),
        status: () => Promise.reject(new Error("Nothing was invalidated.")),
      },
      looks: {
        standing: async () => standings.get(id),
        async ask() {
          asked.push(id);
          return standings.get(id) !== undefined;
        },
      },
    });
  };
  const { promise, resolve } = Promise.withResolvers<Desk>();
  const app = fastify();
  await app.register(
    connector({
      ...{ name: "fake", sites, claimedSite: () => undefined, store, desk: resolve },
      announce: {
        id: "fake-1",
        address: () => "http://127.0.0.1:8081",
        everyMs: 20,
        send: async (project, id, announcement) => void said.push({ project, id, announcement }),
      },
    }),
  );
  await app.ready();
  undo.push(async () => {
    await app.close();
    await store.close();
  });
  const heard = (project: string, what: object) =>
    vi.waitFor(
      () => expect(said.findLast((each) => each.project === project)?.announcement).toMatchObject(what),
      SLOW,
    );
  const ask = async (secret: string, method: "GET" | "POST", url: string) => {
    const headers = signMessage({ id: "m1", at: Date.now(), body: `${method} ${url}`, secret });
    const { statusCode, body } = await app.inject({ method, url, headers, remoteAddress: "10.0.0.7" });
    return { status: statusCode, body: JSON.parse(body) as { readonly sites: unknown } };
  };
  const secretOf = (project: string) =>
    said.findLast((each) => each.project === project)?.announcement.status_secret ?? "";
  return { app, sites, standings, put, said, asked, heard, ask, secretOf, desk: await promise };
}
const well: LookStanding = { walk, isPaused: false, lookedAt: Date.parse("2026-11-28T11:00:00Z") };

test("a site that came later is announced with a secret of its project, which asks about it and has it looked through", async () => {
  const { put, heard, ask, secretOf, asked } = await start();
  put("one", "shop-one", well);
  put("two", "shop-two", well);
  await heard("shop-one", { state: "running", lag: 0, waiting: 0 });
  await heard("shop-two", { status_url: "http://127.0.0.1:8081/fake/status" });
  const secret = secretOf("shop-one");
  expect(secret).not.toBe(secretOf("shop-two"));
  expect(await ask(secret, "GET", "/fake/status")).toMatchObject({
    status: 200,
    body: {
      sites: [
        { site: "one", state: "ok", pulled_at: "2026-11-28T11:00:00.000Z", error: null, reconcile: walk },
      ],
    },
  });
  expect((await ask(secret, "POST", "/fake/reconcile?site=two")).body.sites).toEqual([]);
  expect((await ask(secret, "POST", "/fake/reconcile")).body.sites).toEqual(["one"]);
  expect(asked).toEqual(["one"]);
  expect((await ask("a".repeat(43), "GET", "/fake/status")).status).toBe(401);
});

test("what the app says of a site is announced: switched off, in trouble with a sentence, well again", async () => {
  const { put, heard, standings, app } = await start();
  put("one", "shop", { ...well, isPaused: true });
  await heard("shop", { state: "paused" });
  expect((await app.inject("/fake/status")).json().sites[0].state).toBe("paused");
  put("two", "shop", well);
  await heard("shop", { state: "running" });
  standings.set("two", { ...well, error: "Shopify is away." });
  await heard("shop", { state: "failing", note: "Shopify is away." });
  expect((await app.inject("/fake/status?site=two")).json().sites).toMatchObject([
    { state: "unreachable", error: "Shopify is away." },
  ]);
  standings.set("two", { ...well, walk: { ...walk, state: "failing", error: "No page could be read." } });
  await heard("shop", { state: "failing", note: "No page could be read." });
});

test("a site that left is neither announced nor shown, and its project's secret is forgotten with it", async () => {
  const { put, heard, said, standings, sites, ask, secretOf, app, desk } = await start();
  put("one", "shop-one", well);
  put("two", "shop-two", well);
  await heard("shop-one", { state: "running" });
  await heard("shop-two", { state: "running" });
  const secret = secretOf("shop-one");
  standings.set("one", undefined);
  const others = () => said.filter(({ project }) => project === "shop-two").length;
  // A round that had begun may still speak of it.
  const after = others();
  await vi.waitFor(() => expect(others()).toBeGreaterThan(after + 1), SLOW);
  const before = said.filter(({ project }) => project === "shop-one").length;
  await vi.waitFor(() => expect(others()).toBeGreaterThan(after + 4), SLOW);
  expect(said.filter(({ project }) => project === "shop-one")).toHaveLength(before);
  expect((await app.inject("/fake/status")).json().sites.map((each: { site: string }) => each.site)).toEqual([
    "two",
  ]);
  expect((await ask(secret, "GET", "/fake/status")).body.sites).toEqual([]);
  sites.delete("one");
  await desk.forget("one");
  expect((await ask(secret, "GET", "/fake/status")).status).toBe(401);
  expect((await ask(secretOf("shop-two"), "GET", "/fake/status")).status).toBe(200);
});
