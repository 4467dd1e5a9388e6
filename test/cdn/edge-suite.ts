import type { OutgoingHttpHeaders } from "node:http";
import { describe, expect, test } from "vitest";
import { type Edge, KEPT, TAG } from "./edge.ts";

/** What every edge that is shipped does with URLs, headers and lifetimes, and who may control it. */
export function testEdge(edge: Edge): void {
  const { ask, get, newPath, cacheStatus, isKept, seen, purge } = edge;
  const { name } = edge.kind;

  describe("key and URL", () => {
    test("the order of parameters makes no second fill, and the URL goes on as it came", async () => {
      const path = newPath();
      await get(`${path}?w=300&h=200&ci_sign=abc&empty=&&x`);
      expect(await cacheStatus(`${path}?x&ci_sign=abc&h=200&w=300&empty=`)).toContain("hit");
      expect(seen.map(({ url }) => url)).toEqual([`${path}?w=300&h=200&ci_sign=abc&empty=&&x`]);
    });

    test("where a name comes twice, the order counts", async () => {
      const path = newPath();
      await get(`${path}?w=100&h=1&w=200`);
      expect(await cacheStatus(`${path}?w=200&h=1&w=100`)).toContain("fwd=miss");
      expect(await cacheStatus(`${path}?ww=200&w=100`)).toContain("fwd=miss");
      expect(await cacheStatus(`${path}?w=100&ww=200`)).toContain("hit");
    });

    test("another host is another answer, however it is written", async () => {
      const path = newPath();
      await get(path, { host: "one.example" });
      expect(await cacheStatus(path, { host: "two.example" })).toContain("fwd=miss");
      expect(await cacheStatus(path, { host: "ONE.example" })).toContain("hit");
    });

    test.each([
      ["image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "image/avif,image/webp"],
      ["image/webp;q=0.9, image/avif", "image/avif,image/webp"],
      ["image/avif", "image/avif"],
      ["IMAGE/WEBP", "image/webp"],
      ["image/jxl", "image/jxl"],
      ["image/jxl,image/webp,image/avif", "image/avif,image/webp,image/jxl"],
      ["image/avif;q=0,image/webp;q=0.0, image/jxl;q=0.1", "image/jxl"],
      ["text/html,*/*", undefined],
    ])("Accept %s goes on as %s", async (accept, expected) => {
      await get(newPath(), { accept });
      expect(seen[0]?.headers.accept).toBe(expected);
    });

    test("Vary: Accept keeps one variant per set of formats", async () => {
      const path = newPath();
      edge.answer.headers = { ...KEPT, Vary: "Accept" };
      await get(path, { accept: "image/webp,*/*" });
      expect(await cacheStatus(path, { accept: "text/html, image/webp;q=0.3" })).toContain("hit");
      expect(await cacheStatus(path, { accept: "image/avif,image/webp" })).toContain("fwd=miss");
      expect(await cacheStatus(path)).toContain("fwd=miss");
    });

    test.each<[Record<string, string>, Record<string, string | undefined>]>([
      [{ "sec-ch-width": "301" }, { "sec-ch-width": "320" }],
      [{ "sec-ch-width": "320.0" }, { "sec-ch-width": "320" }],
      [{ "sec-ch-width": "99999" }, { "sec-ch-width": "3840" }],
      [{ "sec-ch-width": "0" }, { "sec-ch-width": undefined }],
      [{ "sec-ch-width": "wide" }, { "sec-ch-width": undefined }],
      [{ "sec-ch-width": "-5" }, { "sec-ch-width": undefined }],
      [
        { "sec-ch-viewport-width": "1281", "sec-ch-dpr": "2.625" },
        { "sec-ch-viewport-width": "1600", "sec-ch-dpr": "3" },
      ],
      [{ "sec-ch-dpr": "1.25" }, { "sec-ch-dpr": "1.5" }],
      [{ "sec-ch-dpr": "0.9" }, { "sec-ch-dpr": "1" }],
      [{ "save-data": "ON" }, { "save-data": "on" }],
      [{ "save-data": "no" }, { "save-data": undefined }],
    ])("hints %j go on as %j", async (said, expected) => {
      await get(newPath(), said);
      for (const [name, value] of Object.entries(expected)) expect(seen[0]?.headers[name], name).toBe(value);
    });

    test("Vary by hints keeps one variant per step", async () => {
      const path = newPath();
      edge.answer.headers = {
        ...KEPT,
        Vary: "Accept, Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR, Save-Data",
      };
      await get(path, { "sec-ch-width": "400" });
      expect(await cacheStatus(path, { "sec-ch-width": "479" })).toContain("hit");
      expect(await cacheStatus(path, { "sec-ch-width": "481" })).toContain("fwd=miss");
      expect(await cacheStatus(path)).toContain("fwd=miss");
      expect(await cacheStatus(path)).toContain("hit");
      expect(await cacheStatus(path, { "save-data": "on" })).toContain("fwd=miss");
      expect(await cacheStatus(path, { "sec-ch-dpr": "2" })).toContain("fwd=miss");
      expect(await cacheStatus(path, { "sec-ch-dpr": "1.9" })).toContain("hit");
    });

    test("cookies, credentials and what a visitor says in our headers stay outside", async () => {
      await get(newPath(), {
        cookie: "a=1",
        authorization: "Basic eDp5",
        "freshet-demand": "999999",
        "FRESHET-Stamp": "1",
        "freshet-cache": "hit",
        "freshet-anything": "x",
      });
      const names = Object.keys(seen[0]?.headers ?? {});
      expect(names.filter((name) => /cookie|authorization|freshet/.test(name))).toEqual(["freshet-demand"]);
      expect(Number(seen[0]?.headers["freshet-demand"])).toBeLessThan(999_999);
    });
  });

  describe("what is passed", () => {
    test.each([
      "/",
      "/?a",
      "/invalidate",
      "/invalidate/7f",
      "/livez",
      "/readyz?x",
      "/metrics",
      "/openapi.json",
      "/connectors/a",
      "/console/",
      "/demo",
      "/projects/x",
      "/favicon.ico",
      "/robots.txt",
    ])("%s goes through untouched, every time", async (path) => {
      for (let time = 0; time < 2; time++) {
        expect(
          await cacheStatus(path, { cookie: "a=1", accept: "text/html", "freshet-signature": "s" }),
        ).toContain("fwd=bypass");
      }
      expect(seen).toHaveLength(2);
      expect(seen[1]).toMatchObject({
        url: path,
        headers: { cookie: "a=1", accept: "text/html", "freshet-signature": "s" },
      });
    });

    test.each(["/v7/invalidate", "/invalidated.jpg", "/demo.jpg"])("%s is an original", async (path) => {
      expect(await isKept(path)).toBe(true);
    });

    test("other methods go through with their body", async () => {
      const path = newPath();
      const reply = await ask("POST", path, { "content-type": "text/plain" }, "hello");
      expect(reply.headers["cache-status"]).toContain("fwd=method");
      await ask("POST", "/invalidate", { "x-client-key": "k" }, "{}");
      expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
        ["POST", path, "hello"],
        ["POST", "/invalidate", "{}"],
      ]);
    });
  });

  describe("what is kept", () => {
    test.each<[string, OutgoingHttpHeaders]>([
      [
        "CDN-Cache-Control before Cache-Control",
        { "CDN-Cache-Control": "max-age=60", "Cache-Control": "no-store" },
      ],
      ["s-maxage", { "Cache-Control": "max-age=0, s-maxage=60" }],
      ["max-age", { "Cache-Control": "public, max-age=60" }],
      ["an age that leaves some life", { "Cache-Control": "public, max-age=60", Age: "20" }],
    ])("is kept: %s", async (_, headers) => {
      edge.answer.headers = { "Freshet-Stamp": 10, xkey: TAG, ...headers };
      expect(await isKept(newPath())).toBe(true);
    });

    test.each<[string, OutgoingHttpHeaders, number]>([
      [
        "CDN-Cache-Control: no-store",
        { "CDN-Cache-Control": "no-store", "Cache-Control": "max-age=60" },
        200,
      ],
      [
        "CDN-Cache-Control without a lifetime",
        { "CDN-Cache-Control": "must-revalidate", "Cache-Control": "max-age=60" },
        200,
      ],
      ["private", { "Cache-Control": "private, max-age=60" }, 200],
      ["no-cache", { "Cache-Control": "max-age=60, no-cache" }, 200],
      ["no lifetime", {}, 200],
      ["max-age=0", { "Cache-Control": "max-age=0" }, 200],
      ["an age beyond its life", { "Cache-Control": "max-age=60", Age: "61" }, 200],
      ["a cookie", { "Cache-Control": "max-age=60", "Set-Cookie": "a=1" }, 200],
      ["Vary: *", { "Cache-Control": "max-age=60", Vary: "*" }, 200],
      ["an error", { "Cache-Control": "max-age=60" }, 502],
    ])("is not kept: %s", async (_, headers, status) => {
      edge.answer = { ...edge.answer, status, headers: { "Freshet-Stamp": 10, xkey: TAG, ...headers } };
      expect(await isKept(newPath())).toBe(false);
    });

    test.each<[string, OutgoingHttpHeaders]>([
      ["no stamp", { xkey: TAG }],
      ["a stamp that is no number", { "Freshet-Stamp": "12a", xkey: TAG }],
      ["no tags", { "Freshet-Stamp": 10 }],
      ["a tag that cannot be read", { "Freshet-Stamp": 10, xkey: `${TAG} o-123` }],
    ])("is not kept: %s", async (_, headers) => {
      edge.answer.headers = { "CDN-Cache-Control": "max-age=60", ...headers };
      expect(await isKept(newPath())).toBe(false);
    });

    test("what has outlived its time is never served, not even when the server is away", async () => {
      const path = newPath();
      edge.answer.headers = { ...KEPT, "CDN-Cache-Control": "max-age=1" };
      expect(await isKept(path)).toBe(true);
      edge.answer = { ...edge.answer, status: 503, headers: { "Cache-Control": "no-store" }, body: "away" };
      await expect.poll(async () => (await get(path)).status, { timeout: 5_000 }).toBe(503);
    });

    test("a crowd is answered by one fill", async () => {
      const path = newPath();
      edge.answer.delayMs = 100;
      await get(newPath());
      await get(path.replace(".jpg", "-warm.jpg"));
      await Promise.all(
        Array.from({ length: 20 }, (_, place) =>
          new Promise((go) => setTimeout(go, place === 0 ? 0 : 30)).then(() => get(path)),
        ),
      );
      expect(seen.filter(({ url }) => url === path)).toHaveLength(1);
    });

    test("HEAD and ranges are answered from the whole object", async () => {
      const path = newPath();
      const part = await get(path, { range: "bytes=2-4" });
      expect([part.status, part.body, part.headers["content-range"]]).toEqual([206, "234", "bytes 2-4/10"]);
      expect((await ask("HEAD", path)).headers["cache-status"]).toContain("hit");
      expect((await get(path, { "if-none-match": '"e"' })).status).toBe(304);
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({ method: "GET" });
      expect(seen[0]?.headers.range).toBeUndefined();
    });
  });

  describe("what visitors see", () => {
    test("stamp and ETag, but no tags and no instructions for caches", async () => {
      const path = newPath();
      const internal = {
        "Surrogate-Key": "a",
        "Cache-Tag": "a",
        "Cache-Groups": '"a"',
        "Cache-Status": "freshet; hit",
        Age: "7",
      };
      edge.answer.headers = { ...KEPT, ...internal, "Cache-Control": "public, max-age=60" };
      const miss = await get(path);
      const hit = await get(path);
      for (const { headers } of [miss, hit]) {
        expect(headers).toMatchObject({
          "freshet-stamp": "10",
          etag: '"e"',
          "cache-control": "public, max-age=60",
        });
        expect(Number(headers.age)).toBeGreaterThanOrEqual(7);
        for (const name of [
          "xkey",
          "surrogate-key",
          "cache-tag",
          "cache-groups",
          "cdn-cache-control",
          "freshet-fill",
        ]) {
          expect(headers).not.toHaveProperty(name);
        }
      }
      expect(miss.headers["cache-status"]).toMatch(
        new RegExp(`^freshet; hit, ${name}; fwd=miss; stored; ttl=315359\\d\\d$`),
      );
      expect(hit.headers["cache-status"]).toMatch(new RegExp(`^${name}; hit; ttl=315359\\d\\d$`));
    });

    test("an answer older than a purge goes out as no-store", async () => {
      const path = newPath();
      await edge.purge("o-fe00000000000000", "40");
      edge.answer.headers = {
        ...KEPT,
        "Freshet-Stamp": 39,
        xkey: "o-fe00000000000000",
        "Cache-Control": "public, max-age=60",
      };
      const { headers } = await get(path);
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["cache-status"]).toBe(`${name}; fwd=miss; detail=fenced`);
    });

    test("tags in several header lines are all heeded", async () => {
      const path = newPath();
      await edge.purge("o-fd00000000000000", "40");
      edge.answer.headers = { ...KEPT, "Freshet-Stamp": 39, xkey: [TAG, "o-fd00000000000000"] };
      expect(await isKept(path)).toBe(false);
    });
  });

  describe("control", () => {
    test.each([
      ["", "5"],
      [" ", "5"],
      ["*", "5"],
      ["o-0123456789abcde", "5"],
      ["o-0123456789abcdef0", "5"],
      ["o-0123456789ABCDEF", "5"],
      [`${TAG}.g`, "5"],
      [`${TAG} x`, "5"],
      [TAG, ""],
      [TAG, "-1"],
      [TAG, "1e3"],
      [TAG, "1 "],
      [TAG, "9999999999999999999"],
    ])("a purge of %j under %j is malformed, or the same as without the blank", async (tags, sequence) => {
      const { status } = await purge(tags, sequence);
      expect(status).toBe(sequence === "1 " ? 200 : 400);
    });

    test("nothing is controlled through a proxy, or by a path that is none", async () => {
      expect((await purge(TAG, "5", { "x-forwarded-for": "192.0.2.1" })).status).toBe(403);
      expect(
        (await ask("FRESHET", "/join", { "freshet-base": "5", "x-forwarded-for": "192.0.2.1" })).status,
      ).toBe(403);
      expect((await ask("FRESHET", "/leave", { "freshet-base": "5" })).status).toBe(404);
      expect((await ask("FRESHET", "/join", { "freshet-base": "five" })).status).toBe(400);
      expect((await ask("FRESHET", "/join")).status).toBe(400);
      expect(seen).toEqual([]);
    });

    test("a reload of the configuration forgets neither objects nor numbers", async () => {
      const [kept, fenced] = [newPath(), newPath()];
      edge.answer.headers = { ...KEPT, "Freshet-Stamp": 48, xkey: "o-bbbb000000000001" };
      expect(await isKept(kept)).toBe(true);
      await purge("o-cccc000000000001", "50");
      await edge.node.reload();
      expect(await cacheStatus(kept)).toContain("hit");
      edge.answer.headers = { ...KEPT, "Freshet-Stamp": 49, xkey: "o-cccc000000000001" };
      expect(await isKept(fenced)).toBe(false);
      const join = await ask("FRESHET", "/join", { "freshet-base": "1" });
      expect(join.headers["freshet-fence"]).toBe("known");
      expect(Number(join.headers["freshet-newest"])).toBeGreaterThanOrEqual(50);
    });

    test("from an address that is not listed nothing is controlled", async () => {
      const strict = await edge.kind.start({ backendPort: edge.backendPort, purgers: ["192.0.2.1"] });
      const driver = edge.kind.drive({ node: strict.url });
      const attempt = driver.purgeTags?.(
        { sequence: 1, project: "p", tags: [TAG] },
        AbortSignal.timeout(9_000),
      );
      await expect(attempt).rejects.toThrow("takes no control requests from here");
      await strict.stop();
    });
  });

  test("while the server is away, visitors read a short sentence and nobody keeps it", async () => {
    const lonely = await edge.kind.start({ backendPort: 1 });
    await edge.kind.drive({ node: lonely.url }).join?.(1, AbortSignal.timeout(9_000));
    const reply = await fetch(`${lonely.url}/v7/a.jpg`);
    expect([reply.status, reply.headers.get("cache-control")]).toEqual([503, "no-store"]);
    expect(await reply.text()).toBe("The image server does not answer. Try again in a few seconds.\n");
    await lonely.stop();
  });
}
