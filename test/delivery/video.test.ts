import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, type Reply } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, shadeOf, startOrigin } from "../support/origin.ts";
import { full } from "../support/size.ts";
import { drawFilm, lookAt, missingFfmpeg, pictureOf } from "../support/video.ts";

const missing = missingFfmpeg();
if (missing.length > 0 && process.env.CI)
  throw new Error(`Videos cannot be made here: install ${missing.join(", ")}.`);

const KEY = "client_0123456789abcdef";
/** Half a second of black, then a test picture. */
const DARK_FIRST = "color=black:s=320x180:r=10:d=0.5[a];testsrc=s=320x180:r=10:d=2.5[b];[a][b]concat=n=2";
const RED = "color=red:s=320x180:r=10:d=2";

let origin: Origin;
let freshet: Freshet;

const get = (target: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(freshet, "demo", `/v7/_site_${target}`, headers);

/** Asks until it is there. */
async function getDone(target: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  for (const end = Date.now() + 60_000; ; ) {
    const reply = await get(target, headers);
    if (reply.status !== 202 || Date.now() > end) return reply;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const configOf = (limits: object) => ({ ...demoOf(origin), limits });

async function invalidate(path: string): Promise<void> {
  const headers = { "x-client-key": KEY, "content-type": "application/json" };
  const body = JSON.stringify({ scope: "original", urls: [path] });
  const asked = await fetch(`${freshet.url}/invalidate`, { method: "POST", headers, body });
  const { invalidation } = (await asked.json()) as { invalidation: { uuid: string } };
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    const told = await fetch(`${freshet.url}/invalidate/${invalidation.uuid}`, { headers });
    if (
      ((await told.json()) as typeof asked & { invalidation: { status: string } }).invalidation.status ===
      "DONE"
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The invalidation was not done in time.");
}

describe.skipIf(missing.length > 0)("a video", () => {
  beforeAll(async () => {
    origin = await startOrigin();
    const type = { "content-type": "video/mp4" };
    const [film, web, red, long] = await Promise.all([
      drawFilm({ pictures: DARK_FIRST, sound: "sine=duration=3", more: ["-c:a", "aac"] }),
      drawFilm({ pictures: "testsrc=s=320x180:r=10:d=1", format: "webm" }),
      drawFilm({ pictures: RED }),
      drawFilm({ pictures: "color=blue:s=320x180:r=2:d=3600" }),
    ]);
    origin.put("/film.mp4", film, type);
    origin.put("/web.webm", web, { "content-type": "video/webm" });
    origin.put("/red.mp4", red, type);
    origin.put("/long.mp4", long, type);
    origin.put("/cut.mp4", film.subarray(0, film.length / 2), type);
    origin.put("/wide.mp4", await drawFilm({ pictures: "color=red:s=4200x16:r=2:d=1" }), type);
    origin.put("/list.mp4", Buffer.from("#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"), type);
    // What begins like a film and goes on as a list of files.
    const head = Buffer.from("\0\0\0\x18ftypisom\0\0\0\0isomisom", "latin1");
    const list = Buffer.from("#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n");
    origin.put("/headed.mp4", Buffer.concat([head, list]), type);
    origin.put("/joined.mkv", Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n"), type);
    freshet = await startFreshet({ config: configOf({ videoWaitMs: 30_000 }) });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  test("without a wish is delivered as it is, whole or in parts", async () => {
    const whole = await get("/film.mp4");
    expect([whole.status, whole.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    const part = await get("/film.mp4", { range: "bytes=10-19" });
    expect([part.status, part.bytes]).toEqual([206, whole.bytes.subarray(10, 20)]);
    expect((await get("/web.webm")).headers.get("content-type")).toBe("video/webm");
  });

  test("is a file like any other to whoever asks for one", async () => {
    const whole = await get("/film.mp4");
    const file = await get("/film.mp4?func=proxy&w=90");
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    expect(file.bytes.equals(whole.bytes)).toBe(true);
    const kept = await get("/film.mp4?format=poster&force_download=1");
    expect(kept.headers.get("content-disposition")).toMatch(/^attachment/);
    expect((await get("/list.mp4?func=proxy")).status).toBe(200);
  });

  test("gives a poster that is not black, and one of the second that is asked for", async () => {
    const poster = await get("/film.mp4?format=poster");
    expect([poster.status, poster.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
    const { width, height } = await sharp(poster.bytes).metadata();
    expect([width, height]).toEqual([320, 180]);
    const { channels } = await sharp(poster.bytes).stats();
    expect(Math.max(...channels.map(({ mean }) => mean))).toBeGreaterThan(60);
    const black = await get("/film.mp4?format=poster&t=0.1");
    expect(await shadeOf(black.bytes)).toEqual({ red: 0, green: 0, blue: 0 });
    // Beyond the end stands the end.
    expect((await get("/film.mp4?format=poster&t=1000")).status).toBe(200);
  });

  test("gives a poster in the colours of the film, and all that can be asked of a picture", async () => {
    const { red, green, blue } = await shadeOf((await get("/red.mp4?format=poster&force_format=png")).bytes);
    expect(red).toBeGreaterThan(250);
    expect(green + blue).toBeLessThan(12);
    const turned = await get("/red.mp4?force_format=webp&w=90&h=60&gray=1&r=90", { accept: "image/webp" });
    expect(turned.headers.get("content-type")).toBe("image/webp");
    const { width, height } = await sharp(turned.bytes).metadata();
    expect([width, height]).toEqual([60, 90]);
    const grey = await shadeOf(turned.bytes);
    expect(Math.abs(grey.red - grey.blue)).toBeLessThan(3);
  });

  test.each([
    ["w=160", [160, 90]],
    ["w=160&h=160", [160, 160]],
    ["w=160&h=160&func=fit", [160, 160]],
    ["w=160&h=160&func=cropfit", [160, 160]],
    ["w=160&h=160&func=bound", [160, 90]],
    ["w=160&h=160&func=boundmin", [284, 160]],
    ["w=160&h=160&func=cover", [160, 160]],
    ["w=640&org_if_sml=1", [320, 180]],
    ["w=161&h=121", [160, 120]],
    ["w=20&h=20", [102, 102]],
  ])("%s is a clip of that size", async (query, size) => {
    const clip = await getDone(`/red.mp4?${query}`);
    expect([clip.status, clip.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    const { streams } = await lookAt(clip.bytes);
    expect(streams).toHaveLength(1);
    expect(streams[0]).toMatchObject({ codec_name: "h264", pix_fmt: "yuv420p" });
    expect([streams[0]?.width, streams[0]?.height]).toEqual(size);
  });

  test("is padded with the colour that is asked for", async () => {
    const clip = await getDone("/red.mp4?w=200&h=200&func=fit&bg_color=0000ff");
    const { data, info } = await sharp(await pictureOf(clip.bytes, 1))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const at = (y: number) => [...data.subarray((y * info.width + 100) * 3, (y * info.width + 100) * 3 + 3)];
    const [above = [], middle = []] = [at(10), at(100)];
    expect(above[2]).toBeGreaterThan(240);
    expect((above[0] ?? 0) + (above[1] ?? 0)).toBeLessThan(30);
    expect(middle[0]).toBeGreaterThan(240);
  });

  test("begins to play before it is whole, with its sound unless that is left away", async () => {
    const clip = await getDone("/film.mp4?format=mp4");
    expect(clip.bytes.indexOf("moov")).toBeLessThan(clip.bytes.indexOf("mdat"));
    const kinds = async (bytes: Uint8Array) =>
      (await lookAt(bytes)).streams.map(({ codec_name }) => codec_name).sort();
    expect(await kinds(clip.bytes)).toEqual(["aac", "h264"]);
    expect(await kinds((await getDone("/film.mp4?mute=1")).bytes)).toEqual(["h264"]);
    const part = await get("/film.mp4?format=mp4", { range: "bytes=0-3" });
    expect([part.status, part.bytes]).toEqual([206, clip.bytes.subarray(0, 4)]);
  });

  test("is WebM for whom names it, and MP4 for everybody else", async () => {
    const firefox = { accept: "video/webm,video/ogg,video/*;q=0.9,application/ogg;q=0.7,*/*;q=0.5" };
    const web = await getDone("/film.mp4?w=160&format=auto", firefox);
    expect([web.headers.get("content-type"), web.headers.get("vary")]).toEqual(["video/webm", "Accept"]);
    expect((await lookAt(web.bytes)).format).toContain("webm");
    const plain = await getDone("/film.mp4?w=160&format=auto", { accept: "*/*" });
    expect([plain.headers.get("content-type"), plain.headers.get("vary")]).toEqual(["video/mp4", "Accept"]);
    expect(plain.headers.get("etag")).not.toBe(web.headers.get("etag"));
    const forced = await getDone("/web.webm?w=160&format=webm");
    expect([forced.headers.get("content-type"), forced.headers.get("vary")]).toEqual(["video/webm", null]);
  });

  test("gives a preview that moves", async () => {
    const preview = await getDone("/film.mp4?format=preview&w=160");
    expect(preview.headers.get("content-type")).toBe("image/webp");
    const { pages, width, pageHeight, loop } = await sharp(preview.bytes, { animated: true }).metadata();
    expect([width, pageHeight, loop]).toEqual([160, 90, 0]);
    expect(pages).toBeGreaterThan(8);
    const first = await sharp(preview.bytes, { page: 0 }).stats();
    expect(Math.max(...first.channels.map(({ mean }) => mean))).toBeGreaterThan(60);
    const { red, green, blue } = await shadeOf((await getDone("/red.mp4?format=preview&w=160")).bytes);
    expect(red).toBeGreaterThan(245);
    expect(green + blue).toBeLessThan(12);
  });

  test("of more than a minute gives the first one", async () => {
    const { seconds } = await lookAt((await getDone("/long.mp4?w=160")).bytes);
    expect(seconds).toBeGreaterThan(58);
    expect(seconds).toBeLessThan(62);
  });

  test("says which wishes only pictures follow", async () => {
    const clip = await getDone("/red.mp4?w=160&sepia=1&blur=3");
    expect(clip.headers.get("freshet-remarks")?.split(", ").sort()).toEqual(["blur", "sepia"]);
    expect(clip.headers.get("etag")).toBe((await getDone("/red.mp4?w=160")).headers.get("etag"));
  });

  test.each([
    ["/list.mp4?format=poster", 415, "IMAGE_UNREADABLE"],
    ["/headed.mp4?format=poster", 415, "IMAGE_UNREADABLE"],
    ["/headed.mp4?w=200", 415, "IMAGE_UNREADABLE"],
    ["/joined.mkv?w=200", 415, "IMAGE_UNREADABLE"],
    ["/cut.mp4?w=200", 415, "IMAGE_UNREADABLE"],
    ["/wide.mp4?w=200", 413, "IMAGE_TOO_LARGE"],
    ["/none.mp4?w=200", 404, "ORIGINAL_MISSING"],
  ])("%s is refused with %i", async (target, status, code) => {
    const reply = await getDone(target);
    expect([reply.status, reply.headers.get("freshet-error")]).toEqual([status, code]);
  });

  test("that is damaged anywhere is shown or refused, and breaks nothing", async () => {
    const film = (await get("/film.mp4")).bytes;
    const damaged = Array.from({ length: full ? 100 : 9 }, (_, turn) => {
      const bytes = Buffer.from(film);
      // Most of it where the headers are: at the end, as this film was written.
      for (let hit = 1; hit <= 12; hit += 1) {
        const back = (hit * 977 + turn * 7_919) % (hit % 3 === 0 ? bytes.length - 40 : 3_000);
        bytes[bytes.length - 1 - back] = (hit * 31 + turn * 17) % 256;
      }
      return bytes;
    });
    const statuses = new Set<number>();
    for (const [turn, bytes] of damaged.entries()) {
      origin.put(`/damaged-${turn}.mp4`, bytes, { "content-type": "video/mp4" });
      const query = ["format=poster", "w=120", "format=preview&w=120"][turn % 3];
      statuses.add((await getDone(`/damaged-${turn}.mp4?${query}`)).status);
    }
    expect([...statuses].filter((status) => ![200, 413, 415].includes(status))).toEqual([]);
    expect(freshet.logs()).not.toContain("delivery failed");
    expect((await get("/red.mp4?format=poster")).status).toBe(200);
  });
});

describe.skipIf(missing.length > 0)("a video that takes longer", () => {
  beforeAll(async () => {
    origin = await startOrigin();
    // Noise is what an encoder takes longest for.
    const noise = "testsrc2=s=1280x720:r=30:d=12,noise=alls=40:allf=t";
    origin.put("/slow.mp4", await drawFilm({ pictures: noise, more: ["-crf", "40"] }), {
      "content-type": "video/mp4",
    });
    origin.put("/film.mp4", await drawFilm({ pictures: RED }), { "content-type": "video/mp4" });
    freshet = await startFreshet({ config: configOf({ videoWaitMs: 0 }) });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  test("is answered with 202 until it is there, and survives a restart", async () => {
    const first = await get("/film.mp4?w=200");
    expect(first.status).toBe(202);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      location: "/v7/_site_/film.mp4?w=200",
      "retry-after": expect.stringMatching(/^\d+$/),
      "cache-control": "no-store",
      "cdn-cache-control": "no-store",
      "content-type": "application/json",
    });
    expect(first.headers.get("etag")).toBeNull();
    expect(JSON.parse(first.bytes.toString())).toMatchObject({
      status: expect.stringMatching(/^(working|waiting)$/),
    });
    const done = await getDone("/film.mp4?w=200");
    expect(done.status).toBe(200);
    await freshet.restart();
    const again = await get("/film.mp4?w=200");
    expect([again.status, again.headers.get("etag")]).toEqual([200, done.headers.get("etag")]);
    const held = await get("/film.mp4?w=200", { "if-none-match": again.headers.get("etag") ?? "" });
    expect(held.status).toBe(304);
  });

  test("tells how far it is, and ends with the server that makes it", async () => {
    expect((await get("/slow.mp4?w=1280")).status).toBe(202);
    let progress = 0;
    for (const end = Date.now() + 30_000; progress === 0 && Date.now() < end; ) {
      const { status, bytes } = await get("/slow.mp4?w=1280");
      expect(status).toBe(202);
      progress = JSON.parse(bytes.toString()).progress ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(progress).toBeGreaterThan(0);
    expect(progress).toBeLessThan(1);
    const [converting] = convertersOf(freshet.dataFolder);
    expect(converting).toBeDefined();
    expect(
      Object.keys(environmentOf(converting ?? 0)).filter((name) => /FRESHET|KEY|NODE/.test(name)),
    ).toEqual([]);
    await freshet.restart();
    expect(convertersOf(freshet.dataFolder)).toEqual([]);
  });

  test("is made of what the origin has now when it was invalidated meanwhile", async () => {
    expect((await get("/slow.mp4?w=640")).status).toBe(202);
    origin.put("/slow.mp4", await drawFilm({ pictures: "color=lime:s=320x180:r=10:d=1" }), {
      "content-type": "video/mp4",
    });
    await invalidate("/_site_/slow.mp4");
    const reply = await getDone("/slow.mp4?w=640");
    expect(reply.status).toBe(200);
    const { red, green } = await shadeOf(await pictureOf(reply.bytes, 0.5));
    expect(green).toBeGreaterThan(230);
    expect(red).toBeLessThan(20);
  });
});

describe("a server without ffmpeg", () => {
  beforeAll(async () => {
    origin = await startOrigin();
    const film = missing.length > 0 ? undefined : await drawFilm({ pictures: RED });
    const head = Buffer.from("\0\0\0\x18ftypisom\0\0\0\0isomisom", "latin1");
    origin.put("/film.mp4", film ?? head, { "content-type": "video/mp4" });
    freshet = await startFreshet({ config: configOf({}), env: { PATH: "" } });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  test.each(["w=200", "format=poster", "format=preview", "force_format=jpeg"])(
    "refuses %s and says by a code of its own why",
    async (query) => {
      const reply = await get(`/film.mp4?${query}`);
      expect([reply.status, reply.headers.get("freshet-error")]).toEqual([415, "VIDEO_UNSUPPORTED"]);
      expect(reply.headers.get("cache-control")).toBe("no-store");
    },
  );

  test("delivers the video itself", async () => {
    expect((await get("/film.mp4")).status).toBe(200);
  });
});

/** Processes that convert something in the data folder. */
function convertersOf(folder: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const text = read(join("/proc", name, "cmdline"));
      return text.startsWith("ffmpeg\0") && text.includes(folder);
    })
    .map(Number);
}

const environmentOf = (pid: number) =>
  Object.fromEntries(
    read(`/proc/${pid}/environ`)
      .split("\0")
      .map((line) => line.split("=", 2)),
  );

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
