import { mkdtempSync, writeFileSync } from "node:fs";
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
