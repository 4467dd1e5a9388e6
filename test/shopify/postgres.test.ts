import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, postgresIsAway, startPostgres } from "../support/postgres.ts";
import {
  doneChange,
  install,
  newestChange,
  paint,
  type ShopifyInstallation,
  startShopifyInstallation,
  until,
} from "./installation.ts";
import type { LocalShop } from "./local/shop.ts";

const missing = postgresIsAway();

describe.skipIf(missing !== undefined)(
  `an app whose state is in PostgreSQL${missing ? ` (${missing})` : ""}`,
  () => {
    let postgres: PostgresServer;
    let all: ShopifyInstallation;
    let shop: LocalShop;

    beforeAll(async () => {
      postgres = await startPostgres();
      all = await startShopifyInstallation({ env: { FRESHET_SHOPIFY_STORE_URL: postgres.url } });
      shop = await all.shopify.shop("sql-shop");
    });
    afterAll(async () => {
      await all?.stop();
      await postgres?.stop();
    });

    test("is installed, walks over all images, follows deliveries and polls through a restart, and answers its pages", async () => {
      const bytes = await paint({ red: 1, green: 2, blue: 3 });
      for (let index = 0; index < 600; index += 1) shop.addFile({ path: `files/p-${index}.jpg`, bytes });
      const hat = shop.addFile({ path: "files/hat.jpg", bytes });
      const cap = shop.addFile({ path: "files/cap.jpg", bytes });
      const product = shop.addProduct("Hat", [hat.gid]);
      const home = await install(all.app, shop);
      expect(home.images.present).toBe(602);
      const since = await newestChange(all.app, shop);
      shop.replaceFile(hat.gid, await paint({ red: 200, green: 2, blue: 3 }));
      await all.shopify.tell(shop, product);
      await doneChange(all.app, shop, { path: hat.path, after: since, to: hat.version });
      await all.app.restart();
      shop.replaceFile(cap.gid, await paint({ red: 2, green: 200, blue: 3 }));
      expect(
        await doneChange(all.app, shop, { path: cap.path, after: since, to: cap.version }),
      ).toMatchObject({
        cause: "poll",
      });
      const ask = async (path: string) => (await all.app.ask(shop.domain, path)).body;
      const page = await ask("/api/assets?limit=100");
      const next = await ask(`/api/assets?limit=100&cursor=${page.cursor}`);
      expect([page.assets.length, next.assets.length]).toEqual([100, 100]);
      const { assets } = await ask("/api/assets?search=hat.jpg");
      const { history, shown_by } = await ask(`/api/assets/${assets[0].id}`);
      expect(history.at(-1)).toMatchObject({ kind: "replaced", to: String(hat.version) });
      expect(shown_by).toMatchObject([{ title: "Hat" }]);
      for (const state of ["updating", "failed", "gone"])
        expect((await ask(`/api/assets?state=${state}`)).assets).toEqual([]);
      expect(all.app.logs()).not.toContain(new URL(postgres.url).password || "nobody's");
    });

    test("erases a shop when Shopify says so", async () => {
      await all.shopify.uninstall(shop);
      const payload = { shop_id: 1, shop_domain: shop.domain };
      expect(await all.shopify.sender.send({ shop: shop.domain, topic: "shop/redact", payload })).toBe(200);
      await until(all.app, async () => (all.app.logs().includes("shop erased") ? true : undefined));
      const home = await install(all.app, shop);
      expect(home.images).toMatchObject({ present: 602, changed: 0 });
    });
  },
);
