import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import fc from "fast-check";
import Fastify from "fastify";
import { afterAll, beforeAll, expect, it } from "vitest";
import { errorResponses } from "../plugins/errors.ts";
import { consoleRoutes } from "./routes.ts";

const SCRIPT = "console.log('the console')";
const BROWSER = { accept: "text/html,application/xhtml+xml", host: "img.example" };
let folder: string;
const app = Fastify();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-console-"));
  await mkdir(join(folder, "dist/assets"), { recursive: true });
  await writeFile(join(folder, "secret.json"), "{}");
  await writeFile(join(folder, "dist/index.html"), `<script nonce="FRESHET_NONCE" src="x.js"></script>`);
  await writeFile(join(folder, "dist/assets/main-abcdef12.js"), SCRIPT);
  await writeFile(join(folder, "dist/assets/main-abcdef12.js.br"), brotliCompressSync(SCRIPT));
  errorResponses(app);
  const hosts = ["shop.example", "x; script-src *"];
  consoleRoutes(app, { folder: join(folder, "dist"), projects: { all: [{ hosts }] as never } });
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

it("gives the page at every address that a browser goes to, each with a nonce of its own", async () => {
  const nonces = new Set<string>();
  for (const url of ["/console", "/console/", "/console/p/shop/invalidation?status=ERROR"]) {
    const answer = await app.inject({ url, headers: BROWSER });
    expect(answer.statusCode).toBe(200);
    const nonce = /nonce="([^"]+)"/.exec(answer.body)?.[1] ?? "";
    nonces.add(nonce);
    const policy = String(answer.headers["content-security-policy"]);
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("img-src 'self' data: blob: *.img.example shop.example;");
    expect(policy).not.toContain("unsafe");
    expect(answer.headers).toMatchObject({
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "same-origin",
    });
  }
  expect(nonces.size).toBe(3);
});

it("gives a file as small as the browser can take it, for ever", async () => {
  const url = "/console/assets/main-abcdef12.js";
  const small = await app.inject({ url, headers: { "accept-encoding": "gzip, br" } });
  expect(small.headers["content-encoding"]).toBe("br");
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(SCRIPT);
  const plain = await app.inject({ url, headers: { "accept-encoding": "br;q=0" } });
  expect(plain.headers["content-encoding"]).toBeUndefined();
  expect(plain.body).toBe(SCRIPT);
  for (const { headers } of [small, plain]) {
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(headers.vary).toBe("accept-encoding");
    expect(headers["content-type"]).toBe("text/javascript; charset=utf-8");
  }
});

it("gives no page to what asks for a file, and nothing of outside its folder", async () => {
  for (const [url, headers] of [
    ["/console/assets/gone-12345678.js", BROWSER],
    ["/console/anything", { accept: "*/*" }],
    ["/console/anything", { ...BROWSER, "sec-fetch-mode": "no-cors" }],
  ] as const) {
    const { statusCode, body } = await app.inject({ url, headers });
    expect(statusCode, url).toBe(404);
    expect(JSON.parse(body).code).toBe("ROUTE_UNKNOWN");
  }
  for (const name of [
    "../secret.json",
    "..%2fsecret.json",
    "%2e%2e/secret.json",
    "assets/..%5c..%5csecret.json",
  ]) {
    const answer = await app.inject({ url: `/console/${name}`, headers: { accept: "*/*" } });
    expect(answer.statusCode, name).toBe(404);
  }
});

it("answers whatever is asked for without breaking", async () => {
  await fc.assert(
    fc.asyncProperty(fc.webUrl({ withQueryParameters: true }), fc.string(), async (url, name) => {
      for (const path of [new URL(url).pathname, encodeURIComponent(name)]) {
        const { statusCode } = await app.inject({ url: `/console/${path}`, headers: BROWSER });
        expect(statusCode).toBeLessThan(500);
      }
    }),
    { numRuns: 50 },
  );
});

it("says what to do where the console is not built", async () => {
  const other = Fastify();
  errorResponses(other);
  consoleRoutes(other, { folder: join(folder, "nothing"), projects: { all: [] } });
  const { statusCode, body } = await other.inject({ url: "/console", headers: BROWSER });
  expect(statusCode).toBe(404);
  expect(JSON.parse(body)).toMatchObject({ code: "CONSOLE_NOT_BUILT" });
  await other.close();
});
