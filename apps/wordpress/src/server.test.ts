import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signMessage } from "@freshet/connector";
import fc from "fast-check";
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

const SITE = "http://127.0.0.1:1";
const event = (id: string, sequence: number, version: string | null) => ({
  ...{ id, sequence, at: "2026-11-28T10:00:00Z", attachment: { id: 1, title: "", link: "" } },
  files: [{ url: `${SITE}/a.jpg`, version, sha256: version === null ? null : version.padEnd(64, "0") }],
});
function push(
  payload: string | Buffer,
  { secret = secrets.a, at = Date.now(), id = "msg_1", signed = payload } = {},
) {
  const headers = { ...signMessage({ id, at, body: signed, secret }), "content-type": "application/json" };
  return { method: "POST", url: "/wordpress/events", headers, payload } as const;
}
const body = (...events: readonly object[]) => JSON.stringify({ site: SITE, events });

test("while secrets are exchanged both are believed, and a third is not", async () => {
  const { url, asked } = await invalidations();
  const app = await start(url, newFolder(), {
    ...siteAt(SITE, ""),
    secrets: ["the new secret of it", secrets.a],
  });
  const answers = [];
  for (const [index, secret] of ["the new secret of it", secrets.a, secrets.b].entries())
    answers.push(
      (await app.inject(push(body(event(`evt_${index}`, index + 1, `c${index}`)), { secret }))).statusCode,
    );
  expect(answers).toEqual([200, 200, 401]);
  await vi.waitFor(() => expect(asked).toHaveLength(2), 10_000);
});

test("forged, old, future, cut off and unreadable messages are 401, and a replayed one changes nothing", async () => {
  const { url, asked } = await invalidations();
  const app = await start(url, newFolder(), siteAt(SITE, secrets.a));
  const genuine = body(event("evt_1", 1, "c1"));
  const minute = 60_000;
  for (const request of [
    push(genuine, { secret: "a secret nobody gave us" }),
    push(genuine, { at: Date.now() - 6 * minute }),
    push(genuine, { at: Date.now() + 6 * minute }),
    push(genuine.slice(0, -9), { signed: genuine }),
    push(genuine.slice(0, -9)),
    push("no JSON"),
    push("null"),
    push(Buffer.from([0xff, 0xfe, 0x00])),
    push(body({ id: 7 })),
    { ...push(genuine), headers: {} },
    { ...push(genuine), headers: { ...push(genuine).headers, "webhook-timestamp": "9".repeat(400) } },
  ]) {
    expect((await app.inject(request)).statusCode).toBe(401);
  }
  const once = push(genuine);
  expect((await app.inject(once)).json()).toEqual({ stored: 1, known: 0 });
  for (let i = 0; i < 3; i++) expect((await app.inject(once)).json()).toEqual({ stored: 0, known: 1 });
  await vi.waitFor(() => expect(asked).toHaveLength(1), 10_000);
});

test("whatever is sent to whichever address, the answer is never a 5xx", async () => {
  const { url } = await invalidations();
  const app = await start(url, newFolder(), siteAt(SITE, secrets.a));
  const header = fc.string({ unit: "grapheme-ascii", maxLength: 40 });
  const request = fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"),
    path: fc.constantFrom(
      "/wordpress/events",
      "/wordpress/status",
      "/wordpress/reconcile",
      "/livez",
      "/x",
      "/%",
    ),
    query: fc.oneof(
      fc.constant(""),
      fc.webQueryParameters().map((text) => `?${text}`),
    ),
    type: fc.constantFrom("application/json", "text/plain", "multipart/form-data", "a/b; charset=\u00ff", ""),
    payload: fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.json().map((text) => text.slice(0, -1)),
    ),
    isSigned: fc.boolean(),
    id: header,
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, type, payload, isSigned, id }) => {
      const headers = { ...(isSigned && push(payload).headers), "content-type": type, "webhook-id": id };
      const hasBody = method === "POST" || method === "PUT";
      const answer = await app.inject({
        ...{ method: method as "GET", url: `${path}${query}`, headers },
        ...(hasBody && { payload }),
      });
      expect([path, method, answer.statusCode < 500]).toEqual([path, method, true]);
    }),
    { numRuns: 150 },
  );
});

test("reordered and repeated events purge once each, and what a later one covers is not purged again", async () => {
  const { url, asked } = await invalidations();
  const app = await start(url, newFolder(), siteAt(SITE, secrets.a));
  const settledAs = (states: Record<string, string>) =>
    vi.waitFor(async () => {
      const { events } = (await app.inject("/wordpress/events")).json() as {
        events: { event: string; state: string }[];
      };
      expect(Object.fromEntries(events.map((each) => [each.event, each.state]))).toEqual(states);
    }, 10_000);
  const [first, second, third] = [event("evt_1", 1, "c1"), event("evt_2", 2, null), event("evt_3", 3, "c3")];
  await app.inject(push(body(third, third)));
  await settledAs({ evt_3: "done" });
  for (let i = 0; i < 3; i++) await app.inject(push(body(second, first, third)));
  await settledAs({ evt_1: "nothing-to-do", evt_2: "nothing-to-do", evt_3: "done" });
  expect(asked).toHaveLength(1);
  await app.inject(push(body(event("evt_4", 4, "c3"), event("evt_5", 5, null))));
  await settledAs({
    ...{ evt_1: "nothing-to-do", evt_2: "nothing-to-do", evt_3: "done" },
    ...{ evt_4: "nothing-to-do", evt_5: "done" },
  });
  expect(asked).toHaveLength(2);
});
