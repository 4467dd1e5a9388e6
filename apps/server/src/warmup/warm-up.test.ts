import type { CdnDriver, ProbeRequest } from "@freshet/core";
import { sql } from "@freshet/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type Fleet,
  type Instance,
  type Replied,
  type StartOptions,
  startFleet,
} from "../instances/fleet.test.support.ts";
import { acceptList } from "./accept.ts";
import type { WarmUpTables } from "./migrations.ts";
import { createWarmUps } from "./warm-ups.ts";

let fleet: Fleet;

beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.stop());

const KEY = "client_0123456789abcdef";
const section = (origin: string, more: object = {}) => ({
  aliases: { _site_: origin },
  origins: { allowPrivate: true },
  formats: ["avif", "webp"],
  ...more,
});
const two = (origin: string) => ({
  demo: section(origin, { apiKey: KEY, hosts: ["img.demo.example"] }),
  shop: section(origin, { apiKey: "client_of_the_shop_x", hosts: ["img.shop.example"] }),
});
/** One answer for each URL. */
const plain = (origin: string) => ({
  demo: section(origin, { apiKey: KEY, formats: [], hosts: ["img.demo.example"] }),
  shop: section(origin, { apiKey: "client_of_the_shop_x", formats: [], hosts: ["img.shop.example"] }),
});
const start = (options: StartOptions = {}) =>
  fleet.start({ name: "a", isAlone: true, projects: two, ...options });
const add = (instance: Instance, data: readonly unknown[], project = "demo"): Promise<Replied> =>
  instance.ask("POST", `/warmup/urls?project=${project}`, { body: { data } });
const get = async (instance: Instance, id: string, project = "demo") =>
  (await instance.ask("GET", `/warmup/${id}?project=${project}`)).body.warmup;
const ended = async (instance: Instance, id: string, project = "demo") => {
  await expect.poll(async () => (await get(instance, id, project)).state).not.toBe("running");
  return get(instance, id, project);
};
const urlsOf = async (instance: Instance, id: string, query = "") =>
  (await instance.ask("GET", `/warmup/${id}/urls?project=demo${query}`)).body.urls;

test("each format that Accept leads to is made once, and a visitor then finds all of them", async () => {
  const a = await start();
  const { status, body } = await add(a, ["/_site_/a.gif?w=1", "/_site_/b.gif?w=1&force_format=png"]);
  expect(status).toBe(200);
  expect(body).toEqual({
    status: "success",
    count_added: 2,
    count_failed: 0,
    msg: "",
    id: expect.stringMatching(/^wrm/),
  });
  expect(await ended(a, body.id)).toMatchObject({
    ...{ state: "done", count_added: 2, count_failed: 0, seconds_left: 0 },
    urls: { waiting: 0, warm: 2, partly: 0, failed: 0, stopped: 0, refused: 0 },
    answers: 4,
  });
  const [first, second] = await urlsOf(a, body.id);
  expect(first).toMatchObject({
    place: 0,
    url: "/_site_/a.gif?w=1",
    host: "img.demo.example",
    outcome: "warm",
    attempts: 1,
  });
  expect(first.formats.map(({ format }: { format: string }) => format)).toEqual(["avif", "webp", "gif"]);
  expect(second.formats).toMatchObject([{ format: "png", status: 200 }]);
  const fetches = fleet.fetches();
  for (const [accept, from] of [
    ["image/avif,image/webp,image/*", "memory"],
    ["image/webp", "memory"],
    ["*/*", "memory"],
  ] as const) {
    const { headers } = await a.server.app.inject({
      url: "/_site_/a.gif?w=1",
      headers: { host: "img.demo.example", accept },
    });
    expect(headers["cache-status"], accept).toBe(`freshet; hit; detail=${from}`);
  }
  expect(fleet.fetches()).toBe(fetches);
});

test("wrong URLs are counted and told with their reason, and the others are warmed all the same", async () => {
  const a = await start();
  const list = [
    "/_site_/a.gif",
    "https://img.shop.example/_site_/a.gif",
    7,
    "/_site_/a.gif",
    "/elsewhere.example/a.gif",
  ];
  const { body } = await add(a, list);
  expect(body).toMatchObject({ status: "success", count_added: 2, count_failed: 3 });
  expect(body.msg).toContain('2. "https://img.shop.example/_site_/a.gif": WARMUP_HOST_WRONG');
  expect(body.msg).toContain('3. "7": WARMUP_URL_WRONG');
  expect(await ended(a, body.id)).toMatchObject({ duplicates: 1, urls: { warm: 1, refused: 3 } });
  const refused = await urlsOf(a, body.id, "&outcome=refused");
  expect(refused.map(({ code }: { code: string }) => code)).toEqual([
    "WARMUP_HOST_WRONG",
    "WARMUP_URL_WRONG",
    "ORIGINAL_NOT_ALLOWED",
  ]);
  const none = await add(a, ["/elsewhere.example/a.gif"]);
  expect(none.body).toMatchObject({ status: "success", count_added: 0, count_failed: 1 });
  expect(await get(a, none.body.id)).toMatchObject({ state: "done" });
});

test("Cloudimage's older form takes whole URLs, as JSON, lines or a file", async () => {
  const a = await start();
  const uris = ["http://img.demo.example/_site_/a.gif", "http://demo.cloudimg.io/v7/_site_/b.gif?w=1"];
  const headers = { "x-client-key": KEY };
  const bodies = [
    { payload: JSON.stringify({ warmup: { desc: "new", token: "demo", uris } }), type: "application/json" },
    { payload: `${uris.join("\r\n")}\r\n`, type: "text/csv" },
  ];
  for (const { payload, type } of bodies) {
    const reply = await a.server.app.inject({
      method: "POST",
      url: "/warmup",
      headers: { ...headers, "content-type": type },
      payload,
    });
    expect(reply.json()).toEqual({
      status: "success",
      warmup: { id: expect.stringMatching(/^wrm/), added_uris: 2 },
    });
    expect((await ended(a, reply.json().warmup.id)).urls.warm).toBe(2);
  }
  const form =
    '--x\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\n\r\n/_site_/c.gif\r\n--x--\r\n';
  const type = "multipart/form-data; boundary=x";
  const reply = await a.server.app.inject({
    method: "POST",
    url: "/warmup/urls",
    headers: { ...headers, "content-type": type },
    payload: form,
  });
  expect(reply.json()).toMatchObject({ count_added: 1, count_failed: 0, msg: "" });
  const wrong = await a.ask("POST", "/warmup?project=demo", { body: { warmup: { token: "shop", uris } } });
  expect(wrong).toMatchObject({ status: 403, body: { status: "error", code: "KEY_NOT_ALLOWED" } });
});

test("a URL that fails is told with the status that a visitor gets; what may pass is tried again", async () => {
  const a = await start({
    projects: (origin) => ({
      demo: section(origin, { apiKey: KEY, aliases: { _site_: origin, _empty_: { folder: "empty" } } }),
    }),
  });
  const { body } = await add(a, ["/_empty_/a.gif", "/_site_/a.gif?w=1"]);
  expect((await ended(a, body.id)).urls).toMatchObject({ warm: 1, failed: 1 });
  const [url] = await urlsOf(a, body.id, "&outcome=failed");
  const code = "ORIGINAL_MISSING";
  expect(url).toMatchObject({
    outcome: "failed",
    attempts: 1,
    code,
    formats: [{ format: null, status: 404, bytes: 0, code }],
  });
  await fleet.stop();
  fleet = await startFleet();
  const gone = await fleet.start({ name: "a", isAlone: true, projects: () => two("http://127.0.0.1:9") });
  const again = await add(gone, ["/_site_/a.gif"]);
  expect((await ended(gone, again.body.id)).urls).toMatchObject({ failed: 1 });
  expect((await urlsOf(gone, again.body.id))[0]).toMatchObject({ attempts: 3, formats: [{ status: 502 }] });
});

test("after an invalidation what was warm before is read and made anew, for a warm-up as for a visitor", async () => {
  const a = await start({ projects: plain });
  const first = await add(a, ["/_site_/a.gif"]);
  await ended(a, first.body.id);
  fleet.publish("/a.gif");
  const { body } = await a.ask("POST", "/invalidate?project=demo", {
    body: { scope: "original", urls: ["/_site_/a.gif"] },
  });
  await expect
    .poll(
      async () =>
        (await a.ask("GET", `/invalidate/${body.invalidation.uuid}?project=demo`)).body.invalidation.status,
    )
    .toBe("DONE");
  const second = await add(a, ["/_site_/a.gif"]);
  await ended(a, second.body.id);
  const [[before], [after]] = await Promise.all([urlsOf(a, first.body.id), urlsOf(a, second.body.id)]);
  expect(after.formats[0].stamp).toBeGreaterThan(before.formats[0].stamp);
  const host = { host: "img.demo.example" };
  expect(
    (await a.server.app.inject({ url: "/_site_/a.gif", headers: host })).headers["cache-status"],
  ).toContain("hit");
  expect((await a.get("/a.gif", host)).version).toBe(1);
});

test("nodes are asked as visitors would ask them, and one that does not keep the answer is named", async () => {
  const asked: ProbeRequest[] = [];
  const node = (name: string, probe: CdnDriver["probe"]): CdnDriver => ({
    ...{
      name,
      ending: "fenced",
      limits: { batch: 10 },
      purgeTags: async () => {},
      purgeProject: async () => {},
    },
    ...(probe ? { probe } : {}),
  });
  const good = node("good", async (request) => {
    asked.push(request);
    return { status: 200, stamp: 0, etag: undefined, cache: "miss" };
  });
  const away = node("away", async () => {
    throw Object.assign(new Error("away"), { code: "NODE_UNREACHABLE" });
  });
  const a = await start({ drivers: [good, node("bought", undefined)] });
  const { body } = await add(a, ["/_site_/a.gif?w=1"]);
  expect((await ended(a, body.id)).urls.warm).toBe(1);
  expect(asked.map(({ accept }) => accept)).toHaveLength(3);
  expect(asked[0]).toMatchObject({ path: "/_site_/a.gif?w=1", host: "img.demo.example", isWhole: true });
  await a.stop();
  const b = await fleet.start({ name: "b", isAlone: true, projects: two, drivers: [good, away] });
  const again = await add(b, ["/_site_/a.gif?w=1&force_format=png"]);
  expect((await ended(b, again.body.id)).urls.partly).toBe(1);
  const [url] = await urlsOf(b, again.body.id);
  expect(url).toMatchObject({
    outcome: "partly",
    code: "NODE_UNREACHABLE",
    formats: [
      {
        status: 200,
        nodes: [
          { node: "good", cache: "miss" },
          { node: "away", code: "NODE_UNREACHABLE" },
        ],
      },
    ],
  });
});

test("a warm-up that is stopped begins nothing more, and says what it has done", async () => {
  const a = await start({ projects: plain, warmUpTuning: { perSecond: 5 } });
  const { body } = await add(
    a,
    Array.from({ length: 40 }, (_, at) => `/_site_/${at}.gif`),
  );
  await expect.poll(async () => (await get(a, body.id)).urls.warm).toBeGreaterThan(0);
  const running = await get(a, body.id);
  expect(running.rate).toBeGreaterThan(0);
  expect(running.seconds_left).toBeGreaterThan(0);
  const { body: stopped } = await a.ask("DELETE", `/warmup/${body.id}?project=demo`);
  expect(stopped.warmup.state).toBe("stopped");
  const { urls } = stopped.warmup;
  expect(urls.warm + urls.stopped).toBe(40);
  const fetches = fleet.fetches();
  await new Promise((resolve) => setTimeout(resolve, 600));
  // What was under way may have reached the origin, and is counted nowhere.
  expect(fleet.fetches()).toBeLessThanOrEqual(fetches + 2);
  expect(await get(a, body.id)).toMatchObject({ state: "stopped", urls });
  expect(await urlsOf(a, body.id, "&outcome=warm")).toHaveLength(urls.warm);
  const audit = await a.ask("GET", "/audit?project=demo");
  expect(audit.body.changes.map(({ action }: { action: string }) => action)).toEqual([
    "warmup.stopped",
    "warmup.accepted",
  ]);
});

test("lists go by pages, and of another project nothing is seen", async () => {
  const a = await start({ projects: plain });
  const ids: string[] = [];
  for (let at = 0; at < 3; at += 1) ids.unshift((await add(a, [`/_site_/${at}.gif`])).body.id);
  const first = await a.ask("GET", "/warmup?project=demo&limit=2");
  expect(first.body.warmups.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
  const second = await a.ask("GET", `/warmup?project=demo&limit=2&cursor=${first.body.cursor}`);
  expect(second.body).toMatchObject({ status: "success", warmups: [{ id: ids[2] }], cursor: null });
  const long = await add(
    a,
    Array.from({ length: 5 }, (_, at) => `/_site_/p${at}.gif`),
  );
  await ended(a, long.body.id);
  const page = await a.ask("GET", `/warmup/${long.body.id}/urls?project=demo&limit=3`);
  const rest = await a.ask(
    "GET",
    `/warmup/${long.body.id}/urls?project=demo&limit=3&cursor=${page.body.cursor}`,
  );
  expect([...page.body.urls, ...rest.body.urls].map(({ place }) => place)).toEqual([0, 1, 2, 3, 4]);
  expect(rest.body.cursor).toBeNull();
  for (const method of ["GET", "DELETE"] as const)
    expect(await a.ask(method, `/warmup/${ids[0]}?project=shop`)).toMatchObject({
      status: 404,
      body: { status: "error", code: "WARMUP_UNKNOWN" },
    });
  expect((await a.ask("GET", "/warmup?project=shop")).body.warmups).toEqual([]);
  for (const query of ["cursor=%00", "limit=x", "outcome=gone", "limit=1&limit=2"])
    expect((await a.ask("GET", `/warmup/${ids[0]}/urls?project=demo&${query}`)).status, query).toBe(400);
});

test("two instances share the work, and what one of them leaves behind the other carries on, each URL once", async () => {
  const shared = { projects: plain, warmUpTuning: { perSecond: 20 } };
  const a = await fleet.start({ name: "a", ...shared });
  const b = await fleet.start({ name: "b", ...shared });
  const { body } = await add(
    a,
    Array.from({ length: 30 }, (_, at) => `/_site_/${at}.gif`),
  );
  await expect.poll(async () => (await get(b, body.id)).urls.warm).toBeGreaterThan(5);
  await a.crash();
  expect(await ended(b, body.id)).toMatchObject({ state: "done", urls: { waiting: 0, warm: 30 } });
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from warmup_url where outcome = 'warm'`.execute(b.store.db);
  expect(Number(rows[0]?.n)).toBe(30);
});

test("an origin is asked no faster than the rate, however many lists name it", async () => {
  const a = await start({ projects: plain, warmUpTuning: { perSecond: 20 } });
  const begun = performance.now();
  const lists = await Promise.all(
    [0, 1].map((list) =>
      add(
        a,
        Array.from({ length: 15 }, (_, at) => `/_site_/${list}-${at}.gif`),
      ),
    ),
  );
  for (const { body } of lists) await ended(a, body.id);
  expect(fleet.fetches()).toBe(30);
  expect(performance.now() - begun).toBeGreaterThan(29 * 50 - 20);
});

test("every list goes on: a short one behind a long one, and one whose origin gets new lists all the time", async () => {
  const a = await start({ role: "control" });
  const warmUps = createWarmUps(a.store.db.$extendTables<WarmUpTables>(), Date.now);
  const list = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => `/_site_/${name}${at}.gif`);
  const lane = new URL(fleet.origin).host;
  const work = async (count: number) => {
    const urls = await warmUps.waitingIn(lane, count);
    for (const url of urls)
      await warmUps.end({ url, outcome: "warm", code: null, detail: null, results: [] });
    return urls.map(({ project, target }) => (project === "shop" ? target.slice(8) : project));
  };
  await add(a, list("long", 60));
  await work(20);
  await add(a, list("s", 3), "shop");
  const inTurn = await work(6);
  expect(inTurn.filter((each) => each.startsWith("s"))).toEqual(["s0.gif", "s1.gif", "s2.gif"]);
  const begun = await add(a, list("t", 30), "shop");
  for (let round = 0; round < 30; round += 1) {
    await add(a, list(`new${round}-`, 10));
    await add(a, list(`one${round}-`, 1));
    await work(10);
  }
  expect((await get(a, begun.body.id, "shop")).urls).toMatchObject({ waiting: 0, warm: 30 });
});

test("a lane in which nothing waits is forgotten, and is there again for the next list", async () => {
  const a = await start({ projects: plain, warmUpTuning: { sweepMs: 100 } });
  const lanes = async () =>
    (await sql<{ origin: string }>`select origin from warmup_lane`.execute(a.store.db)).rows;
  for (const list of [0, 1]) {
    const { body } = await add(a, [`/_site_/${list}.gif`]);
    expect(await ended(a, body.id)).toMatchObject({ urls: { warm: 1 } });
    await expect.poll(lanes).toEqual([]);
  }
});

test("old warm-ups make room for new ones, but none that runs", async () => {
  const a = await start({ role: "control" });
  const db = a.store.db.$extendTables<WarmUpTables>();
  const by = { principal: "test", address: "" };
  const accept = async (count: number, now: number) => {
    const entries = Array.from({ length: count }, () => 7);
    const list = { entries, description: undefined, token: undefined };
    const whose = { project: { name: "demo" }, projects: {}, host: undefined, requests: {} };
    return (await acceptList(db, list, whose as never, { by, now, mostKept: 10 })).row.id;
  };
  const first = await accept(4, 1_000);
  const second = await accept(4, 2_000);
  const third = await accept(4, 3_000);
  const warmUps = createWarmUps(db, () => 4_000);
  expect((await warmUps.list("demo", 10, undefined)).map(({ id }) => id)).toEqual([third, second]);
  await expect(warmUps.get("demo", first)).rejects.toThrow("no warm-up");
  await db.updateTable("warmup_task").set({ state: "running" }).execute();
  await expect(accept(4, 4_000)).rejects.toThrow("200,000");
  const later = createWarmUps(db, () => 2_500 + 5 * 86_400_000);
  expect(await later.sweep()).toBe(1);
  expect((await later.list("demo", 10, undefined)).map(({ id }) => id)).toEqual([third]);
  const { rows } = await sql<{ n: number }>`select count(*) as n from warmup_url`.execute(a.store.db);
  expect(Number(rows[0]?.n)).toBe(4);
});

test("a project that delivers no other format has one answer", async () => {
  const a = await start({ projects: (origin) => ({ demo: section(origin, { apiKey: KEY, formats: [] }) }) });
  const { body } = await add(a, ["/_site_/a.gif?w=1"]);
  await ended(a, body.id);
  expect((await urlsOf(a, body.id))[0].formats).toMatchObject([{ format: "gif" }]);
});
