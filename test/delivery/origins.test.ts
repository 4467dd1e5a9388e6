import { readdir, readFile } from "node:fs/promises";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { isShade, type Shade, shadeOf } from "../support/origin.ts";

const KEY = "client_0123456789abcdef";
const RED = { red: 200, green: 30, blue: 30 };
const GREEN = { red: 30, green: 180, blue: 60 };
const USER = "freshet";
const PASSWORD = "a password that nobody sees: ü%";
const ORIGIN_KEY = "key of the origin 0123456789";
/** Seconds until a record expires, and that it stands in for its origin. */
const REVALIDATE = 1;
const STANDS_IN = 12;
/** Seconds that an expired one answers while its origin is asked. */
const ANSWERS_FOR = 60;
const KEY_OF_QUICK = "client_quick_0123456789";

let origin: Server;
let endpoint: string;
let freshet: Freshet;
/** What the origin has, and how it is: down is 503 for everything. */
const pictures = new Map<string, Buffer>();
const seen: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
let isDown = false;
/** Milliseconds that the origin thinks before it answers. */
let thinks = 0;

beforeAll(async () => {
  origin = createServer(async (request, response) => {
    const url = request.url ?? "";
    seen.push({ url, headers: request.headers });
    if (thinks > 0) await sleep(thinks);
    if (isDown) return void response.writeHead(503).end();
    const isGuarded = url.startsWith("/guarded/");
    const expected = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
    if (isGuarded && request.headers.authorization !== expected) return void response.writeHead(401).end();
    const picture = pictures.get(url);
    if (!picture) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "image/png", "content-length": picture.length }).end(picture);
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  const project = (more: object, origins: object = {}) => ({
    origins: { allowPrivate: true, ...origins },
    cache: { revalidate: REVALIDATE },
    aliases: { _a_: `${endpoint}/open` },
    ...more,
  });
  freshet = await startFreshet({
    config: {
      projects: {
        demo: project(
          {
            apiKey: KEY,
            hosts: ["127.0.0.1", "localhost"],
            aliases: {
              _a_: `${endpoint}/open`,
              _g_: { url: `${endpoint}/guarded`, user: USER, password: PASSWORD },
              _w_: { url: `${endpoint}/guarded/wrong`, user: USER, password: `${PASSWORD} no` },
            },
          },
          {
            staleIfError: STANDS_IN,
            rememberMissing: 600,
            headers: [
              { name: "X-Origin-Key", value: ORIGIN_KEY },
              { name: "X-Asked-At", value: "{{header.host}}" },
            ],
          },
        ),
        told: project(
          { apiKey: "client_told_0123456789" },
          { headers: [{ name: "X-Visitor", value: "ip {{req.ip}}" }] },
        ),
        quick: project({ apiKey: KEY_OF_QUICK }, { staleWhileRevalidate: ANSWERS_FOR }),
      },
      log: "trace",
    },
  });
});
afterAll(async () => {
  await freshet?.stop();
  origin?.closeAllConnections();
  await new Promise((resolve) => origin?.close(resolve));
});
beforeEach(() => {
  isDown = false;
  thinks = 0;
  seen.length = 0;
});

async function paint(path: string, { red: r, green: g, blue: b }: Shade): Promise<void> {
  const create = { width: 64, height: 48, channels: 3 as const, background: { r, g, b } };
  pictures.set(path, await sharp({ create }).png().toBuffer());
}

async function get(path: string, host = "127.0.0.1") {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const to = { host: "127.0.0.1", port: freshet.port, path: `/v7/${path}`, headers: { host } };
    request(to, resolve).on("error", reject).end();
  });
  const bytes = await buffer(answer);
  const shade = answer.statusCode === 200 ? await shadeOf(bytes) : undefined;
  const header = (name: string) => String(answer.headers[name] ?? "");
  return { status: answer.statusCode, code: header("freshet-error"), shade, header };
}
const shows = async (path: string, shade: Shade) => {
  const { shade: shown } = await get(path);
  return shown !== undefined && isShade(shown, shade);
};

async function invalidate(path: string, apiKey = KEY): Promise<void> {
  const client = createInvalidationClient({ endpoint: freshet.url, apiKey });
  const { invalidation } = await client.invalidate({ scope: "original", urls: [path] });
  expect((await client.waitUntilDone(invalidation.uuid, { timeoutMs: 30_000 })).status).toBe("DONE");
}

describe("an origin that wants to know who asks", () => {
  it("is told the password of the alias, however the original is written, and nobody else is", async () => {
    await paint("/guarded/a.png", RED);
    expect(await shows("_g_/a.png", RED)).toBe(true);
    const spelled = `${endpoint}/guarded/b.png`;
    await paint("/guarded/b.png", GREEN);
    expect(await shows(spelled, GREEN)).toBe(true);
    await paint("/open/a.png", RED);
    expect(await shows("_a_/a.png", RED)).toBe(true);
    expect(seen.find(({ url }) => url === "/open/a.png")?.headers.authorization).toBeUndefined();
    expect(await get("_w_/a.png")).toMatchObject({ status: 502, code: "ORIGIN_BROKEN" });
    await expect.poll(() => freshet.logs()).toContain("It answered with status 401");
  });

  it("is told the project's headers, and has a picture of its own for each of the project's hosts", async () => {
    await paint("/open/host.png", RED);
    expect((await get("_a_/host.png")).status).toBe(200);
    expect((await get("_a_/host.png", `localhost:${freshet.port}`)).status).toBe(200);
    expect((await get("_a_/host.png")).status).toBe(200);
    const told = seen.filter(({ url }) => url === "/open/host.png").map(({ headers }) => headers);
    expect(told.map((headers) => headers["x-asked-at"])).toEqual(["127.0.0.1", "localhost"]);
    expect(told.every((headers) => headers["x-origin-key"] === ORIGIN_KEY)).toBe(true);
    await paint("/open/host.png", GREEN);
    await invalidate("/_a_/host.png");
    for (const host of ["127.0.0.1", "localhost"]) {
      const { shade } = await get("_a_/host.png", host);
      expect(shade && isShade(shade, GREEN), host).toBe(true);
    }
  });

  it("is told the visitor's address by answers that nobody may keep", async () => {
    await paint("/open/told.png", RED);
    const answer = await get("_a_/told.png", "told.example");
    expect(answer.status).toBe(200);
    expect([answer.header("cache-control"), answer.header("cdn-cache-control")]).toEqual([
      "no-store",
      "no-store",
    ]);
    expect(seen.at(-1)?.headers["x-visitor"]).toMatch(/^ip (127\.0\.0\.1|::1)$/);
  });
});

describe("an origin that takes its time", () => {
  const HOST = "quick.example";
  const THINKS = 1_500;
  const expire = () => sleep(REVALIDATE * 1_000 + 100);

  it("is asked once while what expired is delivered at once, and seen in the next answer", async () => {
    await paint("/open/slow.png", RED);
    expect((await get("_a_/slow.png", HOST)).header("cache-status")).not.toContain("stale");
    await paint("/open/slow.png", GREEN);
    await expire();
    [thinks, seen.length] = [THINKS, 0];
    const begun = Date.now();
    const answers = await Promise.all(Array.from({ length: 5 }, () => get("_a_/slow.png", HOST)));
    expect(Date.now() - begun).toBeLessThan(THINKS);
    for (const { shade, header } of answers) {
      expect(shade && isShade(shade, RED)).toBe(true);
      expect(header("cache-status")).toMatch(/^freshet; (hit|fwd=miss); ttl=-\d+; detail=stale$/);
      expect(header("cache-control")).toMatch(/^public, max-age=[01]$/);
      expect(header("cdn-cache-control")).toMatch(/^max-age=[01]$/);
      expect(Number(header("freshet-stamp"))).toBeGreaterThanOrEqual(0);
    }
    await expect
      .poll(async () => isShade((await get("_a_/slow.png", HOST)).shade ?? RED, GREEN), { timeout: 20_000 })
      .toBe(true);
    expect(seen.length).toBeLessThanOrEqual(2);
  });

  it("is waited for after an invalidation, even one that comes while it is asked", async () => {
    await paint("/open/soon.png", RED);
    await get("_a_/soon.png", HOST);
    await expire();
    thinks = THINKS;
    const { shade } = await get("_a_/soon.png", HOST);
    expect(shade && isShade(shade, RED)).toBe(true);
    await paint("/open/soon.png", GREEN);
    await invalidate("/_a_/soon.png", KEY_OF_QUICK);
    const after = await get("_a_/soon.png", HOST);
    expect(after.shade && isShade(after.shade, GREEN)).toBe(true);
    expect(after.header("cache-status")).not.toContain("stale");
  });
});

describe("an origin that fails", () => {
  it("is stood in for by what expired, for so long as the project says and for seconds at a time", async () => {
    await paint("/open/stale.png", RED);
    expect(await shows("_a_/stale.png", RED)).toBe(true);
    const begun = Date.now();
    await sleep(REVALIDATE * 1_000 + 100);
    isDown = true;
    const answer = await get("_a_/stale.png");
    expect(answer.shade && isShade(answer.shade, RED)).toBe(true);
    expect(answer.header("cache-control")).toMatch(/^public, max-age=[0-5]$/);
    expect(answer.header("cdn-cache-control")).toMatch(/^max-age=[0-5]$/);
    expect(answer.header("cache-status")).toMatch(/^freshet; (hit|fwd=miss); ttl=-\d+; detail=stale$/);
    expect((await get("_a_/stale.png?vh=new")).status).toBe(502);
    await expect
      .poll(async () => (await get("_a_/stale.png")).status, { timeout: 40_000, interval: 300 })
      .toBe(502);
    expect(Date.now() - begun).toBeGreaterThan(STANDS_IN * 1_000);
  });

  it("is never stood in for by what an invalidation covers", async () => {
    await expect.poll(() => shows("_a_/a.png", RED), { timeout: 40_000, interval: 500 }).toBe(true);
    await sleep(REVALIDATE * 1_000 + 100);
    isDown = true;
    expect(await shows("_a_/a.png", RED)).toBe(true);
    await invalidate("/_a_/*");
    expect((await get("_a_/a.png")).status).toBe(502);
  });

  it("is not asked again for what it does not have, until an invalidation says otherwise", async () => {
    await expect
      .poll(async () => (await get("_a_/later.png")).status, { timeout: 40_000, interval: 500 })
      .toBe(404);
    await paint("/open/later.png", GREEN);
    await sleep(REVALIDATE * 1_000 + 100);
    expect((await get("_a_/later.png")).status).toBe(404);
    await invalidate("/_a_/later.png");
    expect(await shows("_a_/later.png", GREEN)).toBe(true);
  });

  it("leaves no word of a secret in logs, answers, metrics or the data folder", async () => {
    const secrets = [PASSWORD, ORIGIN_KEY, Buffer.from(`${USER}:${PASSWORD}`).toString("base64")];
    const entries = await readdir(freshet.dataFolder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((file) => join(file.parentPath, file.name));
    const texts = [
      freshet.logs(),
      await (await fetch(`${freshet.url}/metrics`)).text(),
      await (await fetch(`${freshet.url}/invalidate`, { headers: { "x-client-key": KEY } })).text(),
      ...(await Promise.all(files.map((file) => readFile(file, "latin1")))),
    ];
    for (const text of texts) for (const secret of secrets) expect(text.includes(secret)).toBe(false);
  });
});
