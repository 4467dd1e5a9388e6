import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "freshet-config-"));
const LEAST = { FRESHET_SHOPIFY_CLIENT_ID: "id", FRESHET_SHOPIFY_CLIENT_SECRET: "secret" };
const read = (env: Readonly<Record<string, string>>) => readConfig({ ...LEAST, ...env }, folder);

test("client id and secret are all that has to be said", () => {
  expect(read({})).toMatchObject({
    host: "127.0.0.1",
    port: 8083,
    server: "http://127.0.0.1:8080",
    delivery: "http://127.0.0.1:8080",
    appUrl: "http://127.0.0.1:8083",
    project: undefined,
    ownShop: undefined,
    gateway: undefined,
  });
});

test("secrets may stand in files", () => {
  const file = join(folder, "secret");
  writeFileSync(file, " from a file \n");
  const env = { FRESHET_SHOPIFY_CLIENT_SECRET: "", FRESHET_SHOPIFY_CLIENT_SECRET_FILE: "secret" };
  expect(read(env).clientSecret).toBe("from a file");
});

test("a self-hosted shop has its own project and no admin key", () => {
  const env = {
    FRESHET_SHOPIFY_SHOP: "My-Shop.myshopify.com",
    FRESHET_SHOPIFY_PROJECT: "demo",
    FRESHET_API_KEY: "key",
  };
  expect(read(env)).toMatchObject({
    ownShop: "my-shop.myshopify.com",
    project: { name: "demo", key: "key" },
  });
});

/** Reads with a file of configuration beside it, and what the server made in its data folder. */
function readWith(file: object, env: Readonly<Record<string, string>> = {}, made: readonly string[] = []) {
  const place = mkdtempSync(join(tmpdir(), "freshet-config-"));
  writeFileSync(join(place, "freshet.config.json"), JSON.stringify(file));
  writeFileSync(join(place, "secret"), "from a file\n");
  mkdirSync(join(place, ".freshet"));
  for (const name of made) writeFileSync(join(place, ".freshet", name), `${name} of the server\n`);
  return readConfig(env, place);
}
const SECTION = { clientId: "id", clientSecretFile: "secret" };

test("the server's own file may say it all, and the environment wins", () => {
  const section = {
    ...SECTION,
    appUrl: "https://app.example",
    delivery: "https://{project}.img.example",
    storeUrl: "postgres://user:word@db/shopify",
  };
  const file = { adminKeyFile: "secret", connectors: { shopify: section } };
  expect(readWith(file)).toMatchObject({
    clientId: "id",
    clientSecret: "from a file",
    appUrl: "https://app.example",
    delivery: "https://{project}.img.example",
    adminKey: "from a file",
    storeUrl: "postgres://user:word@db/shopify",
  });
  const env = { FRESHET_SHOPIFY_CLIENT_SECRET: "outside", FRESHET_ADMIN_KEY: "outside" };
  expect(readWith(file, env)).toMatchObject({ clientId: "id", clientSecret: "outside", adminKey: "outside" });
});

test("the keys that the server made are found where it keeps them", () => {
  const connectors = { shopify: { ...SECTION, shop: "my-shop.myshopify.com", project: "demo" } };
  expect(readWith({ connectors }, {}, ["demo.key"])).toMatchObject({
    project: { name: "demo", key: "demo.key of the server" },
  });
  expect(readWith({ projects: { demo: { apiKey: "written" } }, connectors }).project?.key).toBe("written");
  expect(readWith({ connectors: { shopify: SECTION } }, {}, ["admin.key"]).adminKey).toBe(
    "admin.key of the server",
  );
});

test.each([
  [{ connectors: { shopify: { ...SECTION, speed: 1 } } }, "connectors.shopify.speed is unknown"],
  [{ connectors: { shopify: { ...SECTION, clientId: 1 } } }, "clientId is no text"],
  [{ connectors: { shopify: "id" } }, "connectors.shopify is not an object"],
  [{ connectors: { shopify: { ...SECTION, storeUrl: "mysql://secret" } } }, "FRESHET_SHOPIFY_STORE_URL"],
  [[], "does not hold a JSON object"],
])("what is wrong with the file is said in one sentence: %j", (file, sentence) => {
  expect(() => readWith(file)).toThrow(sentence);
  expect(() => readWith(file)).not.toThrow("mysql://secret");
});

test("single waits can be set", () => {
  const { pace } = read({ FRESHET_SHOPIFY_PACE: "pollMs=1000, readyMs=1+2" });
  expect(pace).toMatchObject({ pollMs: 1_000, readyMs: [1, 2], debounceMs: 2_000 });
});

test.each([
  [{ FRESHET_SHOPIFY_CLIENT_ID: "" }, "FRESHET_SHOPIFY_CLIENT_ID is missing"],
  [{ FRESHET_SHOPIFY_PROJECT: "demo" }, "its key is missing"],
  [{ FRESHET_SHOPIFY_SHOP: "shop.example" }, "my-shop.myshopify.com"],
  [{ FRESHET_SHOPIFY_GATEWAY: "http://shopify.example" }, "must be an address of this machine"],
  [{ FRESHET_SHOPIFY_SECRET_KEY: "short" }, "no key of 32 bytes"],
  [{ FRESHET_SHOPIFY_PACE: "speed=1" }, 'has "speed=1"'],
  [{ FRESHET_SHOPIFY_APP_URL: "shop" }, "FRESHET_SHOPIFY_APP_URL"],
  [{ FRESHET_SHOPIFY_PORT: "99999" }, "FRESHET_SHOPIFY_PORT"],
  [{ FRESHET_SHOPIFY_CLIENT_SECRET: "", FRESHET_SHOPIFY_CLIENT_SECRET_FILE: "nowhere" }, "cannot be read"],
])("what is wrong is said in one sentence: %j", (env, sentence) => {
  expect(() => read(env)).toThrow(sentence);
});
