import { createInvalidationClient } from "@freshet/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EDGES, type Edge } from "../support/edges.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { isShade, type Origin, type Shade, shadeOf, startOrigin } from "../support/origin.ts";

const ADMIN = "admin_0123456789abcdef";
const RED: Shade = { red: 200, green: 30, blue: 30 };
const GREEN: Shade = { red: 30, green: 180, blue: 60 };
const WIDTHS = [10, 20];

for (const { driver, missing, start } of EDGES) {
  describe.skipIf(missing)(`a project of the store behind ${driver}${missing ? ` ${missing}` : ""}`, () => {
    let origin: Origin;
    let node: Edge;
    let freshet: Freshet;
    let etag = "";
    let key = "";

    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await fetch(freshet.url + path, {
        method,
        headers: {
          authorization: `Bearer ${ADMIN}`,
          ...(etag === "" ? {} : { "if-match": etag }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      etag = answer.headers.get("etag") ?? etag;
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
    };
    const settled = async (uuids: readonly string[]) => {
      const client = createInvalidationClient({ endpoint: freshet.url, apiKey: key });
      for (const uuid of uuids) expect((await client.waitUntilDone(uuid)).status).toBe("DONE");
    };
    const settings = (folder: string) => ({
      hosts: ["127.0.0.1"],
      aliases: { _site_: `${origin.url}/${folder}` },
      origins: { allowPrivate: true },
    });
    const get = (width: number, more = "") =>
      fetch(`${node.url}/v7/_site_/hat.jpg?w=${width}&force_format=png${more}`, { redirect: "manual" });
    const statuses = async (more = "") =>
      Promise.all(WIDTHS.map(async (width) => (await get(width, more)).status));
    const shows = async (shade: Shade) => {
      for (const width of WIDTHS) {
        const bytes = new Uint8Array(await (await get(width)).arrayBuffer());
        if (!isShade(await shadeOf(bytes), shade)) return false;
      }
      return true;
    };
    /** Asks until the node keeps the answers itself. */
    const warm = () =>
      expect
        .poll(
          async () => {
            const kept = await Promise.all(
              WIDTHS.map(async (width) => (await get(width)).headers.get("cache-status") ?? ""),
            );
            return kept.every((each) => each.includes(`${driver}; hit`));
          },
          { timeout: 15_000 },
        )
        .toBe(true);

    beforeAll(async () => {
      const port = await freePort();
      [origin, node] = await Promise.all([startOrigin(), start({ backendPort: port })]);
      await origin.paint("/one/hat.jpg", RED, { width: 32, height: 24 });
      await origin.paint("/two/hat.jpg", GREEN, { width: 32, height: 24 });
      const section = { aliases: {} };
      freshet = await startFreshet({
        port,
        config: {
          adminKey: ADMIN,
          projects: {
            demo: { ...section, apiKey: "client_0123456789abcdef" },
            other: { ...section, apiKey: "client_of_the_other_one" },
          },
          cdn: [{ driver, nodes: [node.url] }],
          log: "error",
        },
      });
    }, 60_000);
    afterAll(async () => {
      await freshet?.stop();
      await Promise.all([node?.stop(), origin?.close()]);
    });

    it("is served from the moment that it is made", async () => {
      expect(await statuses()).toEqual([404, 404]);
      const made = await ask("POST", "/projects", { name: "shop", settings: settings("one") });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      key = (await ask("POST", "/projects/shop/keys", { name: "test", right: "write" })).body.key;
      expect(await shows(RED)).toBe(true);
      await warm();
    });

    it("shows by new settings at the node what it showed by old ones", async () => {
      const changed = await ask("PUT", "/projects/shop", { settings: settings("two") });
      expect(changed.status, JSON.stringify(changed.body)).toBe(200);
      await settled(changed.body.invalidations);
      expect(await shows(GREEN)).toBe(true);
      await warm();
    });

    it("takes a picture back: the node gives it under no version, until it is served again", async () => {
      const urls = ["/_site_/hat.jpg"];
      const blocked = await ask("POST", "/projects/shop/states", { state: "blocked", urls, place: 1 });
      await settled([blocked.body.invalidation]);
      expect(await statuses()).toEqual([410, 410]);
      expect(await statuses("&vh=5")).toEqual([410, 410]);
      const served = await ask("POST", "/projects/shop/states", { state: "served", urls, place: 2 });
      await settled([served.body.invalidation]);
      expect(await shows(GREEN)).toBe(true);
      await warm();
    });

    it("sends visitors to the original's own address", async () => {
      const moved = await ask("POST", "/projects/shop/states", { state: "redirect", scope: "all", place: 1 });
      await settled([moved.body.invalidation]);
      for (const width of WIDTHS) {
        const answer = await get(width);
        expect(answer.status).toBe(302);
        expect(answer.headers.get("location")).toBe(`${origin.url}/two/hat.jpg`);
      }
      const served = await ask("POST", "/projects/shop/states", { state: "served", scope: "all", place: 2 });
      await settled([served.body.invalidation]);
      expect(await shows(GREEN)).toBe(true);
      await warm();
    });

    it("keeps its settings over a restart, and is gone from the node when it is deleted", async () => {
      await freshet.restart();
      expect(await shows(GREEN)).toBe(true);
      await ask("GET", "/projects/shop");
      expect((await ask("DELETE", "/projects/shop")).status).toBe(200);
      await expect.poll(() => statuses(), { timeout: 15_000 }).toEqual([404, 404]);
    });

    it("has an API that the node passes through and keeps nothing of", async () => {
      for (const path of ["/projects", "/keys", "/audit", "/connectors"]) {
        const through = (key: string) =>
          fetch(node.url + path, { headers: key === "" ? {} : { authorization: `Bearer ${key}` } });
        expect((await through(ADMIN)).status, path).toBe(200);
        expect((await through("")).status, path).toBe(401);
      }
    });
  });
}
