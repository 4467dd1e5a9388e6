import { newPlace } from "@freshet/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";

const KEY = "client_0123456789abcdef";
const OTHER_KEY = "client_of_the_other_one";
const ADMIN = "admin_0123456789abcdef";
const HOST = "demo.images.example";
const hits = (n: number) => ({ requests: n });

let fleet: Fleet;
let instance: Instance;
beforeAll(async () => {
  fleet = await startFleet();
  instance = await fleet.start({
    statsPlace: await newPlace(),
    projects: (origin) => {
      const section = { aliases: { _site_: origin }, origins: { allowPrivate: true }, formats: [] };
      return { demo: { ...section, apiKey: KEY }, other: { ...section, apiKey: OTHER_KEY } };
    },
  });
});
afterAll(() => fleet.stop());

const picture = (path: string, headers: Readonly<Record<string, string>> = {}, host = HOST) =>
  instance.server.app.inject({ url: path, headers: { host, ...headers } });
const ask = (url: string, key = KEY) => instance.ask("GET", url, { key });
/** Asks until the answer is as wanted: what is counted is there within a second or so. */
async function until<Body>(url: string, isWanted: (body: Body) => boolean, key = KEY): Promise<Body> {
  for (const begun = performance.now(); ; ) {
    const { status, body } = await ask(url, key);
    expect(status, JSON.stringify(body)).toBe(200);
    if (isWanted(body)) return body;
    if (performance.now() - begun > 20_000) throw new Error(`still ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("figures of real requests", () => {
  beforeAll(async () => {
    const referer = "https://shop.example/hats?page=2";
    for (let time = 0; time < 5; time += 1)
      await picture("/v7/_site_/a.gif", { referer, "cf-ipcountry": "DE" });
    await picture("/v7/_site_/a.gif?w=10");
    await picture("/v7/_site_/b.gif");
    await picture("/v7/http://nowhere.example/c.gif");
    await picture("/v7/_site_/a.gif", {}, "other.images.example");
    await picture("/v7/_site_/a.gif", {}, "nobody.example");
  });

  test("are there for each project alone, and for all together", async () => {
    const demo = await until<{ requests: number }>("/stats/delivery", ({ requests }) => requests === 8);
    expect(demo).toMatchObject({
      project: "demo",
      statuses: [
        { status: 200, ...hits(7) },
        { status: 403, ...hits(1) },
      ],
      errors: [{ code: "ORIGINAL_NOT_ALLOWED", ...hits(1) }],
      countries: [{ country: "DE", ...hits(5) }],
      origins: [{ downloads: 2, failed: 0 }],
      edge: null,
    });
    expect(await until("/stats/delivery", () => true, OTHER_KEY)).toMatchObject({
      project: "other",
      requests: 1,
    });
    const all = await until<{ requests: number }>(
      "/stats/delivery",
      ({ requests }) => requests === 10,
      ADMIN,
    );
    expect(all).toMatchObject({ project: null });
    const overview = await until<{ projects: { project: string; requests: number }[] }>(
      "/stats/overview",
      () => true,
      ADMIN,
    );
    expect(Object.fromEntries(overview.projects.map(({ project, requests }) => [project, requests]))).toEqual(
      {
        ...{ demo: 8, other: 1, "": 1 },
      },
    );
    expect(await until("/stats/overview", () => true)).toMatchObject({ projects: [{ project: "demo" }] });
  });

  test("say how much there was and what it came to", async () => {
    const volumetry = await until("/stats/volumetry", () => true);
    expect(volumetry).toMatchObject({
      requests: { total: 8, average_per_day: 8 / 30, peak_day: { value: 8 } },
      unique: { originals: 2, variants: 3, variants_per_original: 1.5, is_exact: true },
      cache: { measure: "in_use" },
    });
    expect((volumetry as { series: object[] }).series).toHaveLength(30);
    const optimization = await until<{ formats: { format: string; requests: number }[] }>(
      "/stats/optimization",
      () => true,
    );
    expect(optimization.formats).toMatchObject([{ format: "gif", requests: 7 }]);
  });

  test("rank URLs, originals, referrers and what failed", async () => {
    const top = async (query: string) => {
      const { rows } = await until<{ rows: { name: string; hits: number; project: string }[] }>(
        `/stats/top?${query}`,
        () => true,
      );
      return rows.map(({ name, hits }) => [name, hits]);
    };
    expect(await top("by=urls&limit=1")).toEqual([["/v7/_site_/a.gif", 5]]);
    expect((await top("by=originals")).map(([, hits]) => hits)).toEqual([6, 1, 1]);
    expect(await top("by=referrers")).toEqual([["shop.example", 5]]);
    expect(await top("by=errors&order=bytes")).toEqual([["/v7/http://nowhere.example/c.gif", 1]]);
  });

  test("are logged line by line, and can be taken away", async () => {
    const { rows } = await until<{ rows: { url: string; count: number; source: string }[] }>(
      "/stats/logs/cdn?source=failed",
      () => true,
    );
    expect(rows).toMatchObject([
      { url: "/v7/http://nowhere.example/c.gif", status: 403, code: "ORIGINAL_NOT_ALLOWED" },
    ]);
    const urls = await until<{ rows: { url: string; hits: number }[] }>(
      "/stats/logs/urls?url=a.gif",
      () => true,
    );
    expect(urls.rows.map(({ url, hits }) => [url, hits]).toSorted()).toEqual([
      ["/v7/_site_/a.gif", 5],
      ["/v7/_site_/a.gif?w=10", 1],
    ]);
    const resizes = await until<{ rows: object[] }>("/stats/logs/resizes", () => true);
    expect(resizes.rows).toMatchObject([{ url: "/v7/_site_/a.gif?w=10", status: 200, format: "gif" }]);
    const file = await instance.server.app.inject({
      ...{ url: "/stats/logs/cdn?format=csv", headers: { "x-client-key": KEY } },
    });
    expect(file.headers["content-disposition"]).toBe('attachment; filename="freshet-cdn.csv"');
    const lines = file.payload.trim().split("\r\n");
    expect(lines[0]).toContain("at,project,url,via");
    expect(lines.slice(1).reduce((sum, line) => sum + Number(line.split(",").at(-1)), 0)).toBe(8);
  });

  test("pages of a log follow each other and give every row once", async () => {
    const found: string[] = [];
    for (let cursor = ""; ; ) {
      const page = await until<{ rows: { url: string; at: string }[]; cursor?: string }>(
        `/stats/logs/urls?limit=2${cursor}`,
        () => true,
      );
      found.push(...page.rows.map(({ url }) => url));
      if (page.cursor === undefined) break;
      cursor = `&cursor=${page.cursor}`;
    }
    expect(found.toSorted()).toEqual([
      "/v7/_site_/a.gif",
      "/v7/_site_/a.gif?w=10",
      "/v7/_site_/b.gif",
      "/v7/http://nowhere.example/c.gif",
    ]);
  });

  test("answer in Cloudimage's words, with the key in the query", async () => {
    const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
    const answer = await ask(`/stats/general?from=${day}&to=${day}&client_key=${KEY}`, "");
    expect(answer).toMatchObject({
      status: 200,
      body: {
        status: "success",
        msg: `Stats for token: demo between ${day} and ${day}`,
        stats: { count_resized_images: 1, count_downloaded_images: 2, count_total_images: 3 },
      },
    });
    expect(answer.body.stats.cdn_trafic_gb).toBeGreaterThan(0);
    expect(await ask(`/stats/general?client_key=wrong`, "")).toMatchObject({
      ...{ status: 401, body: { status: "error", code: "API_KEY_WRONG" } },
    });
    expect(await ask(`/stats/general?from=x`)).toMatchObject({
      status: 400,
      body: { status: "error", code: "QUERY_WRONG" },
    });
    expect(await ask(`/stats/general?from=${day}&client_key=${KEY}&project=other`, "")).toMatchObject({
      ...{ status: 403, body: { status: "error", code: "KEY_NOT_ALLOWED" } },
    });
  });
});

describe("lines of nodes", () => {
  const send = (lines: readonly object[], headers: Readonly<Record<string, string>> = {}, key = OTHER_KEY) =>
    instance.server.app.inject({
      ...{ method: "POST", url: "/stats/logs/cdn" },
      headers: { "x-client-key": key, "content-type": "application/x-ndjson", ...headers },
      payload: lines.map((line) => JSON.stringify(line)).join("\n"),
    });

  test("add hits that never reached an instance, once however often they are sent", async () => {
    const lines = [
      { url: "/v7/_site_/a.gif", status: 200, bytes: 100, cache: "hit", count: 7, node: "fra" },
      { url: "/v7/_site_/a.gif", status: 200, bytes: 100, cache: "miss" },
      { url: "nothing", status: 200, cache: "hit" },
    ];
    const headers = { "idempotency-key": "batch 1" };
    const first = await send(lines, headers);
    expect([first.statusCode, first.json()]).toMatchObject([
      202,
      { accepted: 2, refused: 1, repeated: false, errors: [{ line: 3 }] },
    ]);
    expect((await send(lines, headers)).json()).toMatchObject({ repeated: true });
    const told = await until<{ requests: number }>(
      "/stats/delivery",
      ({ requests }) => requests === 8,
      OTHER_KEY,
    );
    expect(told).toMatchObject({
      edge: { requests: 8, hits: 7, hit_ratio: 0.875 },
      sources: [{ from: "edge", ...hits(7) }, {}],
    });
    const log = await until<{ rows: object[] }>("/stats/logs/cdn?via=node", () => true, OTHER_KEY);
    expect(log.rows).toHaveLength(2);
    const top = await until<{ rows: object[] }>("/stats/top?by=originals", () => true, OTHER_KEY);
    expect(top.rows).toMatchObject([{ hits: 8 }]);
    expect(await until("/stats/delivery", () => true)).toMatchObject({ edge: null });
  });

  test("are refused whole or in part, never with a 5xx", async () => {
    expect((await send([], {}, ADMIN)).json()).toMatchObject({ code: "PROJECT_NOT_NAMED" });
    expect((await send([])).json()).toMatchObject({ accepted: 0, refused: 0 });
    const bytes = await instance.server.app.inject({
      ...{
        method: "POST",
        url: "/stats/logs/cdn",
        headers: { "x-client-key": KEY },
        payload: Buffer.from([0xff, 0xfe]),
      },
    });
    expect(bytes.json()).toMatchObject({ code: "BODY_UNREADABLE" });
    const large = await send([{ url: "x".repeat(2 ** 20) }]);
    expect(large.statusCode).toBe(413);
  });
});

test.each([
  "/stats/overview?from=x",
  "/stats/overview?step=week",
  "/stats/overview?from=2026-01-01&step=10m",
  "/stats/top?by=users",
  "/stats/top?order=%27",
  "/stats/logs/cdn?status=abc",
  "/stats/logs/urls?status=404",
  "/stats/logs/cdn?cursor=abc",
  "/stats/logs/cdn?format=xls",
  "/stats/logs/cdn?from=2026-99-99",
  "/stats/overview?nothing=1",
])("%s is refused in words", async (url) => {
  expect(await ask(url)).toMatchObject({ status: 400, body: { code: "QUERY_WRONG" } });
});

test("nobody sees another project's figures", async () => {
  for (const path of ["overview", "volumetry", "optimization", "delivery", "top", "logs/cdn", "logs/urls"]) {
    expect(await ask(`/stats/${path}?project=other`)).toMatchObject({
      status: 403,
      body: { code: "KEY_NOT_ALLOWED" },
    });
    expect(await ask(`/stats/${path}`, "")).toMatchObject({ status: 401 });
    expect(await ask(`/stats/${path}?project=none`, ADMIN)).toMatchObject({
      status: 404,
      body: { code: "PROJECT_NOT_FOUND" },
    });
    expect(JSON.stringify((await ask(`/stats/${path}`, OTHER_KEY)).body)).not.toContain("b.gif");
  }
  expect(await ask("/stats/logs/none")).toMatchObject({ status: 404, body: { code: "ROUTE_UNKNOWN" } });
});

test("what a warm-up renders is among the renders, and its answer is nobody's", async () => {
  const before = await until<{ requests: number }>("/stats/delivery", () => true);
  const url = "/_site_/b.gif?w=12";
  const sent = await instance.ask("POST", "/warmup/urls?project=demo", {
    body: { data: [url] },
  });
  expect(sent.body).toMatchObject({ count_added: 1, count_failed: 0 });
  const { rows } = await until<{ rows: { url: string }[] }>("/stats/logs/resizes", ({ rows }) =>
    rows.some((row) => row.url === url),
  );
  expect(rows.find((row) => row.url === url)).toMatchObject({ status: 200, format: "gif" });
  expect(await until("/stats/delivery", () => true)).toMatchObject({ requests: before.requests });
});
