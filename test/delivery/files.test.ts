import { randomBytes } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { createInvalidationClient } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { EDGES, type Edge } from "../support/edges.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

const KEY = "client_0123456789abcdef";
const CSS = "/* of the site */\nbody { color: red; }\n";
/** More than is kept of what was just fetched. */
const MOST_BYTES = 34_000_000;
/** Many times what memory keeps of one answer. */
const LONG = Buffer.alloc(2_500_000, "0123456789abcdef");

let origin: Origin;
let freshet: Freshet;

const config = (more: object = {}) => ({
  ...demoOf(origin, more),
  limits: { maxOriginalBytes: MOST_BYTES, memoryBytes: 4_194_304 },
});

beforeAll(async () => {
  origin = await startOrigin();
  freshet = await startFreshet({ config: config({ missing: { status: 200 }, defaults: "q=40" }) });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

const put = (path: string, body: string | Uint8Array, type?: string) =>
  origin.put(path, Buffer.from(body), { "content-type": type ?? "" });

/** A file of `_site_`, and the answer's body as text. */
async function get(path: string, query = "func=proxy", more: RequestInit = {}, base = freshet.url) {
  const answer = await fetch(`${base}/v7/_site_${path}?${query}`, more);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    head: (name: string) => answer.headers.get(name),
    bytes,
    text: bytes.toString(),
  };
}

/** Resolves when everybody has heard of it. */
async function invalidate(path: string, server: Freshet = freshet): Promise<void> {
  const client = createInvalidationClient({ endpoint: server.url, apiKey: KEY });
  const { invalidation } = await client.invalidate({ scope: "original", urls: [`/_site_${path}`] });
  const done = await client.waitUntilDone(invalidation.uuid, { timeoutMs: 30_000 });
  expect(done.status).toBe("DONE");
}

describe("a file that is delivered as it is", () => {
  it("comes with its own bytes and type, tags, stamp and entity tag, and is a hit from then on", async () => {
    put("/site.css", CSS, "text/css; charset=UTF-8");
    const first = await get("/site.css");
    expect([first.status, first.text]).toEqual([200, CSS]);
    expect(first.head("content-type")).toBe("text/css; charset=utf-8");
    expect(first.head("x-content-type-options")).toBe("nosniff");
    expect(first.head("content-security-policy")).toBeNull();
    expect(first.head("freshet-stamp")).toMatch(/^\d+$/);
    const again = await get("/site.css");
    expect(again.head("cache-status")).toBe("freshet; hit; detail=memory");
    expect([again.text, again.head("etag")]).toEqual([CSS, first.head("etag")]);
    expect(origin.requests.get("/site.css")).toBe(1);
    const etag = String(first.head("etag"));
    const unmodified = await get("/site.css", "func=proxy", { headers: { "if-none-match": etag } });
    expect([unmodified.status, unmodified.text]).toEqual([304, ""]);
    const bare = await get("/site.css", "func=proxy", { method: "HEAD" });
    expect([bare.status, bare.head("content-length"), bare.text]).toEqual([200, String(CSS.length), ""]);
  });

  it.each([
    ["/app.js", "application/octet-stream", "text/javascript; charset=utf-8", false],
    ["/app.mjs", "text/plain", "text/javascript; charset=utf-8", false],
    ["/data.json", "application/json", "application/json", false],
    ["/font.woff2", "", "font/woff2", false],
    ["/clip.mp4", "video/mp4", "video/mp4", false],
    ["/sound.mp3", "audio/mpeg", "audio/mpeg", false],
    ["/paper.pdf", "application/pdf", "application/pdf", false],
    ["/page.html", "text/html", "text/html", true],
    ["/page", "application/xhtml+xml", "application/xhtml+xml", true],
    ["/feed", "application/rss+xml", "application/rss+xml", true],
    ["/evil.js", "text/html", "text/html", true],
    ["/parts.css", "multipart/x-mixed-replace; boundary=a", "text/css; charset=utf-8", false],
    ["/whatever", "text/unheard-of", "application/octet-stream", false],
  ])("%s that its origin calls “%s” is %s", async (path, said, type, isSandboxed) => {
    put(path, `<script>alert("${path}")</script>`, said);
    const answer = await get(path);
    expect([answer.status, answer.head("content-type")]).toEqual([200, type]);
    expect(answer.text).toContain(path);
    expect(answer.head("x-content-type-options")).toBe("nosniff");
    if (isSandboxed)
      expect(answer.head("content-security-policy")).toMatch(/^default-src 'none'.*; sandbox$/);
    else expect(answer.head("content-security-policy")).toBeNull();
  });

  it("may be a picture, and an SVG that nobody cleans then, in a sandbox", async () => {
    const jpeg = await origin.paint("/a.jpg", { red: 9, green: 99, blue: 199 });
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    put("/a.svg", drawing, "image/svg+xml");
    const picture = await get("/a.jpg", "func=proxy&w=20&gray=1", { headers: { accept: "image/avif" } });
    expect(picture.bytes.equals(jpeg)).toBe(true);
    expect([picture.head("content-type"), picture.head("vary")]).toEqual(["image/jpeg", null]);
    expect(picture.head("freshet-remarks")).toBe("w, gray");
    const svg = await get("/a.svg");
    expect([svg.text, svg.head("content-type")]).toEqual([drawing, "image/svg+xml"]);
    expect(svg.head("content-security-policy")).toContain("sandbox");
    const small = await get("/a.jpg", "w=20");
    expect((await sharp(small.bytes).metadata()).width).toBe(20);
  });

  it("may be empty", async () => {
    put("/empty.css", "", "text/css");
    expect(await get("/empty.css")).toMatchObject({ status: 200, text: "" });
  });

  it("is read in ranges, whole where If-Range names something else", async () => {
    put("/long.webm", LONG, "video/webm");
    const part = await get("/long.webm", "func=proxy", { headers: { range: "bytes=10-19" } });
    expect([part.status, part.text, part.head("content-range")]).toEqual([
      ...[206, "abcdef0123", `bytes 10-19/${LONG.length}`],
    ]);
    const etag = String(part.head("etag"));
    const held = await get("/long.webm", "func=proxy", { headers: { range: "bytes=-4", "if-range": etag } });
    expect([held.status, held.text]).toEqual([206, "cdef"]);
    const other = await get("/long.webm", "func=proxy", {
      headers: { range: "bytes=-4", "if-range": '"a"' },
    });
    expect([other.status, other.bytes.length]).toEqual([200, LONG.length]);
    const beyond = await get("/long.webm", "func=proxy", { headers: { range: `bytes=${LONG.length}-` } });
    expect(beyond.status).toBe(416);
    expect(part.head("accept-ranges")).toBe("bytes");
    expect(origin.requests.get("/long.webm")).toBe(1);
  });

  it("may be longer than anything that memory keeps, and is read once for many", async () => {
    put("/film.mp4", Buffer.alloc(MOST_BYTES, "freshet"), "video/mp4");
    const answers = await Promise.all([1, 2, 3].map(() => get("/film.mp4")));
    expect(answers.map(({ status, bytes }) => [status, bytes.length])).toEqual(
      answers.map(() => [200, MOST_BYTES]),
    );
    const end = await get("/film.mp4", "func=proxy", { headers: { range: "bytes=-7" } });
    expect([end.status, end.bytes.length]).toEqual([206, 7]);
    expect(origin.requests.get("/film.mp4")).toBe(1);
  });

  it("has no more bytes than an original may have", async () => {
    put("/huge.zip", Buffer.alloc(MOST_BYTES + 1), "application/zip");
    const answer = await get("/huge.zip");
    expect([answer.status, answer.head("freshet-error")]).toEqual([413, "ORIGINAL_TOO_LARGE"]);
  });

  it("is no picture for whoever asks for one, in either order", async () => {
    put("/one.css", LONG, "text/css");
    expect((await get("/one.css", "w=20")).head("freshet-error")).toBe("IMAGE_UNREADABLE");
    expect((await get("/one.css")).bytes.length).toBe(LONG.length);
    expect((await get("/one.css", "w=20")).head("freshet-error")).toBe("IMAGE_UNREADABLE");
    expect((await get("/one.css")).status).toBe(200);
    // Refused while it arrived, then read to its end for who wants it; what is known then is for both.
    expect(origin.requests.get("/one.css")).toBe(2);
  });

  it("is missing where its origin has none, whatever the project shows for pictures", async () => {
    const file = await get("/none.css");
    expect([file.status, file.head("freshet-error"), file.head("cache-control")]).toEqual([
      ...[404, "ORIGINAL_MISSING", "no-store"],
    ]);
    expect((await get("/none.jpg", "w=9")).status).toBe(200);
    await get("/none.css");
    expect(origin.requests.get("/none.css")).toBe(1);
  });

  it("comes from no host that pictures may not come from", async () => {
    const answer = await fetch(`${freshet.url}/v7/http://elsewhere.example/a.js?func=proxy`);
    expect([answer.status, answer.headers.get("freshet-error")]).toEqual([403, "ORIGINAL_NOT_ALLOWED"]);
  });

  it("is another answer once its origin calls it something else, though its bytes are the same", async () => {
    put("/typed", "a { }", "text/css");
    const before = await get("/typed");
    put("/typed", "a { }", "text/html");
    await invalidate("/typed");
    await expect.poll(async () => (await get("/typed")).head("content-type")).toBe("text/html");
    expect((await get("/typed")).head("etag")).not.toBe(before.head("etag"));
  });

  it("is new after an invalidation", async () => {
    put("/news.js", "old()", "text/javascript");
    expect((await get("/news.js")).text).toBe("old()");
    put("/news.js", "new()", "text/javascript");
    expect((await get("/news.js")).text).toBe("old()");
    await invalidate("/news.js");
    expect((await get("/news.js")).text).toBe("new()");
  });

  it("is saved under a safe name where that is asked for, as pictures are", async () => {
    put("/papers/j%C3%A4hrlich.pdf", "%PDF-", "application/pdf");
    await origin.paint("/hat.jpg", { red: 1, green: 2, blue: 3 });
    const saved = await get("/papers/j%C3%A4hrlich.pdf", "func=proxy&force_download=1");
    expect(saved.head("content-disposition")).toBe(
      `attachment; filename=j_hrlich.pdf; filename*=UTF-8''j%C3%A4hrlich.pdf`,
    );
    const picture = await get("/hat.jpg", "w=9&force_download=1&force_format=_webp");
    expect(picture.head("content-disposition")).toBe("attachment; filename=hat.webp");
    expect((await get("/hat.jpg", "w=9&force_download=0")).head("content-disposition")).toBeNull();
    expect(picture.head("freshet-remarks")).toBeNull();
  });
});

describe.each(EDGES)("a changed file through $driver", ({ driver, missing, start }) => {
  let node: Edge;
  let server: Freshet;

  beforeAll(async () => {
    if (missing) return;
    server = await startFreshet({ config: config() });
    node = await start({ backendPort: server.port });
    await server.restart({ config: { ...config(), cdn: [{ driver, nodes: [node.url] }] } });
  });
  afterAll(async () => {
    await node?.stop();
    await server?.stop();
  });

  it.skipIf(missing)("is new everywhere once its invalidation is done", async () => {
    const name = `/${driver}.css`;
    put(name, "a { color: red }", "text/css");
    const through = (more: RequestInit = {}) => get(name, "func=proxy", more, node.url);
    expect((await through()).text).toBe("a { color: red }");
    const kept = await through();
    expect(kept.head("cache-status")).toContain("hit");
    put(name, "a { color: blue }", "text/css");
    expect((await through()).text).toBe("a { color: red }");
    await invalidate(name, server);
    const fresh = await through();
    expect([fresh.text, fresh.head("content-type")]).toEqual(["a { color: blue }", "text/css"]);
    expect((await through({ headers: { "if-none-match": String(kept.head("etag")) } })).status).toBe(200);
    const part = await through({ headers: { range: "bytes=4-8" } });
    expect([part.status, part.text]).toEqual([206, "color"]);
  });

  it.skipIf(missing)("is new for everybody, whatever he takes it in", async () => {
    const name = `/long-${driver}.css`;
    const text = "a { color : red }\n".repeat(400);
    const takes = ["gzip, br", "gzip", "br", "identity"];
    const texts = () =>
      Promise.all(
        takes.map(async (encoding) => {
          const answer = await get(
            name,
            "func=proxy",
            { headers: { "accept-encoding": encoding } },
            node.url,
          );
          return answer.text;
        }),
      );
    put(name, text, "text/css");
    for (let times = 0; times < 2; times += 1) expect(await texts()).toEqual(takes.map(() => text));
    const after = text.replaceAll("red", "blue");
    put(name, after, "text/css");
    await invalidate(name, server);
    expect(await texts()).toEqual(takes.map(() => after));
  });
});

describe("style sheets and scripts of a project that has them minified", () => {
  let small: Freshet;
  const fetched = (path: string, more: RequestInit = {}) => get(path, "func=proxy", more, small.url);

  beforeAll(async () => {
    small = await startFreshet({ config: config({ minify: true }) });
  });
  afterAll(() => small?.stop());

  it("come without comments and white space, kept like variants, in ranges too", async () => {
    put("/min.css", CSS, "text/css");
    put("/min-too.css", CSS, "text/css");
    const first = await fetched("/min.css");
    expect([first.status, first.text]).toEqual([200, "body{color:red}"]);
    expect(first.head("server-timing")).toContain("rendered");
    expect((await fetched("/min.css")).head("cache-status")).toBe("freshet; hit; detail=memory");
    const same = await fetched("/min-too.css");
    expect([same.text, same.head("etag")]).toEqual([first.text, first.head("etag")]);
    let asked = 0;
    const kept = async () =>
      (await get("/min.css", `func=proxy&n=${asked++}`, {}, small.url)).head("server-timing");
    await expect.poll(kept).toContain("disk");
    expect((await fetched("/min.css", { headers: { range: "bytes=0-3" } })).text).toBe("body");
    const etag = String(first.head("etag"));
    expect((await fetched("/min.css", { headers: { "if-none-match": etag } })).status).toBe(304);
  });

  it("are compressed when they are minified, and as they are where they cannot be", async () => {
    put("/long.js", "f( 1 ) ;\n".repeat(400), "text/javascript");
    put("/long-mapped.js", `${"f( 1 ) ;\n".repeat(400)}//# sourceMappingURL=a.map`, "text/javascript");
    for (const [path, text] of [
      ["/long.js", "f(1);".repeat(400)],
      ["/long-mapped.js", `${"f( 1 ) ;\n".repeat(400)}//# sourceMappingURL=a.map`],
    ] as const) {
      const answers = [];
      for (const encoding of ["br", "gzip"])
        answers.push(await fetched(path, { headers: { "accept-encoding": encoding } }));
      const plain = await fetched(path, { headers: { "accept-encoding": "identity" } });
      expect(answers.map((each) => each.text)).toEqual([text, text]);
      expect(answers.map((each) => each.head("content-encoding"))).toEqual(["br", "gzip"]);
      expect([plain.text, plain.head("content-encoding")]).toEqual([text, null]);
    }
  });

  it("are new after an invalidation", async () => {
    put("/min.js", "old( 1 ) ;", "application/javascript");
    expect((await fetched("/min.js")).text).toBe("old(1);");
    put("/min.js", "newer( 1 ) ;", "application/javascript");
    await invalidate("/min.js", small);
    expect((await fetched("/min.js")).text).toBe("newer(1);");
  });

  it.each([
    ["/done.min.js", "f( 1 ) ;", "text/javascript"],
    ["/mapped.js", "f( 1 ) ;\n//# sourceMappingURL=a.map", "text/javascript"],
    ["/broken.js", "f( 1 ; ", "text/javascript"],
    ["/data.json", '{ "a" : 1 }', "application/json"],
    ["/page.html", "<p>  a  </p>", "text/html"],
    ["/letters.css", "a { b : c }", "text/css; charset=utf-16"],
    ["/latin.css", Buffer.from("a { content: '\xe9' }", "latin1"), "text/css"],
  ])("%s comes as it is", async (path, body, type) => {
    put(path, body, type);
    const answer = await fetched(path);
    expect([answer.status, answer.bytes.equals(Buffer.from(body))]).toEqual([200, true]);
    expect(answer.head("content-type")).toBe(type);
  });

  it.each([
    ["braces.js", "{".repeat(1_000_000)],
    ["brackets.js", `x=${"[".repeat(499_000)}${"]".repeat(499_000)}`],
    ["parentheses.css", `a{b:${"(".repeat(990_000)}`],
    ["nested.css", "a{".repeat(499_000)],
    ["imports.css", '@import "imports.css";\n'.repeat(20_000)],
    ["templates.js", "`${".repeat(160_000)],
    ["expressions.js", `x = 1${" + a".repeat(120_000)}`],
    ["over.js", " ".repeat(2_000_001)],
    ["bytes.css", Buffer.alloc(400_000, 0xfe)],
  ])(
    "%s, that is hostile, is answered within two seconds, with its own bytes or fewer",
    async (name, body) => {
      put(`/${name}`, body, name.endsWith("js") ? "text/javascript" : "text/css");
      const begun = performance.now();
      const answer = await fetched(`/${name}`);
      expect(performance.now() - begun).toBeLessThan(2_000);
      expect(answer.status).toBe(200);
      expect(answer.bytes.length).toBeLessThanOrEqual(Buffer.from(body).length);
      const rest = [...origin.requests.keys()].filter((path) => /imports\.css/.test(path));
      expect(rest.length).toBeLessThanOrEqual(1);
    },
  );
});

describe("texts for whoever takes them compressed", () => {
  const TEXT = "a { color : red }\n".repeat(400);
  const as = (server: Freshet, path: string, encoding: string, more: Record<string, string> = {}) =>
    ask(server, "demo.example", `/v7/_site_${path}?func=proxy`, { "accept-encoding": encoding, ...more });

  it("come in brotli, gzip or as they are, each under its own entity tag, and are hits from then on", async () => {
    put("/text.css", TEXT, "text/css");
    const answers = [];
    for (const [encoding, name, decode] of [
      ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
      ["gzip", "gzip", gunzipSync],
      ["br;q=0, *", "gzip", gunzipSync],
      ["identity", null, (bytes: Buffer) => bytes],
      ["zstd", null, (bytes: Buffer) => bytes],
    ] as const) {
      const answer = await as(freshet, "/text.css", encoding);
      expect([answer.status, answer.headers.get("content-encoding")]).toEqual([200, name]);
      expect(answer.headers.get("vary")).toBe("Accept-Encoding");
      expect(answer.headers.get("content-type")).toBe("text/css");
      expect(decode(answer.bytes).toString()).toBe(TEXT);
      const again = await as(freshet, "/text.css", encoding);
      expect(again.headers.get("cache-status")).toBe("freshet; hit; detail=memory");
      expect(again.bytes.equals(answer.bytes)).toBe(true);
      const etag = String(answer.headers.get("etag"));
      const held = await as(freshet, "/text.css", encoding, { "if-none-match": etag });
      expect(held.status).toBe(304);
      answers.push(etag);
    }
    const [br, gzip, other, plain, zstd] = answers;
    expect([gzip, plain, new Set([br, gzip, plain]).size]).toEqual([other, zstd, 3]);
    expect(origin.requests.get("/text.css")).toBe(1);
  });

  it("are told apart nowhere where compressing is for nothing", async () => {
    put("/font.woff2", TEXT, "font/woff2");
    put("/bytes.bin", TEXT, "application/octet-stream");
    put("/short.css", "a { }", "text/css");
    put("/noise.css", randomBytes(2_000), "text/css");
    for (const path of ["/font.woff2", "/bytes.bin", "/short.css", "/noise.css"]) {
      const answer = await as(freshet, path, "br, gzip");
      expect([path, answer.status, answer.headers.get("content-encoding")]).toEqual([path, 200, null]);
      expect([path, answer.headers.get("vary")]).toEqual([
        path,
        path.endsWith("css") ? "Accept-Encoding" : null,
      ]);
    }
  });

  it("are new after an invalidation, in every encoding", async () => {
    put("/changing.css", TEXT, "text/css");
    for (const encoding of ["br", "gzip", "identity"]) await as(freshet, "/changing.css", encoding);
    const after = TEXT.replaceAll("red", "blue");
    put("/changing.css", after, "text/css");
    await invalidate("/changing.css");
    expect(brotliDecompressSync((await as(freshet, "/changing.css", "br")).bytes).toString()).toBe(after);
    expect(gunzipSync((await as(freshet, "/changing.css", "gzip")).bytes).toString()).toBe(after);
    expect((await as(freshet, "/changing.css", "identity")).bytes.toString()).toBe(after);
  });
});
