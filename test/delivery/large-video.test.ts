import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { full } from "../support/size.ts";
import { drawFilm, missingFfmpeg } from "../support/video.ts";

const missing = missingFfmpeg();
if (missing.length > 0 && process.env.CI)
  throw new Error(`Videos cannot be made here: install ${missing.join(", ")}.`);

/** As large as a video may be, unless it is told otherwise. */
const SIZE = full ? 500_000_000 : 250_000_000;
/** What the server may take more while it reads or sends one, however large: the beginning, which is held, and what is on its way. */
const HELD = 150_000_000;
const TYPE = { "content-type": "video/mp4" };

let origin: Origin;
let freshet: Freshet;

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(freshet, "demo", `/v7/_site_${path}`, headers);

/** A film, with a box that players leap over behind it. */
async function longFilm(colour: string, bytes: number): Promise<Buffer> {
  const small = await drawFilm({ pictures: `color=${colour}:s=320x180:r=10:d=2` });
  const film = Buffer.concat([small, Buffer.alloc(bytes - small.length, 0x55)]);
  film.writeUInt32BE(bytes - small.length, small.length);
  film.write("free", small.length + 4, "latin1");
  return film;
}

describe.skipIf(missing.length > 0)("a large video", () => {
  let film: Buffer;

  beforeAll(async () => {
    origin = await startOrigin();
    film = await longFilm("red", SIZE);
    origin.put("/large.mp4", film, TYPE);
    freshet = await startFreshet({ config: demoOf(origin) });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  test("goes to the disk while it comes, and is never held", async () => {
    // Whatever it takes to make a picture and a clip of one at all.
    origin.put("/small.mp4", await longFilm("blue", 1_000_000), TYPE);
    expect((await get("/small.mp4?format=poster")).status).toBe(200);
    const before = memoryOf(freshet.pid, "VmHWM");
    expect((await get("/large.mp4?format=poster")).status).toBe(200);
    expect((await get("/large.mp4?w=160&format=mp4")).status).toBe(200);
    const part = await get("/large.mp4", { range: "bytes=-7" });
    expect([part.status, part.bytes]).toEqual([206, film.subarray(-7)]);
    expect(origin.requests.get("/large.mp4")).toBe(1);
    expect(memoryOf(freshet.pid, "VmHWM") - before).toBeLessThan(HELD);
  });

  test("is sent from the disk, whole, in parts and as a file", async () => {
    const whole = await get("/large.mp4");
    expect([whole.status, whole.headers.get("content-length")]).toEqual([200, String(SIZE)]);
    expect(whole.bytes.equals(film)).toBe(true);
    const file = await get("/large.mp4?func=proxy", { range: `bytes=${SIZE - 9}-` });
    expect([file.status, file.bytes]).toEqual([206, film.subarray(-9)]);
    expect(file.headers.get("content-range")).toBe(`bytes ${SIZE - 9}-${SIZE - 1}/${SIZE}`);
    expect((await get("/large.mp4", { range: `bytes=${SIZE}-` })).status).toBe(416);
    expect((await get("/large.mp4", { "if-none-match": whole.headers.get("etag") ?? "" })).status).toBe(304);
  });

  test("is not held in memory for those who read it slowly", async () => {
    await get("/large.mp4?format=poster");
    const before = memoryOf(freshet.pid, "VmRSS");
    const paths = ["/v7/_site_/large.mp4", "/v7/_site_/large.mp4?func=proxy"];
    const slow = await Promise.all(Array.from({ length: 20 }, (_, at) => askAndWait(paths[at % 2] ?? "")));
    await pause(500);
    const grown = memoryOf(freshet.pid, "VmRSS") - before;
    for (const each of slow) each.destroy();
    expect(grown).toBeLessThan(HELD);
  });

  test("is another one after its invalidation, and after a restart the same", async () => {
    const before = await get("/large.mp4?format=poster");
    origin.put("/large.mp4", await longFilm("lime", SIZE - 1), TYPE);
    const headers = { "x-client-key": "client_0123456789abcdef", "content-type": "application/json" };
    const body = JSON.stringify({ scope: "original", urls: ["/_site_/large.mp4"] });
    await fetch(`${freshet.url}/invalidate`, { method: "POST", headers, body });
    const length = async () => (await get("/large.mp4", { range: "bytes=0-0" })).headers.get("content-range");
    expect(await length()).toBe(`bytes 0-0/${SIZE - 1}`);
    const after = await get("/large.mp4?format=poster");
    expect(after.headers.get("etag")).not.toBe(before.headers.get("etag"));
    const asked = origin.requests.get("/large.mp4");
    await freshet.restart();
    expect(await length()).toBe(`bytes 0-0/${SIZE - 1}`);
    expect(origin.requests.get("/large.mp4")).toBe(asked);
  });

  test("of a folder is read the same way", async () => {
    await mkdir(join(freshet.dataFolder, "media"), { recursive: true });
    await writeFile(join(freshet.dataFolder, "media/own.mp4"), film);
    await freshet.restart({
      config: demoOf(origin, { aliases: { _site_: origin.url, _own_: { folder: "media" } } }),
    });
    const before = memoryOf(freshet.pid, "VmHWM");
    const reply = await ask(freshet, "demo", "/v7/_own_/own.mp4", { range: "bytes=-7" });
    expect([reply.status, reply.bytes]).toEqual([206, film.subarray(-7)]);
    expect(memoryOf(freshet.pid, "VmHWM") - before).toBeLessThan(HELD);
  });
});

describe.skipIf(missing.length > 0)("a large video that is not to be had at once", () => {
  /** 120 MB at 16 MB a second: each 32 MiB within the origin's time, the whole beyond twice of it. */
  const SLOW = { bytes: 120_000_000, perSecond: 16_000_000, timeoutMs: 3_000 };

  async function startSlow(film: Buffer): Promise<{ url: string; asked: () => number }> {
    let asked = 0;
    const server = createServer(async (_request, response) => {
      asked += 1;
      response.writeHead(200, { ...TYPE, "content-length": film.length });
      const step = SLOW.perSecond / 10;
      const begun = performance.now();
      for (let at = 0; at < film.length && !response.destroyed; at += step) {
        response.write(film.subarray(at, at + step));
        await pause(Math.max(0, begun + ((at + step) / SLOW.perSecond) * 1_000 - performance.now()));
      }
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close().closeAllConnections());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
  }

  test("is told to be slow, comes all the same, and is there for whoever asks again", async () => {
    const slow = await startSlow(await longFilm("red", SLOW.bytes));
    freshet = await startFreshet({
      config: { ...demoOf(slow), limits: { originTimeoutMs: SLOW.timeoutMs } },
    });
    onTestFinished(() => freshet.stop());
    const first = await get("/slow.mp4", { range: "bytes=0-0" });
    expect([first.status, first.headers.get("freshet-error")]).toEqual([504, "ORIGIN_SLOW"]);
    await expect
      .poll(async () => (await get("/slow.mp4", { range: "bytes=0-0" })).status, { timeout: 30_000 })
      .toBe(206);
    expect(slow.asked()).toBe(1);
  });

  test("is refused where it may not be as large, or the disk may not keep it", async () => {
    origin = await startOrigin();
    onTestFinished(() => origin.close());
    origin.put("/large.mp4", await longFilm("red", 60_000_000), TYPE);
    for (const limits of [{ maxVideoBytes: 50_000_000 }, { diskBytes: 100_000_000 }]) {
      freshet = await startFreshet({ config: { ...demoOf(origin), limits } });
      try {
        const refused = await get("/large.mp4?format=poster");
        expect([refused.status, refused.headers.get("freshet-error")]).toEqual([413, "ORIGINAL_TOO_LARGE"]);
      } finally {
        await freshet.stop();
      }
    }
  });
});

const memoryOf = (pid: number, what: "VmRSS" | "VmHWM") =>
  Number(new RegExp(`^${what}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) *
  1_024;

/** Asks for something, reads its head and then nothing. */
async function askAndWait(path: string): Promise<Socket> {
  const socket = connect(freshet.port, "127.0.0.1");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: demo\r\n\r\n`);
  await once(socket, "data");
  socket.pause();
  return socket;
}
