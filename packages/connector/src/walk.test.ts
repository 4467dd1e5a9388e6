import type { AssetChange, CmsAdapter, InvalidationRequest } from "@freshet/core";
import { openStore } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import fastify, { type FastifyInstance } from "fastify";
import { afterEach, expect, test, vi } from "vitest";
import type { Announcement } from "./announce.ts";
import { type ConnectorOptions, connector } from "./connector.ts";
import type { LoggedEvent } from "./inbox.ts";
import { stopOnce } from "./running.test.support.ts";
import type { ConnectedSite } from "./site.ts";
import type { SiteStatus } from "./site-status.ts";
import { signMessage } from "./standard-webhooks.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const SLOW = { timeout: 30_000 };
const PAGE = 3;
const HOUR = 3_600_000;

/** A CMS in memory that is walked in pages of three, by name. */
interface Cms {
  readonly files: Map<string, string>;
  /** Events as they can be pulled: order → file. */
  readonly events: Map<number, string>;
  /** Cursors that pages were asked from. */
  readonly asked: (string | undefined)[];
  /** Pages are not answered from this cursor on. */
  stuckAt?: string | undefined;
  isDown: boolean;
}
const cmsWith = (...names: readonly string[]): Cms => ({
  files: new Map(names.map((name) => [name, "v1"])),
  events: new Map(),
  asked: [],
  isDown: false,
});
const assetOf = (name: string, version: string): AssetChange => ({
  ...{ kind: "replaced", original: `http://site.example/${name}`, version },
});

const adapter: CmsAdapter<Cms> = {
  name: "fake",
  verify: async () => ({ ok: false, reason: "signature-missing" }),
  async changes({ payload }) {
    const [name, version] = payload as [string, string];
    return [assetOf(name, version)];
  },
  async pull(from, cms) {
    const events = [...cms.events].filter(([order]) => order > Number(from ?? 0));
    return {
      events: events.map(([order, name]) => ({
        id: `evt_${order}`,
        order,
        payload: [name, cms.files.get(name)],
      })),
      cursor: String(events.at(-1)?.[0] ?? from ?? 0),
    };
  },
  async reconcile(from, { client: cms }) {
    cms.asked.push(from);
    if (cms.isDown) throw new Error("The site cannot be reached.");
    if (cms.stuckAt !== undefined && from === cms.stuckAt) return new Promise(() => {});
    const names = [...cms.files.keys()].toSorted().filter((name) => from === undefined || name > from);
    const page = names.slice(0, PAGE);
    return {
      assets: page.map((name) => assetOf(name, cms.files.get(name) ?? "")),
      cursor: names.length > PAGE ? page.at(-1) : undefined,
      order: Math.max(0, ...cms.events.keys()),
      steps: page.length,
      total: cms.files.size,
    };
  },
};

/** A site whose invalidations are all accepted and done, and what was asked for it. */
function siteOf(cms: Cms, id = "site.example", project = "demo") {
  const asked: InvalidationRequest[] = [];
  const entry = { uuid: "u1", status: "DONE", added_at: "" } as const;
  const site: ConnectedSite<Cms> = {
    ...{ id, adapter, client: cms, project },
    invalidations: {
      invalidate: async (request) => {
        asked.push(request);
        return { status: "success", msg: "", invalidation: entry };
      },
      status: async () => ({
        ...entry,
        scope: "original",
        urls: { received: [], invalidated: [], failed: [] },
      }),
    },
  };
  const urls = () => asked.flatMap((request) => ("urls" in request ? request.urls : [])).toSorted();
  return { site, asked, urls };
}

async function start(
  sites: readonly ConnectedSite<Cms>[],
  place: string,
  more: Partial<ConnectorOptions<Cms>> = {},
) {
  const store = await openStore(at(place));
  const app = fastify();
  const options = { store, sites, pullEveryMs: HOUR, reconcileEveryMs: HOUR };
  await app.register(connector({ name: "fake", claimedSite: () => undefined, ...options, ...more }));
  await app.ready();
  const stop = stopOnce(app, store);
  undo.push(stop);
  return { app, stop };
}

const statusOf = async (app: FastifyInstance): Promise<SiteStatus> =>
  (await app.inject("/fake/status")).json().sites[0];
const walked = (app: FastifyInstance, pass: number) =>
  vi.waitFor(
    async () => expect((await statusOf(app)).reconcile).toMatchObject({ state: "resting", pass }),
    SLOW,
  );
const settled = (app: FastifyInstance) =>
  vi.waitFor(async () => {
    const { events } = await statusOf(app);
    expect((events.received ?? 0) + (events.invalidating ?? 0)).toBe(0);
  }, SLOW);
const again = async (app: FastifyInstance, pass: number) => {
  expect((await app.inject({ method: "POST", url: "/fake/reconcile" })).statusCode).toBe(202);
  await walked(app, pass);
  await settled(app);
};
const logOf = async (app: FastifyInstance): Promise<readonly LoggedEvent[]> =>
  (await app.inject("/fake/events")).json().events;

test("the first walk learns what is there and asks for nothing; the next finds what changed, went and came", async () => {
  const cms = cmsWith("a", "b", "c", "d", "e", "f", "g");
  const { site, urls } = siteOf(cms);
  const { app } = await start([site], await newPlace());
  await walked(app, 1);
  expect((await statusOf(app)).reconcile).toMatchObject({ steps: 7, total: 7, originals: 7, found: 0 });
  expect(await logOf(app)).toEqual([]);

  cms.files.set("b", "v2");
  cms.files.delete("e");
  cms.files.set("h", "v1");
  await again(app, 2);
  expect(urls()).toEqual(["b", "e", "h"].map((name) => `http://site.example/${name}`));
  expect((await logOf(app)).every(({ via, state }) => via === "walk" && state === "done")).toBe(true);

  await again(app, 3);
  expect(urls()).toHaveLength(3);
  cms.files.set("e", "v1");
  await again(app, 4);
  expect(urls().filter((url) => url.endsWith("/e"))).toHaveLength(2);
});

test("a walk that was cut off goes on at its page in the next process", async () => {
  const cms = cmsWith("a", "b", "c", "d", "e", "f", "g");
  cms.stuckAt = "c";
  const { site, urls } = siteOf(cms);
  const place = await newPlace();
  const first = await start([site], place);
  await vi.waitFor(() => expect(cms.asked).toEqual([undefined, "c"]), SLOW);
  await first.stop();
  cms.stuckAt = undefined;
  const second = await start([site], place);
  await walked(second.app, 1);
  expect(cms.asked).toEqual([undefined, "c", "c", "f"]);
  expect((await statusOf(second.app)).reconcile).toMatchObject({ steps: 7, originals: 7, found: 0 });
  expect(urls()).toEqual([]);
});

test("what an event tells is no finding, also when the walk sees it first", async () => {
  const cms = cmsWith("a", "b");
  const { site, asked, urls } = siteOf(cms);
  const { app } = await start([site], await newPlace());
  await walked(app, 1);
  cms.files.set("a", "v2");
  cms.events.set(17, "a");
  await again(app, 2);
  expect(urls()).toEqual(["http://site.example/a"]);
  expect(asked[0]?.cause).toMatchObject({ kind: "fake", id: "evt_17" });
  await again(app, 3);
  expect(asked).toHaveLength(1);
});

test("a page that cannot be read ends nothing: no original is taken for gone, and other sites go on", async () => {
  const cms = cmsWith("a", "b");
  const [one, other] = [siteOf(cms), siteOf(cmsWith("x"), "other.example")];
  cms.isDown = true;
  const { app } = await start([one.site, other.site], await newPlace());
  await vi.waitFor(async () => {
    const { sites } = (await app.inject("/fake/status")).json() as { sites: SiteStatus[] };
    expect(sites.map((each) => each.reconcile?.state)).toEqual(["failing", "resting"]);
    expect(sites[0]?.reconcile?.error).toBe("The site cannot be reached.");
  }, SLOW);
  cms.isDown = false;
  await again(app, 2);
  cms.isDown = true;
  await app.inject({ method: "POST", url: "/fake/reconcile?site=site.example" });
  await vi.waitFor(async () => expect((await statusOf(app)).reconcile?.state).toBe("failing"), SLOW);
  expect([...one.urls(), ...other.urls()]).toEqual([]);
});

test("a walk that is asked for while one is under way follows it", async () => {
  const cms = cmsWith("a", "b", "c", "d");
  cms.stuckAt = "c";
  const place = await newPlace();
  const { site, urls } = siteOf(cms);
  const first = await start([site], place);
  await vi.waitFor(() => expect(cms.asked).toHaveLength(2), SLOW);
  cms.files.set("a", "v2");
  await first.app.inject({ method: "POST", url: "/fake/reconcile" });
  await first.stop();
  cms.stuckAt = undefined;
  const second = await start([site], place);
  await walked(second.app, 2);
  await settled(second.app);
  expect(urls()).toEqual(["http://site.example/a"]);
});

test("an invalidation that failed is found again by the next walk", async () => {
  const cms = cmsWith("a");
  const { site, asked } = siteOf(cms);
  const failing = {
    ...site.invalidations,
    status: async () => ({ ...(await site.invalidations.status("u1")), status: "ERROR" as const }),
  };
  const place = await newPlace();
  const first = await start([{ ...site, invalidations: failing }], place);
  await walked(first.app, 1);
  cms.files.set("a", "v2");
  await again(first.app, 2);
  expect((await logOf(first.app))[0]?.state).toBe("failed");
  await first.stop();
  const second = await start([site], place);
  await again(second.app, 3);
  expect(asked).toHaveLength(2);
  await again(second.app, 4);
  expect(asked).toHaveLength(2);
});

test("the server hears of each project with a secret that shows that project's sites alone", async () => {
  const said: { project: string; announcement: Announcement }[] = [];
  const sites = [siteOf(cmsWith("a")).site, siteOf(cmsWith("b"), "shop.example", "shop").site];
  const { app } = await start(sites, await newPlace(), {
    announce: {
      id: "fake-1",
      address: () => "http://127.0.0.1:8081",
      everyMs: 20,
      send: async (project, _id, announcement) => {
        if (project === "demo") throw new Error("401");
        said.push({ project, announcement });
      },
    },
  });
  await vi.waitFor(() => expect(said.length).toBeGreaterThan(2), SLOW);
  const [{ project, announcement } = { project: "", announcement: undefined }] = said;
  expect(project).toBe("shop");
  expect(announcement).toMatchObject({
    ...{ kind: "fake", state: "running", lag: 0, waiting: 0, ttl: 10 },
    status_url: "http://127.0.0.1:8081/fake/status",
  });
  const secret = announcement?.status_secret ?? "";
  const ask = async (method: "GET" | "POST", url: string, text = `${method} ${url}`) => {
    const headers = signMessage({ id: "m1", at: Date.now(), body: text, secret });
    return app.inject({ method, url, headers, remoteAddress: "10.0.0.7" });
  };
  const { sites: seen } = (await ask("GET", "/fake/status")).json() as { sites: SiteStatus[] };
  expect(seen.map((each) => each.site)).toEqual(["shop.example"]);
  expect((await ask("POST", "/fake/reconcile")).json()).toEqual({ sites: ["shop.example"] });
  expect((await ask("POST", "/fake/reconcile?site=site.example")).json()).toEqual({ sites: [] });
  expect((await ask("GET", "/fake/events?site=site.example")).json()).toEqual({ events: [] });
  expect((await ask("POST", "/fake/reconcile", "GET /fake/reconcile")).statusCode).toBe(401);
  expect((await ask("GET", "/fake/events?site=a&site=b")).statusCode).toBe(400);
});

test("a page in a browser of this machine can start nothing", async () => {
  const { app } = await start([siteOf(cmsWith("a")).site], await newPlace());
  const headers = { origin: "http://evil.example" };
  expect((await app.inject({ method: "POST", url: "/fake/reconcile", headers })).statusCode).toBe(401);
});
