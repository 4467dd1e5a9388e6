import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError, loadConfig } from "../config.ts";
import { createServer, type Server } from "../server.ts";

const ADMIN = "admin_0123456789abcdef";
const file = (more: object = {}) =>
  JSON.stringify({
    projects: { demo: {}, other: { apiKey: "client_of_the_other_one" } },
    adminKey: ADMIN,
    log: "silent",
    pinned: {
      "*": { origins: { allowPrivate: true } },
      shop: { cache: { browser: 5 }, security: { salt: "pinned salt of the machine" } },
    },
    ...more,
  });
const load = async (text: string) => {
  const folder = await mkdtemp(join(tmpdir(), "freshet-pinned-"));
  return loadConfig({
    env: { FRESHET_CONFIG: "f.json", FRESHET_DATA: folder },
    cwd: folder,
    readFile: async () => text,
  });
};

let server: Server;
beforeAll(async () => {
  server = await createServer(await load(file()), {
    drivers: [],
    store: await openStore(at(await newPlace())),
  });
  await server.start();
});
afterAll(() => server.stop());

async function ask(method: "GET" | "POST" | "PUT", url: string, body?: object, headers = {}, key = ADMIN) {
  const answer = await server.app.inject({
    ...{ method, url, headers: { authorization: `Bearer ${key}`, ...headers } },
    ...(body && { payload: body }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

test("pinned settings are in force, shown as such, and changed by nobody but the file", async () => {
  const made = await ask("POST", "/projects", { name: "shop", settings: { cache: { cdn: 7 } } });
  expect(made).toMatchObject({
    status: 201,
    body: {
      settings: {
        cache: { browser: 5, cdn: 7 },
        origins: { allowPrivate: true },
        security: { salt: expect.stringMatching(/^\*{8}/) },
      },
      pinned: ["/origins/allowPrivate", "/cache/browser", "/security/salt"],
    },
  });
  const { settings } = made.body;
  const saved = await ask(
    "PUT",
    "/projects/shop",
    { settings: { ...settings, hosts: ["img.example"] } },
    { "if-match": '"1"' },
  );
  expect(saved.status).toBe(200);
  // The store has none of what is the file's.
  const version = await ask("GET", "/projects/shop/versions/2");
  expect(version.body.settings).toEqual({ cache: { cdn: 7 }, hosts: ["img.example"] });
  const other = { ...settings, cache: { browser: 6 } };
  const refused = await ask("PUT", "/projects/shop", { settings: other }, { "if-match": '"2"' });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/settings/cache/browser" }] } });
  expect((await ask("GET", "/projects/demo")).body).toMatchObject({ origin: "file", pinned: [""] });
  // It is in force: URLs have to be signed.
  const { body } = await ask("GET", "/projects/shop/explain?url=/v7/x.example/a.jpg");
  expect(body.refused.code).toBe("SIGNATURE_MISSING");
  expect((await ask("POST", "/projects/shop/sign", { url: "/v7/x.example/a.jpg" })).status).toBe(200);
});

test("what the file opened for every project gives nobody else leave to name a host behind the server", async () => {
  const { body } = await ask("POST", "/projects/shop/keys", { name: "a", right: "admin" });
  const now = await ask("GET", "/projects/shop");
  const settings = { ...now.body.settings, aliases: { _inner_: "http://10.0.0.1/media" } };
  const etag = { "if-match": `"${now.body.version}"` };
  const refused = await ask("PUT", "/projects/shop", { settings }, etag, body.key);
  expect(refused).toMatchObject({ status: 403, body: { code: "SETTING_NOT_ALLOWED" } });
  expect((await ask("PUT", "/projects/shop", { settings }, etag)).status).toBe(200);
});

test.each([
  [{ pinned: { demo: {} } }, "pinned.demo is a project of this file"],
  [{ pinned: { shop: { cache: { browser: -1 } } } }, "pinned.shop.cache.browser is -1"],
  [{ pinned: { shop: { apiKey: "client_0123456789abcdef" } } }, "pinned.shop.apiKey is unknown"],
  [{ pinned: { Shop: {} } }, "pinned.Shop is not a name"],
])("%j is no configuration", async (more, sentence) => {
  const error = await load(file(more)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).toContain(sentence);
});
