import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AssetChange } from "@freshet/core";
import { afterEach, expect, test } from "vitest";
import { readSite, type Site } from "../site.ts";
import { createHeadAdapter, type HeadClient } from "./head-adapter.ts";
import { createHeadClient } from "./head-client.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

interface FakeFile {
  bytes: string;
  /** Headers beside the length. */
  headers: Readonly<Record<string, string>>;
  status?: number;
}

/** A WordPress without the plugin: its media list, its files, and what it was asked. */
interface FakeSite {
  readonly site: Site;
  readonly client: HeadClient;
  readonly files: Map<string, FakeFile>;
  readonly asked: string[];
  robots: string | undefined;
  takesHead: boolean;
  /** Answers of 429 that are still to come. */
  busy: number;
}
const LONG_AGO = "Thu, 01 Jan 2026 10:00:00 GMT";

async function fakeSite(...names: readonly string[]): Promise<FakeSite> {
  const files = new Map<string, FakeFile>(
    names.map((name) => [name, { bytes: name, headers: { etag: `"${name}1"`, "last-modified": LONG_AGO } }]),
  );
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const site = readSite(`${url}/blog`);
  if (site === undefined) throw new Error("unreachable");
  const client = createHeadClient({ site, perSecond: 200, now: Date.now });
  const fake: FakeSite = {
    ...{ site, client, files, asked: [] },
    ...{ robots: undefined, takesHead: true, busy: 0 },
  };
  const ids = new Map(names.map((name, index) => [name, index + 1]));
  const listed = () =>
    [...files.keys()].map((name) => ({
      ...{ id: ids.get(name), media_type: "image", source_url: `${url}/up/${name}` },
      media_details: { sizes: { full: { source_url: `${url}/up/${name}` } } },
    }));
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? "", url);
    if (pathname === "/robots.txt") {
      return fake.robots === undefined ? response.writeHead(404).end() : response.end(fake.robots);
    }
    fake.asked.push(`${request.method} ${pathname}`);
    if (fake.busy > 0) {
      fake.busy -= 1;
      return response.writeHead(429, { "retry-after": "0.05" }).end();
    }
    if (searchParams.get("rest_route") === "/wp/v2/media") {
      const from = Number(searchParams.get("offset"));
      const page = listed().slice(from, from + Number(searchParams.get("per_page")));
      return response.setHeader("content-type", "application/json").end(JSON.stringify(page));
    }
    const file = files.get(pathname.replace("/up/", ""));
    if (file === undefined) return response.writeHead(404).end();
    if (request.method === "HEAD" && !fake.takesHead) return response.writeHead(405).end();
    return response.writeHead(file.status ?? 200, file.headers).end(file.bytes);
  };
  return fake;
}

/** A walk to its end, remembering what it met as the connector does. */
async function walk({ site, client }: FakeSite, known = new Map<string, AssetChange>()) {
  const adapter = createHeadAdapter({ site, now: Date.now });
  const context = { known: { get: async (original: string) => known.get(original) }, client };
  const assets: AssetChange[] = [];
  let cursor: string | undefined;
  do {
    const page = await adapter.reconcile?.(cursor, context);
    assets.push(...(page?.assets ?? []));
    cursor = page?.cursor;
  } while (cursor !== undefined);
  for (const asset of assets) known.set(asset.original, asset);
  const named = (original: string) => new URL(original).pathname.replace("/up/", "");
  return { assets: new Map(assets.map((asset) => [named(asset.original), asset])), known };
}

test("files with validators are learnt by HEAD alone, and their bytes are read when the validators differ", async () => {
  const fake = await fakeSite("a.jpg", "b.jpg");
  const { known } = await walk(fake);
  expect(fake.asked.toSorted()).toEqual(["GET /blog/", "HEAD /up/a.jpg", "HEAD /up/b.jpg"]);
  const before = known.get(`http://${fake.site.host}/up/a.jpg`);
  expect(before).toMatchObject({ kind: "replaced", version: expect.stringMatching(/^h[0-9a-f]{16}$/) });

  fake.asked.length = 0;
  expect((await walk(fake, known)).assets.get("a.jpg")).toEqual(before);
  expect(fake.asked).not.toContain("GET /up/a.jpg");

  fake.files.set("a.jpg", { bytes: "other", headers: { etag: '"a2"', "last-modified": LONG_AGO } });
  const { assets } = await walk(fake, known);
  expect(fake.asked.filter((each) => each.startsWith("GET /up"))).toEqual(["GET /up/a.jpg"]);
  const after = assets.get("a.jpg");
  expect(after?.version).not.toBe(before?.version);
  expect(after?.digest).toBe("d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa");

  fake.files.set("a.jpg", { bytes: "other", headers: { etag: '"touched"', "last-modified": LONG_AGO } });
  const touched = (await walk(fake, known)).assets.get("a.jpg");
  expect([touched?.digest, touched?.version === after?.version]).toEqual([after?.digest, false]);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ["without validators", {}],
  ["changed a moment ago", { etag: '"same"', "last-modified": new Date().toUTCString() }],
])("of a file %s the bytes decide", async (_what, headers) => {
  const fake = await fakeSite("a.jpg");
  fake.files.set("a.jpg", { bytes: "one", headers });
  const { known, assets } = await walk(fake);
  const first = assets.get("a.jpg");
  expect(first?.version).toBe(`c${first?.digest?.slice(0, 12)}`);
  expect((await walk(fake, known)).assets.get("a.jpg")).toEqual(first);
  fake.files.set("a.jpg", { bytes: "two", headers });
  expect((await walk(fake, known)).assets.get("a.jpg")?.digest).not.toBe(first?.digest);
});

test("a host that takes no HEAD is asked by GET once it said so, and the bytes are not read", async () => {
  const fake = await fakeSite("a.jpg", "b.jpg");
  fake.takesHead = false;
  const { known } = await walk(fake);
  fake.asked.length = 0;
  const { assets } = await walk(fake, known);
  expect(assets.size).toBe(2);
  expect(fake.asked.filter((each) => each.startsWith("HEAD"))).toEqual([]);
});

test("what is gone is removed; what the site will not say is left out", async () => {
  const fake = await fakeSite("a.jpg", "b.jpg", "c.jpg");
  fake.files.set("b.jpg", { bytes: "", headers: { location: "https://cdn.example/b.jpg" }, status: 302 });
  fake.files.set("c.jpg", { bytes: "", headers: {}, status: 410 });
  const { assets } = await walk(fake);
  expect([...assets].map(([name, { kind }]) => `${name} ${kind}`)).toEqual([
    "a.jpg replaced",
    "c.jpg removed",
  ]);
});

test("a site that says it is busy is left alone, and nothing is taken for gone", async () => {
  const fake = await fakeSite("a.jpg", "b.jpg");
  await walk(fake);
  fake.busy = 2;
  const begun = Date.now();
  const client = createHeadClient({ site: fake.site, perSecond: 200, now: Date.now });
  const state = await client.files.look(`http://${fake.site.host}/up/a.jpg`);
  expect(state.kind).toBe("there");
  expect(Date.now() - begun).toBeGreaterThan(1_000);
});

test("a robots.txt that keeps programs away is heeded and named", async () => {
  const fake = await fakeSite("a.jpg", "b.jpg");
  fake.robots = "User-agent: *\nDisallow: /up/a";
  expect([...(await walk(fake)).assets.keys()]).toEqual(["b.jpg"]);
  const shut = await fakeSite("a.jpg");
  shut.robots = "User-agent: freshet\nDisallow: /up/\n\nUser-agent: *\nAllow: /";
  await expect(walk(shut)).rejects.toThrow("robots.txt");
  expect(shut.asked).toEqual(["GET /blog/"]);
});

test("a site that shows its media list to nobody is one sentence", async () => {
  const fake = await fakeSite("a.jpg");
  fake.busy = 100;
  await expect(walk(fake)).rejects.toMatchObject({
    message: expect.stringContaining("did not give its media list (429)"),
    retryAfterMs: 50,
  });
});

test("nothing that is pushed in the name of such a site is believed", async () => {
  const { site } = await fakeSite();
  const adapter = createHeadAdapter({ site, now: Date.now });
  expect(await adapter.verify({ headers: {}, body: new Uint8Array() })).toMatchObject({ ok: false });
});
