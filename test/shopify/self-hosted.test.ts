import { afterAll, beforeAll, expect, test } from "vitest";
import {
  doneChange,
  newestChange,
  paint,
  type ShopifyInstallation,
  startShopifyInstallation,
  until,
} from "./installation.ts";
import type { LocalShop } from "./local/shop.ts";

const KEY = "client_0123456789abcdef";

let all: ShopifyInstallation;
let shop: LocalShop;

beforeAll(async () => {
  all = await startShopifyInstallation({
    env: {
      FRESHET_SHOPIFY_SHOP: "my-shop.myshopify.com",
      FRESHET_SHOPIFY_PROJECT: "demo",
      FRESHET_API_KEY: KEY,
    },
  });
  shop = await all.shopify.shop("my-shop");
});
afterAll(() => all?.stop());

test("a shop with an app of its own needs no browser: client credentials give the token, again before it ends, and its project is the operator's", async () => {
  const { tokens } = all.shopify;
  const file = shop.addFile({ path: "files/hat.jpg", bytes: await paint({ red: 1, green: 2, blue: 3 }) });
  // The shop was not there yet when the app began.
  await all.app.restart();
  await until(all.app, async () => (shop.metafields.has("freshet.storefront") ? true : undefined));
  expect(tokens.given[0]).toBe("client_credentials");
  const home = await until(all.app, async () => {
    const { body } = await all.app.ask(shop.domain, "/api/home");
    return body.images.present === 1 && body.shop.project === "demo" ? body : undefined;
  });
  expect(home.shop.endpoint).toMatch(/^http:\/\/demo\./);

  const since = await newestChange(all.app, shop);
  tokens.revoke(shop, true);
  shop.replaceFile(file.gid, await paint({ red: 200, green: 2, blue: 3 }));
  expect(await doneChange(all.app, shop, { path: file.path, after: since })).toMatchObject({
    to: String(file.version),
  });
  expect(new Set(tokens.given)).toEqual(new Set(["client_credentials"]));
  expect(tokens.given.length).toBeGreaterThan(1);

  // It is spoken of within seconds.
  const connectors = async () => {
    const answer = await fetch(`${all.freshet.url}/connectors`, { headers: { "x-client-key": KEY } });
    return ((await answer.json()) as { readonly connectors: readonly unknown[] }).connectors;
  };
  await expect
    .poll(connectors, { timeout: 30_000 })
    .toMatchObject([{ id: "shopify", kind: "shopify", state: "running", is_present: true }]);
});
