import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signMessage } from "@freshet/connector";
import { afterEach, expect, test, vi } from "vitest";
import type { Config, SiteConfig } from "./config.ts";
import { createWordPressServer } from "./server.ts";
import { readSite } from "./site.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** An invalidation service that accepts everything, and what it was asked. */
async function invalidations() {
  const asked: { readonly key: string | undefined; readonly body: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const status = request.method === "POST" ? "RECEIVED" : "DONE";
      if (text !== "")
        asked.push({ key: request.headers["x-client-key"]?.toString(), body: JSON.parse(text) });
      response.writeHead(status === "DONE" ? 200 : 201);
      response.end(
        JSON.stringify({ status: "success", msg: "", invalidation: { uuid: "u1", status, added_at: "" } }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(() => new Promise((resolve) => server.close(resolve)));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function start(server: string, folder: string, ...sites: readonly SiteConfig[]) {
  const config: Config = {
    ...{ host: "127.0.0.1", port: 0, dataFolder: join(folder, "wordpress"), server, sites },
    ...{ name: "wordpress", address: undefined },
  };
  // Nothing listens at these sites: only what is pushed arrives.
  const app = await createWordPressServer(config, { log: () => {}, pullEveryMs: 3_600_000 });
  undo.push(() => app.close());
  await app.ready();
  return app;
}

function siteAt(
  url: string,
  secret: string,
  apiKey: SiteConfig["apiKey"] = { key: "client_0123456789" },
): SiteConfig {
  const site = readSite(url);
  if (site === undefined) throw new Error("unreachable");
  const usual = { mode: "plugin", requestsPerSecond: 10, reconcileSeconds: 3_600 } as const;
  return { site, secrets: [secret], project: "demo", apiKey, ...usual };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "freshet-wordpress-"));
  undo.push(() => rm(folder, { recursive: true }));
  return folder;
}

function pushFrom(site: string, secret: string, id = "evt_1") {
  const payload = JSON.stringify({
    site,
    events: [
      {
        id,
        sequence: 1,
        at: "2026-11-23T10:11:12Z",
        files: [{ url: `${site}/a.jpg`, sha256: null, version: null }],
      },
    ],
  });
  const headers = {
    ...signMessage({ id: "msg_1", at: Date.now(), body: payload, secret }),
    "content-type": "application/json",
  };
  return { method: "POST", url: "/wordpress/events", headers, payload } as const;
}
const secrets = { a: "the secret of site a", b: "the secret of site b" };

test("each site is believed with its own secret only, and an unknown site is told to stop", async () => {
  const { url, asked } = await invalidations();
  const sites = [siteAt("http://127.0.0.1:1/a", secrets.a), siteAt("http://127.0.0.1:1/b", secrets.b)];
  const app = await start(url, newFolder(), ...sites);
  const status = async (request: ReturnType<typeof pushFrom>) => (await app.inject(request)).statusCode;
  expect(await status(pushFrom("http://127.0.0.1:1/a", secrets.b))).toBe(401);
  expect(await status(pushFrom("http://127.0.0.1:1/c", secrets.a))).toBe(410);
  expect(await status(pushFrom("http://127.0.0.1:1/a", secrets.a))).toBe(200);
  expect(await status(pushFrom("http://127.0.0.1:1/b/", secrets.b))).toBe(200);
  await vi.waitFor(() => expect(asked).toHaveLength(2), 10_000);
  expect(asked.map((each) => each.body.cause)).toEqual([
    { kind: "wordpress", id: "evt_1" },
    { kind: "wordpress", id: "evt_1" },
  ]);
});

test("an event waits for the key that the server makes at its first start", async () => {
  const { url, asked } = await invalidations();
  const folder = newFolder();
  const keyFile = join(folder, "demo.key");
  const app = await start(url, folder, siteAt("http://127.0.0.1:1", secrets.a, { keyFile }));
  await app.inject(pushFrom("http://127.0.0.1:1", secrets.a));
  const remark = async () => (await app.inject("/wordpress/events")).json().events[0]?.remark;
  await vi.waitFor(async () => expect(await remark()).toContain("has no API key yet"), 10_000);
  writeFileSync(keyFile, "client_made_later\n");
  await vi.waitFor(() => expect(asked[0]?.key).toBe("client_made_later"), 10_000);
});

test("an address that is none is a problem, and the process says that it lives", async () => {
  const app = await start("http://127.0.0.1:1", newFolder(), siteAt("http://127.0.0.1:1", secrets.a));
  expect((await app.inject("/nothing")).json()).toMatchObject({ status: 404, code: "ROUTE_UNKNOWN" });
  expect((await app.inject("/livez")).statusCode).toBe(200);
});
