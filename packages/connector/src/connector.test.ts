import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CmsAdapter, createInvalidationClient, type VerifiedEvent } from "@freshet/core";
import { openStore, type Store } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import fastify, { type FastifyInstance } from "fastify";
import { afterEach, expect, test, vi } from "vitest";
import { type ConnectorOptions, connector } from "./connector.ts";
import { EventUnreadable } from "./errors.ts";
import type { LoggedEvent } from "./inbox.ts";
import { stopOnce } from "./running.test.support.ts";
import type { OutcomePort } from "./site.ts";
import { signMessage } from "./standard-webhooks.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface FakeEvent {
  readonly id: string;
  readonly order: number;
  readonly files: Readonly<Record<string, string | null>>;
}
/** A CMS in memory: what it pushed is genuine when the header says so, what it has can be pulled. */
interface FakeCms {
  readonly events: FakeEvent[];
  pulls: number;
  isDown: boolean;
  /** Events whose end it wants to know, and what it was told, as "event state". */
  wanted: readonly string[];
  readonly told: string[];
  isDeaf: boolean;
}
const fakeCms = (): FakeCms => ({ events: [], pulls: 0, isDown: false, wanted: [], told: [], isDeaf: false });
const outcomesOf = (cms: FakeCms): OutcomePort => ({
  wanted: () => cms.wanted,
  async tell(lines) {
    if (cms.isDeaf) throw new Error("The site does not listen.");
    cms.told.push(...lines.map(({ event, state }) => `${event} ${state}`));
  },
});
const verified = (event: FakeEvent): VerifiedEvent => ({ id: event.id, order: event.order, payload: event });

const adapter: CmsAdapter<FakeCms> = {
  name: "fake",
  async verify({ headers, body }) {
    if (headers["x-genuine"] !== "yes") return { ok: false, reason: "signature-wrong" };
    const { events } = JSON.parse(Buffer.from(body).toString()) as { events: FakeEvent[] };
    return { ok: true, events: events.map(verified) };
  },
  async changes({ payload }) {
    if (typeof payload !== "object" || payload === null || !("files" in payload)) {
      throw new EventUnreadable("The event has no files.");
    }
    return Object.entries((payload as FakeEvent).files).map(([path, version]) => ({
      kind: version === null ? ("removed" as const) : ("replaced" as const),
      original: `http://site.example${path}`,
      ...(version !== null && { version, digest: version.padEnd(64, "0") }),
      link: "http://site.example/admin",
    }));
  },
  async pull(from, cms) {
    cms.pulls += 1;
    if (cms.isDown) throw new Error("The site cannot be reached.");
    const events = cms.events.filter((event) => event.order > Number(from ?? 0)).slice(0, 2);
    return { events: events.map(verified), cursor: String(events.at(-1)?.order ?? from ?? 0) };
  },
};

/** A server that takes invalidations; `answer` decides what becomes of the next request. */
interface FakeServer {
  readonly url: string;
  /** Every request that arrived, in order. */
  readonly asked: {
    readonly key: string;
    readonly body: { urls: string[]; cause: unknown; digests?: unknown };
  }[];
  readonly accepted: Map<string, string>;
  answer: "accept" | "503" | "429" | "400" | "401" | "break";
  status: "DONE" | "PREPARING" | "ERROR";
}
async function fakeServer(): Promise<FakeServer> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const say = (status: number, body: unknown, headers = {}) =>
        response.writeHead(status, headers).end(JSON.stringify(body));
      const entry = (uuid: string, status: string) => ({
        status: "success",
        msg: "",
        invalidation: { uuid, status, added_at: "" },
      });
      if (request.method === "GET")
        return say(200, entry((request.url ?? "").split("/").at(-1) ?? "", fake.status));
      const key = String(request.headers["idempotency-key"]);
      fake.asked.push({ key, body: JSON.parse(Buffer.concat(chunks).toString()) });
      if (fake.answer === "break") return request.socket.destroy();
      if (fake.answer === "429") return say(429, { msg: "slower" }, { "retry-after": "1" });
      if (fake.answer !== "accept")
        return say(Number(fake.answer), { status: "error", code: "X", msg: "said so" });
      const uuid = fake.accepted.get(key) ?? `uuid-${fake.accepted.size + 1}`;
      fake.accepted.set(key, uuid);
      say(201, entry(uuid, "RECEIVED"));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const fake: FakeServer = {
    url: `http://127.0.0.1:${port}`,
    asked: [],
    accepted: new Map(),
    answer: "accept",
    status: "DONE",
  };
  return fake;
}

interface Running {
  readonly app: FastifyInstance;
  readonly store: Store;
  stop(): Promise<void>;
}
async function start(
  cms: FakeCms,
  server: FakeServer,
  place: string,
  more: Partial<ConnectorOptions<FakeCms>> = {},
): Promise<Running> {
  const store = await openStore(at(place));
  const invalidations = createInvalidationClient({ endpoint: server.url, apiKey: "client_test" });
  const app = fastify();
  await app.register(
    connector({
      name: "fake",
      sites: [
        {
          id: "site.example",
          adapter,
          client: cms,
          invalidations,
          project: "demo",
          outcomes: outcomesOf(cms),
        },
      ],
      claimedSite: ({ body }) => {
        const text = Buffer.from(body).toString();
        return text.startsWith("{") ? (JSON.parse(text) as { site?: string }).site : undefined;
      },
      store,
      pullEveryMs: 3_600_000,
      attempts: { firstMs: 50, mostMs: 100 },
      ...more,
    }),
  );
  await app.ready();
  const stop = stopOnce(app, store);
  undo.push(stop);
  return { app, store, stop };
}

const push = (
  app: FastifyInstance,
  events: readonly FakeEvent[],
  headers: Record<string, string> = { "x-genuine": "yes" },
  site = "site.example",
) => app.inject({ method: "POST", url: "/fake/events", headers, payload: JSON.stringify({ site, events }) });
const logOf = async (app: FastifyInstance): Promise<readonly LoggedEvent[]> =>
  (await app.inject("/fake/events")).json().events;
const settled = (app: FastifyInstance, states: Readonly<Record<string, string>>) =>
  vi.waitFor(async () => {
    expect(Object.fromEntries((await logOf(app)).map((line) => [line.event, line.state]))).toEqual(states);
  }, 30_000);

const hat: FakeEvent = {
  id: "evt_1",
  order: 1,
  files: { "/hat.jpg": "c1", "/hat-300.jpg": "c2", "/old.jpg": null },
};

test("a pushed event becomes one invalidation with its cause, digests and key, and ends done", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace());
  expect((await push(app, [hat])).json()).toEqual({ stored: 1, known: 0 });
  await settled(app, { evt_1: "done" });
  expect(server.asked).toEqual([
    {
      key: "fake:site.example:evt_1",
      body: {
        scope: "original",
        urls: [
          "http://site.example/hat.jpg",
          "http://site.example/hat-300.jpg",
          "http://site.example/old.jpg",
        ],
        cause: { kind: "fake", id: "evt_1", link: "http://site.example/admin" },
        digests: {
          "http://site.example/hat.jpg": "c1".padEnd(64, "0"),
          "http://site.example/hat-300.jpg": "c2".padEnd(64, "0"),
        },
      },
    },
  ]);
  expect((await logOf(app))[0]).toMatchObject({
    via: "push",
    invalidations: ["uuid-1"],
    remark: "3 files invalidated.",
  });
});

test("the log is read page by page, each line once, and says where to look in the CMS", async () => {
  const begun = Date.now();
  const now = () => 1_700_000_000_000 + Date.now() - begun;
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace(), { now });
  const names = Array.from({ length: 7 }, (_, at) => `evt_${at}`);
  await push(
    app,
    names.map((id, order) => ({ id, order, files: { [`/${id}.jpg`]: "c1" } })),
  );
  await settled(app, Object.fromEntries(names.map((id) => [id, "done"])));
  const seen: string[] = [];
  let pages = 0;
  for (let cursor: string | undefined = ""; cursor !== undefined; pages += 1) {
    const query: string = `limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`;
    const page: { events: LoggedEvent[]; cursor?: string } = (
      await app.inject(`/fake/events?${query}`)
    ).json();
    expect(page.events.every(({ link }) => link === "http://site.example/admin")).toBe(true);
    seen.push(...page.events.map(({ event }) => event));
    cursor = page.cursor;
  }
  expect([pages, seen]).toEqual([3, names.toReversed()]);
  expect((await app.inject("/fake/events?limit=7")).json().cursor).toBeUndefined();
  expect((await app.inject("/fake/events?before=2023-11-14T22:13:20Z")).json().events).toEqual([]);
  expect((await app.inject("/fake/events?before=2023-11-14T22:15:00Z")).json().events).toHaveLength(7);
  const strange = Buffer.from('[1,2,"x"]').toString("base64url");
  for (const query of ["cursor=x", `cursor=${strange}`, "cursor=", "before=tuesday"])
    expect((await app.inject(`/fake/events?${query}`)).statusCode, query).toBe(400);
});

test("the log takes lines of one moment apart, and answers any cursor and filter without a 5xx", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace(), { now: () => 1_700_000_000_000 });
  const names = ["a", "B", "é", "a_b", "a-b", "Z", "10", "9", "☃"];
  await push(
    app,
    names.map((id, order) => ({ id, order, files: { [`/${id}.jpg`]: "c1" } })),
  );
  const seen: string[] = [];
  for (let cursor: string | undefined; seen.length < 100; ) {
    const page: { events: LoggedEvent[]; cursor?: string } = (
      await app.inject(`/fake/events?limit=2${cursor === undefined ? "" : `&cursor=${cursor}`}`)
    ).json();
    seen.push(...page.events.map(({ event }) => event));
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  expect(seen.toSorted()).toEqual(names.toSorted());
  const odd = ["\0", "\ud800", "'", "%", "\\", "a".repeat(400), "\n", "☃"];
  for (const text of odd) {
    const sent = encodeURIComponent(text.isWellFormed() ? text : "\ufffd");
    const places = [
      [1_700_000_000_000, text, "a"],
      [1, "fake", text],
      [Number.MAX_SAFE_INTEGER, text, text],
      [-Number.MAX_SAFE_INTEGER, "", ""],
    ].map((place) => `cursor=${Buffer.from(JSON.stringify(place)).toString("base64url")}`);
    for (const query of [...places, `site=${sent}`, `subject=${sent}`, `state=${sent}`, `before=${sent}`])
      expect((await app.inject(`/fake/events?${query}`)).statusCode, query).toBeLessThan(500);
  }
});

test("an event whose push was lost is pulled, page after page, and the cursor outlives the process", async () => {
  const [cms, server, place] = [fakeCms(), await fakeServer(), await newPlace()];
  for (const order of [1, 2, 3, 4, 5])
    cms.events.push({ id: `evt_${order}`, order, files: { [`/${order}.jpg`]: "c1" } });
  const first = await start(cms, server, place);
  await settled(first.app, { evt_1: "done", evt_2: "done", evt_3: "done", evt_4: "done", evt_5: "done" });
  expect((await first.app.inject("/fake/status")).json().sites[0]).toMatchObject({
    cursor: "5",
    state: "ok",
    lag_ms: 0,
  });
  await first.stop();
  cms.pulls = 0;
  await start(cms, server, place);
  await expect.poll(() => cms.pulls).toBe(1);
  expect(server.accepted.size).toBe(5);
});

test("a CMS that asks is told what became of its events, each change once, and of no event that is not here", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  server.status = "PREPARING";
  cms.wanted = ["evt_1", "evt_9"];
  const { app } = await start(cms, server, await newPlace(), { pullEveryMs: 20 });
  await push(app, [hat]);
  await vi.waitFor(() => expect(cms.told).toContain("evt_1 invalidating"), 30_000);
  server.status = "DONE";
  await vi.waitFor(() => expect(cms.told).toContain("evt_1 done"), 30_000);
  const { pulls } = cms;
  await vi.waitFor(() => expect(cms.pulls).toBeGreaterThan(pulls + 3), 30_000);
  expect(cms.told.filter((line) => line !== "evt_1 received")).toEqual(["evt_1 invalidating", "evt_1 done"]);
});

test("a CMS that does not take what it asked for is pulled from all the same, and told later", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  cms.wanted = ["evt_1"];
  cms.isDeaf = true;
  const { app } = await start(cms, server, await newPlace(), { pullEveryMs: 20 });
  cms.events.push(hat);
  await settled(app, { evt_1: "done" });
  expect((await app.inject("/fake/status")).json().sites[0]).toMatchObject({ state: "ok", error: null });
  cms.isDeaf = false;
  await vi.waitFor(() => expect(cms.told).toEqual(["evt_1 done"]), 30_000);
});

test("an event that arrives many times, on both ways, is invalidated once", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace(), { pullEveryMs: 5 });
  cms.events.push(hat);
  await Promise.all(Array.from({ length: 20 }, () => push(app, [hat, hat])));
  await settled(app, { evt_1: "done" });
  const { pulls } = cms;
  await expect.poll(() => cms.pulls).toBeGreaterThan(pulls + 3);
  expect(server.asked).toHaveLength(1);
});

test.each(["503", "429", "401", "break"] as const)(
  "while the server answers %s the event waits, and it is repeated with the same key and body until accepted",
  async (answer) => {
    const [cms, server] = [fakeCms(), await fakeServer()];
    server.answer = answer;
    const { app } = await start(cms, server, await newPlace());
    await push(app, [hat]);
    await vi.waitFor(() => expect(server.asked.length).toBeGreaterThanOrEqual(2), 30_000);
    const [waiting] = await logOf(app);
    expect(waiting).toMatchObject({
      state: "received",
      remark: expect.stringContaining("Waiting to try again"),
    });
    expect((await app.inject("/fake/status")).json().sites[0]).toMatchObject({
      state: "behind",
      error: expect.stringContaining("Waiting to try again"),
    });
    server.answer = "accept";
    await settled(app, { evt_1: "done" });
    expect(new Set(server.asked.map((each) => JSON.stringify(each))).size).toBe(1);
  },
);

test("once the server takes one event again, those in a long pause go at once", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  server.answer = "503";
  const { app } = await start(cms, server, await newPlace(), {
    attempts: { firstMs: 3_600_000, mostMs: 3_600_000 },
  });
  await push(app, [hat, { id: "evt_2", order: 2, files: { "/b.jpg": "c1" } }]);
  await expect.poll(() => server.asked).toHaveLength(2);
  await settled(app, { evt_1: "received", evt_2: "received" });
  await expect
    .poll(async () => (await logOf(app)).every((line) => line.remark?.startsWith("Waiting")))
    .toBe(true);
  server.answer = "accept";
  await push(app, [{ id: "evt_3", order: 3, files: { "/c.jpg": "c1" } }]);
  await settled(app, { evt_1: "done", evt_2: "done", evt_3: "done" });
});

test("a refusal that can never succeed ends the event with the server's sentence", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  server.answer = "400";
  const { app } = await start(cms, server, await newPlace());
  await push(app, [hat]);
  await settled(app, { evt_1: "failed" });
  expect((await logOf(app))[0]?.remark).toContain("said so");
  expect(server.asked).toHaveLength(1);
});

test("an event that the adapter cannot read ends with its sentence and holds up no other", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace());
  const odd = { id: "evt_0", order: 1 } as unknown as FakeEvent;
  await push(app, [odd, hat]);
  await settled(app, { evt_0: "failed", evt_1: "done" });
  expect((await logOf(app)).find((line) => line.event === "evt_0")?.remark).toBe("The event has no files.");
});

test("an invalidation that ends in an error is shown, and the next event is acted on whatever its version", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  server.status = "ERROR";
  const { app } = await start(cms, server, await newPlace());
  await push(app, [hat]);
  await settled(app, { evt_1: "failed" });
  server.status = "DONE";
  await push(app, [{ ...hat, id: "evt_2", order: 2 }]);
  await settled(app, { evt_1: "failed", evt_2: "done" });
});

test("what was stored and not yet accepted survives the end of the process", async () => {
  const [cms, server, place] = [fakeCms(), await fakeServer(), await newPlace()];
  server.answer = "503";
  const first = await start(cms, server, place);
  await push(first.app, [hat, { id: "evt_2", order: 2, files: { "/b.jpg": "c1" } }]);
  await expect.poll(() => server.asked.length).toBeGreaterThan(0);
  await first.stop();
  server.answer = "accept";
  const second = await start(cms, server, place);
  await settled(second.app, { evt_1: "done", evt_2: "done" });
  expect([...server.accepted.keys()].toSorted()).toEqual([
    "fake:site.example:evt_1",
    "fake:site.example:evt_2",
  ]);
});

test("a version that was invalidated already asks for nothing, unless the event is late", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace());
  const event = (order: number, version: string): FakeEvent => ({
    id: `evt_${order}`,
    order,
    files: { "/a.jpg": version },
  });
  await push(app, [event(1, "c1")]);
  await settled(app, { evt_1: "done" });
  // 3 arrives before 2: it says c1 again, so nothing is asked; 2 is late, so it is acted on and not remembered.
  await push(app, [event(3, "c1")]);
  await settled(app, { evt_1: "done", evt_3: "nothing-to-do" });
  await push(app, [event(2, "c2")]);
  await settled(app, { evt_1: "done", evt_2: "done", evt_3: "nothing-to-do" });
  await push(app, [event(4, "c2")]);
  await settled(app, { evt_1: "done", evt_2: "done", evt_3: "nothing-to-do", evt_4: "done" });
  expect((await logOf(app)).find((line) => line.event === "evt_3")?.remark).toContain("unchanged");
});

test("a removal is always acted on, and what comes back under its name too", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace());
  for (const [index, version] of ["c1", null, "c1"].entries()) {
    await push(app, [{ id: `evt_${index}`, order: index + 1, files: { "/a.jpg": version } }]);
    await vi.waitFor(
      async () => expect((await logOf(app)).every((line) => line.state === "done")).toBe(true),
      10_000,
    );
  }
  expect(server.accepted.size).toBe(3);
});

test("an event with more files than a request takes is split, each part with a key of its own", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace());
  const files = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`/${i}.jpg`, "c1"]));
  await push(app, [{ id: "evt_1", order: 1, files }]);
  await settled(app, { evt_1: "done" });
  expect(server.asked.map(({ key, body }) => [key, body.urls.length])).toEqual([
    ["fake:site.example:evt_1", 1_000],
    ["fake:site.example:evt_1:2", 1],
  ]);
});

test("wrong signature 401, unreadable 401, unknown site 410, too large 413: nothing is stored", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace());
  const answers = await Promise.all([
    push(app, [hat], { "x-genuine": "no" }),
    app.inject({ method: "POST", url: "/fake/events", payload: "[" }),
    app.inject({ method: "POST", url: "/fake/events" }),
    push(app, [hat], { "x-genuine": "yes" }, "other.example"),
    app.inject({ method: "POST", url: "/fake/events", payload: "{".padEnd(1_048_577, " ") }),
    push(app, [hat], { "x-genuine": "no", "content-type": "no/such; type" }),
  ]);
  expect(answers.map((answer) => [answer.statusCode, answer.json().code])).toEqual([
    [401, "EVENT_NOT_GENUINE"],
    [401, "EVENT_NOT_GENUINE"],
    [401, "EVENT_NOT_GENUINE"],
    [410, "SITE_GONE"],
    [413, "BODY_TOO_LARGE"],
    [401, "EVENT_NOT_GENUINE"],
  ]);
  expect(await logOf(app)).toEqual([]);
});

test("a store that cannot take the event is no 200: the sender keeps it", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app, store } = await start(cms, server, await newPlace());
  await store.close();
  const answer = await push(app, [hat]);
  expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "5"]);
});

test("a site that cannot be reached is shown, and asked again", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  cms.isDown = true;
  cms.events.push(hat);
  const { app } = await start(cms, server, await newPlace(), { pullEveryMs: 20 });
  await vi.waitFor(() => expect(cms.pulls).toBeGreaterThan(2), 30_000);
  const status = async () => (await app.inject("/fake/status")).json().sites[0];
  expect(await status()).toMatchObject({ state: "unreachable", error: "The site cannot be reached." });
  cms.isDown = false;
  await settled(app, { evt_1: "done" });
  expect(await status()).toMatchObject({ state: "ok", error: null, events: { done: 1 } });
});

test("status and log are for this machine or for who can sign", async () => {
  const [cms, server] = [fakeCms(), await fakeServer()];
  const { app } = await start(cms, server, await newPlace(), { statusSecrets: ["a secret of the console"] });
  const ask = async (options: { remoteAddress?: string; headers?: Record<string, string> }) =>
    (await app.inject({ method: "GET", url: "/fake/status", ...options })).statusCode;
  const signed = (secret: string) =>
    signMessage({ id: "m1", at: Date.now(), body: "GET /fake/status", secret });
  expect(await ask({})).toBe(200);
  expect(await ask({ remoteAddress: "10.0.0.7" })).toBe(401);
  expect(await ask({ headers: { "x-forwarded-for": "10.0.0.7" } })).toBe(401);
  expect(await ask({ headers: { host: "rebound.example" } })).toBe(401);
  expect(await ask({ remoteAddress: "10.0.0.7", headers: signed("another secret") })).toBe(401);
  expect(await ask({ remoteAddress: "10.0.0.7", headers: signed("a secret of the console") })).toBe(200);
  expect((await app.inject("/fake/events?limit=x")).statusCode).toBe(400);
  expect((await app.inject("/fake/events?state=x")).statusCode).toBe(400);
});
