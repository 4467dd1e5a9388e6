import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { askerOf } from "../../test/shopify/app.ts";
import { install } from "../../test/shopify/installation.ts";
import { startLocalShopify } from "../../test/shopify/local/local-shopify.ts";
import { startFreshet } from "../demo/freshet.ts";
import { firstFree } from "../demo/ports.ts";
import { firstVisit, runDemo, step } from "../demo/run.ts";
import { build, ROOT, seconds } from "../steps.mjs";
import { startAdmin } from "./admin.ts";
import { type Changes, createChanges, type Subject } from "./changes.ts";
import { hearKeys } from "./keys.ts";
import { answerDemo } from "./page.ts";
import { fillShop } from "./shop.ts";
import { openStorefront } from "./theme.ts";

const PROJECT = "hat-shop";
/** In life a minute. */
const POLL_S = 3;
/** Shopify's own index is late too: so a webhook comes first. */
const INDEX_LAG_MS = 2_000;
const PACE = `debounceMs=300,pollMs=${POLL_S * 1_000},bulkMs=200,readyMs=200+500+1000+2000`;

/** Runs until somebody ends it. */
export async function demo(): Promise<void> {
  const begun = Date.now();
  await runDemo(join(ROOT, ".cache/demo-shopify-"), async ({ folder, onEnd, end }) => {
    const faultOfBuild = await step("building Freshet", build);
    if (faultOfBuild !== undefined) throw new Error(faultOfBuild);
    const pictures = await step("drawing pictures", async () => {
      const { drawGood, drawLake } = await import("./pictures.ts"); // Its brushes are there once Freshet is built.
      const goods = [
        { title: "Hat", of: await drawGood("hat") },
        { title: "Mug", of: await drawGood("mug", 1) },
        { title: "Lamp", of: await drawGood("lamp", 2) },
      ];
      return { goods, lake: await drawLake() };
    });
    const shopify = await step("starting a Shopify (its schema is fetched once)", () => startLocalShopify());
    onEnd(shopify.close);
    const shop = await shopify.shop(PROJECT, { address: "127.0.0.1", port: await firstFree(9500) });
    shop.indexLagMs = INDEX_LAG_MS;
    const content = fillShop(shop, pictures);
    let changes: Changes | undefined;
    const links = { shop: `${shop.url}/`, admin: "/apps/freshet" };
    const admin = await startAdmin({
      ...{ shopify, shop },
      answerOwn: (request, response) => answerDemo(changes, links, request, response),
    });
    onEnd(admin.close);

    const key = randomBytes(16).toString("hex");
    const origins = { allow: ["127.0.0.1"], allowPrivate: true, versionParameter: "v" };
    const freshet = await step("starting Freshet and the app", () =>
      startFreshet({
        folder,
        connector: { title: "Shopify app", port: "FRESHET_SHOPIFY_PORT" },
        config: ({ url, connector }) => ({
          projects: { [PROJECT]: { apiKey: key, origins } },
          connectors: {
            addresses: [new URL(connector).host],
            shopify: { ...shopify.keys, appUrl: admin.app, delivery: url, project: PROJECT },
          },
        }),
        env: () => ({ FRESHET_SHOPIFY_GATEWAY: shopify.url, FRESHET_SHOPIFY_PACE: PACE }),
      }),
    );
    onEnd(freshet.stop);
    void freshet.ended.then(() => end(1));
    shopify.app = freshet.connector;
    const app = { ask: askerOf(freshet.connector, shopify), logs: freshet.logs };
    const home = await step("installing the app in the shop", () => install(app, shop));
    const storefront = await step("rewriting the shop's theme", async () =>
      openStorefront(shop, content, home.shop.endpoint),
    );
    onEnd(async () => storefront.close());
    shopify.page = (_, path) => storefront.page(path);
    await step(`opening ${shop.url}`, () => firstVisit(shop.url));

    const write = (line: string) => console.log(line);
    const all = createChanges({
      ...{ shopify, shop, content, app, key, write },
      ...{ freshet: freshet.url, pollS: POLL_S },
    });
    changes = all;
    const replace = async (subject: Subject) => {
      if (!(await all.replace(subject))) write(`${all.subjects[subject].name} is still being replaced.`);
    };
    const stopHearing = hearKeys({
      r: () => void replace("product"),
      f: () => void replace("file"),
      q: () => void end(0),
    });
    onEnd(async () => stopHearing());
    console.log(guide({ shop: shop.url, admin: admin.url, freshet: freshet.url, key, took: seconds(begun) }));
  });
}

function guide(facts: Readonly<Record<"shop" | "admin" | "freshet" | "key" | "took", string>>): string {
  const { shop, admin, freshet, key, took } = facts;
  const keys = process.stdin.isTTY
    ? "r replaces the product's picture, f the file; or by buttons"
    : "by buttons";
  return `
Ready after ${took}.

  replace pictures            ${admin}/
                              ${keys}; every step is written here and there
  the shop                    ${shop}/
                              every picture comes from ${freshet}/v7/…
  the app in the shop's admin ${admin}/apps/freshet
                              images and their history, what changed and why, the off switch; only its
                              links into Shopify's own admin ("In Shopify") lead out, to a shop that is not there
  what Freshet did about it   curl -H "X-Client-Key: ${key}" ${freshet}/invalidate

Nothing leaves this machine, and nothing of it is kept. Ctrl-C ends it.
`;
}
