import { setTimeout as rest } from "node:timers/promises";
import sharp from "sharp";
import { startFreshet } from "../support/freshet.ts";
import { startShopifyApp } from "./app.ts";
import { startLocalShopify } from "./local/local-shopify.ts";

const px = (c: string) =>
  sharp({ create: { width: 640, height: 480, channels: 3, background: c } })
    .jpeg()
    .toBuffer();
const shopify = await startLocalShopify();
const shop = await shopify.shop("hat-shop");
const hat = shop.addFile({ path: "files/hat.jpg", bytes: await px("red") });
const p = shop.addProduct("Hat", [hat.gid]);
const freshet = await startFreshet({
  config: {
    projects: { demo: { apiKey: "client_0123456789abcdef" } },
    adminKey: "admin_0123456789abcdef0123",
  },
});
const app = await startShopifyApp({
  shopify,
  server: freshet.url,
  env: { FRESHET_ADMIN_KEY: "admin_0123456789abcdef0123" },
});
try {
  console.log(JSON.stringify((await app.ask(shop.domain, "/api/home")).body, null, 1));
  await rest(2500);
  console.log(JSON.stringify((await app.ask(shop.domain, "/api/home")).body, null, 1));
  shop.replaceFile(hat.gid, await px("blue"));
  await shopify.tell(shop, p);
  await rest(2500);
  console.log(JSON.stringify((await app.ask(shop.domain, "/api/assets")).body, null, 1));
  console.log(shop.metafields, shopify.api.logOf(shop));
} finally {
  console.log(app.logs().slice(-4000));
  await app.stop();
  await freshet.stop();
  await shopify.close();
}
