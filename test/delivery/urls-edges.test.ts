import { createInvalidationClient, sealDeliveryUrl, signDeliveryUrl } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { EDGES, type Edge } from "../support/edges.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { isShade, type Origin, shadeOf, startOrigin } from "../support/origin.ts";

const KEY = "client_0123456789abcdef";
const SALT = "a salt of some length";
const RED = { red: 200, green: 30, blue: 30 };
const GREEN = { red: 30, green: 180, blue: 60 };
const WIDE = { width: 800, height: 600 };

for (const kind of EDGES) {
  const { driver, missing } = kind;
  describe.skipIf(missing)(`guarded URLs and hints through ${driver}${missing ? ` ${missing}` : ""}`, () => {
    let origin: Origin;
    let node: Edge;
    let freshet: Freshet;

    const get = (project: string, path: string, headers: Record<string, string> = {}) =>
      ask({ port: Number(new URL(node.url).port) }, `${project}.images.test`, path, {
        accept: "image/webp",
        ...headers,
      });
    const cacheOf = async (...asked: Parameters<typeof get>) =>
      (await get(...asked)).headers.get("cache-status") ?? "";
    const widthOf = async (...asked: Parameters<typeof get>) => {
      const { status, bytes } = await get(...asked);
      expect(status).toBe(200);
      return (await sharp(bytes).metadata()).width;
    };
    const inSeconds = (seconds: number) => Math.ceil(Date.now() / 1_000) + seconds;

    beforeAll(async () => {
      const port = await freePort();
      [origin, node] = await Promise.all([startOrigin(), kind.start({ backendPort: port })]);
      await origin.paint("/media/a.jpg", RED, WIDE);
      const common = {
        origins: { allow: ["127.0.0.1"], allowPrivate: true },
        aliases: { _m_: `${origin.url}/media` },
      };
      freshet = await startFreshet({
        port,
        config: {
          projects: {
            safe: { apiKey: KEY, ...common, security: { salt: SALT } },
            heard: { apiKey: `${KEY}2`, ...common, hints: { client: true, saveData: true } },
          },
          cdn: [{ driver, nodes: [node.url] }],
        },
      });
      const warm = await signDeliveryUrl("/v7/_m_/a.jpg?w=1", { salt: SALT });
      const late = Date.now() + 20_000;
      while (!(await cacheOf("safe", warm)).includes(`${driver}; hit`)) {
        if (Date.now() > late) throw new Error("The node was not given its base number.");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }, 120_000);
    afterAll(async () => {
      await freshet?.stop();
      await node?.stop();
      await origin?.close();
    });

    it("keeps a signed answer, and no answer to who has no signature", async () => {
      const url = await signDeliveryUrl("/v7/_m_/a.jpg?w=60&h=50", { salt: SALT, by: "ci_sign" });
      expect(await widthOf("safe", url)).toBe(60);
      expect(await cacheOf("safe", url)).toContain(`${driver}; hit`);
      const without = url.replace(/&ci_sign=.*/, "");
      const wrong = url.replace("w=60", "w=61");
      for (const path of [without, wrong, without, wrong]) {
        const { status, headers } = await get("safe", path);
        expect([status, headers.get("cache-control")]).toEqual([403, "no-store"]);
        expect(headers.get("cache-status")).not.toContain("hit");
      }
    });

    it("never answers a URL beyond its end, however often it was asked for before", async () => {
      const end = inSeconds(5);
      const signed = await signDeliveryUrl("/v7/_m_/a.jpg?w=62", { salt: SALT, expires: end });
      const sealed = await sealDeliveryUrl("/v7/_m_/a.jpg", "w=62", { salt: SALT, expires: end });
      let hits = 0;
      for (;;) {
        const begun = Date.now();
        const answers = await Promise.all([get("safe", signed), get("safe", sealed)]);
        const isOver = begun >= end * 1_000;
        for (const { status, headers } of answers) {
          if (status === 200 && headers.get("cache-status")?.includes(`${driver}; hit`)) hits += 1;
          if (isOver) expect(status).toBe(403);
        }
        if (isOver) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(hits).toBeGreaterThan(0);
    });

    it("gives each browser the size for it, and keeps one for each step", async () => {
      const path = "/v7/_m_/a.jpg";
      expect(await widthOf("heard", path, { "sec-ch-width": "300" })).toBe(320);
      expect(await cacheOf("heard", path, { "sec-ch-width": "319" })).toContain(`${driver}; hit`);
      expect(await widthOf("heard", path, { "sec-ch-width": "319" })).toBe(320);
      expect(await widthOf("heard", path, { "sec-ch-width": "321" })).toBe(480);
      expect(await widthOf("heard", path, { "sec-ch-viewport-width": "200", "sec-ch-dpr": "1.2" })).toBe(480);
      expect(await widthOf("heard", path)).toBe(800);
      expect(await cacheOf("heard", path)).toContain(`${driver}; hit`);
      const [rich, spare] = [
        await get("heard", `${path}?w=70`),
        await get("heard", `${path}?w=70`, { "save-data": "on" }),
      ];
      expect(spare.headers.get("etag")).not.toBe(rich.headers.get("etag"));
      expect(await cacheOf("heard", `${path}?w=70`, { "save-data": "on" })).toContain(`${driver}; hit`);
      // Where a project does not listen, nothing is told apart that the server does not tell apart.
      const deaf = await signDeliveryUrl(`${path}?w=71`, { salt: SALT });
      expect((await get("safe", deaf, { "sec-ch-width": "300" })).headers.get("vary")).toBe("Accept");
    });

    it("forgets every size of them with one invalidation", async () => {
      const path = "/v7/_m_/b.jpg";
      const widths = [undefined, "300", "400", "700"];
      await origin.paint("/media/b.jpg", RED, WIDE);
      const shades = () =>
        Promise.all(
          widths.map(async (width) =>
            shadeOf((await get("heard", path, width === undefined ? {} : { "sec-ch-width": width })).bytes),
          ),
        );
      expect((await shades()).every((shade) => isShade(shade, RED))).toBe(true);
      await origin.paint("/media/b.jpg", GREEN, WIDE);
      const client = createInvalidationClient({ endpoint: freshet.url, apiKey: `${KEY}2` });
      const { invalidation } = await client.invalidate({ scope: "original", urls: ["/_m_/b.jpg"] });
      expect((await client.waitUntilDone(invalidation.uuid, { timeoutMs: 20_000 })).status).toBe("DONE");
      expect((await shades()).every((shade) => isShade(shade, GREEN))).toBe(true);
    });
  });
}
