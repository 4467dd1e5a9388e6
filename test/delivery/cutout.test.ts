import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { EDGES } from "../support/edges.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { metricOf } from "../support/metrics.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { full } from "../support/size.ts";

const WAIT = { timeout: 60_000, interval: 100 } as const;
const MANY = full ? 20 : 6;
const SOON = "max-age=5";
const KEY = "client_0123456789abcdef";

let origin: Origin;
let server: Freshet | undefined;

beforeAll(async () => {
  origin = await startOrigin();
  origin.put("/disc.jpg", await disc(0));
  origin.put("/plain.jpg", await plain());
  for (let at = 1; at <= MANY; at += 1) origin.put(`/disc-${at}.jpg`, await disc(at));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(() => origin?.close());

/** A red disc on white, a little darker for each number. */
const disc = (number: number) =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><rect width="400" height="300" fill="#fff"/><circle cx="200" cy="150" r="100" fill="rgb(${200 - number},30,40)"/></svg>`,
    ),
  )
    .jpeg({ quality: 95 })
    .toBuffer();
const plain = () =>
  sharp({ create: { width: 200, height: 100, channels: 3, background: "#fff" } })
    .jpeg()
    .toBuffer();

async function start(cutouts?: object): Promise<Freshet> {
  server = await startFreshet({ config: { ...demoOf(origin), ...(cutouts && { cutouts }) } });
  return server;
}

async function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  if (!server) throw new Error("there is no server");
  const answer = await ask(server, "demo", `/v7/_site_/${path}`, { accept: "image/webp,*/*", ...headers });
  const said = (name: string) => answer.headers.get(name);
  return {
    ...{
      status: answer.status,
      bytes: answer.bytes,
      etag: said("etag") ?? "",
      pending: said("freshet-pending"),
    },
    ...{ browsers: said("cache-control") ?? "", nodes: said("cdn-cache-control") ?? "" },
    ...{ type: said("content-type"), remarks: said("freshet-remarks") },
  };
}

async function done(path: string) {
  await expect.poll(async () => (await get(path)).pending, WAIT).toBeNull();
  return get(path);
}

const figure = async (name: string) => (server ? metricOf(server, name) : 0);

async function pixel(bytes: Uint8Array, x: number, y: number): Promise<readonly number[]> {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)];
}

test("the picture comes as it is for seconds, then without its background, under another tag and for long", async () => {
  await start();
  const first = await get("disc.jpg?bg_remove=1&w=200");
  expect([first.status, first.pending, first.nodes]).toEqual([200, "bg_remove", SOON]);
  expect(first.browsers).toBe(`public, ${SOON}`);
  expect((await pixel(first.bytes, 2, 2))[3]).toBe(255);
  const plainly = await get("disc.jpg?w=200");
  expect(plainly.etag, "it is the picture without a removal").toBe(first.etag);

  const result = await done("disc.jpg?bg_remove=1&w=200");
  expect([result.type, result.nodes]).toEqual(["image/webp", "max-age=60"]);
  expect(result.browsers).toBe("public, max-age=60");
  expect(result.etag).not.toBe(first.etag);
  expect((await pixel(result.bytes, 2, 2))[3]).toBe(0);
  expect((await pixel(result.bytes, 100, 75))[3]).toBe(255);

  const stale = await get("disc.jpg?bg_remove=1&w=200", { "if-none-match": first.etag });
  expect([stale.status, stale.etag]).toEqual([200, result.etag]);
  const held = await get("disc.jpg?bg_remove=1&w=200", { "if-none-match": result.etag });
  expect(held.status).toBe(304);

  const smaller = await get("disc.jpg?bg_remove=1&w=100");
  expect([smaller.pending, (await pixel(smaller.bytes, 1, 1))[3]]).toEqual([null, 0]);
  expect(await figure('freshet_cutouts_total{end="made"}'), "two sizes are one removal").toBe(1);

  await server?.restart();
  const again = await get("disc.jpg?bg_remove=1&w=120");
  expect([again.pending, (await pixel(again.bytes, 1, 1))[3]]).toEqual([null, 0]);
  expect(await figure('freshet_cutouts_total{end="made"}'), "a restart keeps it").toBe(0);
}, 120_000);

test("what is told not to change is never immutable before its background is removed", async () => {
  await start();
  const { bytes } = await ask(server as Freshet, "demo", "/v7/_site_/disc.jpg?ci_info=json");
  const { version } = (JSON.parse(bytes.toString()) as { original: { version: string } }).original;
  const path = `disc.jpg?bg_remove=1&w=90&vh=${version}`;
  const first = await get(path);
  expect([first.pending, first.browsers]).toEqual(["bg_remove", `public, ${SOON}`]);
  expect((await done(path)).browsers).toBe("public, max-age=31536000, immutable");
}, 120_000);

test("formats without transparency show it on the colour that is asked for, or on white", async () => {
  await start();
  await done("disc.jpg?bg_remove=1&w=200");
  const blue = await get("disc.jpg?bg_remove=1&w=200&bg_color=0000ff");
  const [red = 255, green = 255, full = 0] = await pixel(blue.bytes, 3, 3);
  expect(red + green).toBeLessThan(30);
  expect(full).toBeGreaterThan(225);
  const jpeg = await get("disc.jpg?bg_remove=1&w=200&force_format=jpeg");
  expect(jpeg.type).toBe("image/jpeg");
  expect(Math.min(...(await pixel(jpeg.bytes, 3, 3)))).toBeGreaterThan(250);
  const png = await get("disc.jpg?bg_remove=1&w=200", { accept: "*/*" });
  expect(png.type, "who names no format that is transparent gets PNG").toBe("image/png");
}, 120_000);

test("a new original under the same URL is removed from anew, and shown as it is until then", async () => {
  await start();
  origin.put("/moves.jpg", await disc(50));
  const path = "moves.jpg?bg_remove=1&w=100";
  await get(path);
  const before = await done(path);
  origin.put("/moves.jpg", await disc(90));
  const asked = await fetch(`${server?.url}/invalidate`, {
    method: "POST",
    headers: { "x-client-key": KEY, "content-type": "application/json" },
    body: JSON.stringify({ scope: "original", urls: ["/_site_/moves.jpg"] }),
  });
  expect(asked.status).toBe(201);
  await expect.poll(async () => (await get(path)).etag, WAIT).not.toBe(before.etag);
  const after = await done(path);
  expect((await pixel(after.bytes, 1, 1))[3]).toBe(0);
  const [[old = 0], [young = 0]] = await Promise.all([
    pixel(before.bytes, 50, 37),
    pixel(after.bytes, 50, 37),
  ]);
  expect(old - young).toBeGreaterThan(20);
}, 120_000);

test("a warm-up waits for the result", async () => {
  await start();
  const warmed = await fetch(`${server?.url}/warmup/urls`, {
    method: "POST",
    headers: { "x-client-key": KEY, "content-type": "application/json" },
    body: JSON.stringify({ data: [`${server?.url}/v7/_site_/disc.jpg?bg_remove=1&w=150`] }),
  });
  const { id } = (await warmed.json()) as { id: string };
  const state = async () => {
    const told = await fetch(`${server?.url}/warmup/${id}`, { headers: { "x-client-key": KEY } });
    return ((await told.json()) as { warmup: { state: string } }).warmup.state;
  };
  await expect.poll(state, WAIT).toBe("done");
  const rendered = await figure("freshet_render_seconds_count");
  const result = await get("disc.jpg?bg_remove=1&w=150");
  expect([result.pending, (await pixel(result.bytes, 1, 1))[3]]).toEqual([null, 0]);
  expect(await figure("freshet_render_seconds_count"), "it was there").toBe(rendered);
}, 120_000);

test("a picture without a subject stays as it is, kept as long as any, and says so", async () => {
  await start();
  await get("plain.jpg?bg_remove=1&w=90");
  const left = await done("plain.jpg?bg_remove=1&w=90");
  expect([left.status, left.remarks, left.nodes]).toEqual([200, "bg_remove", "max-age=60"]);
  expect(await figure('freshet_cutouts_total{end="empty"}')).toBe(1);
}, 120_000);

test("many originals at once are never cut out two at a time, and all of them are", async () => {
  await start();
  const paths = Array.from({ length: MANY }, (_, at) => `disc-${at + 1}.jpg?bg_remove=1&w=64`);
  await Promise.all(paths.map((path) => get(path)));
  let most = 0;
  await expect
    .poll(async () => {
      most = Math.max(most, await figure("freshet_cells_running"));
      return figure('freshet_cutouts_total{end="made"}');
    }, WAIT)
    .toBe(MANY);
  expect(most).toBeLessThanOrEqual(1);
  for (const path of paths) expect((await pixel((await get(path)).bytes, 1, 1))[3]).toBe(0);
}, 120_000);

test("a module of the operator tells what stays; where it fails, Freshet's own stands in", async () => {
  const half = `export default ({ width, height }) => ({
    width, height, data: Uint8Array.from({ length: width * height }, (_, at) => (at % width < width / 2 ? 255 : 0)),
  });`;
  const module = join(await mkdtemp(join(tmpdir(), "freshet-module-")), "masks.mjs");
  await writeFile(module, half);
  await start({ module });
  const result = await done("disc.jpg?bg_remove=1&w=200");
  expect((await pixel(result.bytes, 10, 75))[3]).toBe(255);
  expect((await pixel(result.bytes, 190, 75))[3]).toBe(0);
  await writeFile(module, "export default () => { throw new Error('no'); };");
  await server?.restart({ config: { ...demoOf(origin), cutouts: { module, revision: 2 } } });
  const standIn = await done("disc.jpg?bg_remove=1&w=200");
  expect((await pixel(standIn.bytes, 10, 75))[3]).toBe(0);
  expect(await figure('freshet_cutouts_total{end="stand-in"}')).toBe(1);
  await rm(dirname(module), { recursive: true });
}, 120_000);

test("an address of the operator is sent the picture and answers a mask; it has to be allowed like any other", async () => {
  const sent: {
    readonly type: string | undefined;
    readonly secret: string | undefined;
    readonly width: number;
  }[] = [];
  const provider = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { width = 0, height = 0 } = await sharp(body).metadata();
    sent.push({ type: request.headers["content-type"], secret: request.headers.authorization, width });
    const mask = sharp({ create: { width, height, channels: 3, background: "#000" } }).composite([
      {
        input: { create: { width: Math.ceil(width / 2), height, channels: 3, background: "#fff" } },
        left: 0,
        top: 0,
      },
    ]);
    response.setHeader("content-type", "image/png").end(await mask.png().toBuffer());
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/mask`;
  try {
    await start({ url, allowPrivate: true, authorization: "Bearer open sesame" });
    const result = await done("disc.jpg?bg_remove=1&w=200");
    expect(sent).toEqual([{ type: "image/png", secret: "Bearer open sesame", width: 400 }]);
    expect((await pixel(result.bytes, 10, 75))[3]).toBe(255);
    expect((await pixel(result.bytes, 190, 75))[3]).toBe(0);

    await server?.restart({ config: { ...demoOf(origin), cutouts: { url, revision: 2 } } });
    const standIn = await done("disc.jpg?bg_remove=1&w=200");
    expect(sent.length, "an address of this machine that was not allowed is never asked").toBe(1);
    expect((await pixel(standIn.bytes, 10, 75))[3]).toBe(0);
  } finally {
    await new Promise((resolve) => provider.close(resolve));
  }
}, 120_000);

for (const kind of EDGES) {
  test.skipIf(kind.missing)(
    `${kind.driver} keeps the picture as it is for its seconds, and then the result${kind.missing ? ` (${kind.missing})` : ""}`,
    async () => {
      const port = await freePort();
      const node = await kind.start({ backendPort: port });
      try {
        const config = { ...demoOf(origin), cdn: [{ driver: kind.driver, nodes: [node.url] }] };
        server = await startFreshet({ port, config });
        const through = async (path: string) => {
          const edge = { port: Number(new URL(node.url).port) };
          const { headers, bytes } = await ask(edge, "demo", `/v7/_site_/${path}`, { accept: "image/webp" });
          return { bytes, cache: headers.get("cache-status") ?? "", pending: headers.get("freshet-pending") };
        };
        const isHit = async (path: string) => (await through(path)).cache.includes(`${kind.driver}; hit`);
        await expect.poll(() => isHit("plain.jpg?w=50"), WAIT).toBe(true);

        const path = "disc.jpg?bg_remove=1&w=140";
        expect((await through(path)).pending).toBe("bg_remove");
        await done(path);
        // What the server has by now, the node gives once its seconds are over; nobody has purged it.
        await expect.poll(async () => (await through(path)).pending, { ...WAIT, timeout: 15_000 }).toBeNull();
        await expect.poll(() => isHit(path), WAIT).toBe(true);
        const result = await through(path);
        expect([result.pending, (await pixel(result.bytes, 1, 1))[3]]).toEqual([null, 0]);
      } finally {
        await server?.stop();
        server = undefined;
        await node.stop();
      }
    },
    120_000,
  );
}
