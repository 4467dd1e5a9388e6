import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, missingBrowser, openBrowser, type PageResponse } from "../support/browser.ts";
import { missingPart } from "../support/find.ts";
import { isShade, type Shade, shadeOf } from "../support/origin.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import {
  doneChange,
  install,
  newestChange,
  paint,
  type ShopifyInstallation,
  startShopifyInstallation,
} from "./installation.ts";
import type { LocalFile, LocalProduct, LocalShop } from "./local/shop.ts";
import { renderPage } from "./theme.ts";
import { visit } from "./visit.ts";

const OLD: Shade = { red: 200, green: 30, blue: 30 };
const NEW: Shade = { red: 30, green: 60, blue: 200 };
const NEWER: Shade = { red: 30, green: 170, blue: 60 };

const missing =
  (await varnishIsMissing()) ??
  missingPart("Chromium", missingBrowser().length === 0, "apt-get install chromium");

/** A picture as a visitor's browser got it. */
interface Seen {
  readonly url: string;
  readonly status: number;
  readonly shade: Shade;
}

describe.skipIf(missing)(`a picture that changes in a shop ${missing ?? ""}`, () => {
  let all: ShopifyInstallation;
  let browser: Browser;
  let shop: LocalShop;
  let hat: LocalFile;
  let banner: LocalFile;
  let product: LocalProduct;

  beforeAll(async () => {
    all = await startShopifyInstallation({ withVarnish: true });
    browser = await openBrowser({ resolverRules: "MAP *.freshet.test 127.0.0.1, MAP *.com ~NOTFOUND" });
    shop = await all.shopify.shop("hat-shop");
    hat = shop.addFile({ path: "files/hat.jpg", bytes: await paint(OLD) });
    banner = shop.addFile({ path: "files/banner 1.jpg", bytes: await paint(OLD) });
    product = shop.addProduct("Hat", [hat.gid]);
    all.shopify.page = (each) => renderPage(each, [hat, banner]);
    await install(all.app, shop);
  });
  afterAll(async () => {
    const addresses = await browser?.close();
    await all?.stop();
    for (const address of addresses ?? []) expect(address).toMatch(/^127\.0\.0\.\d+:\d+$/);
  });

  /** Opens the shop's page in a fresh browser profile, and answers its two pictures. */
  async function look(): Promise<readonly [Seen, Seen]> {
    const page = await browser.page();
    const answers: PageResponse[] = [];
    page.on("response", (answer) => void answers.push(answer));
    await page.goto(shop.url, { waitUntil: "load" });
    const seen: Seen[] = [];
    for (const answer of answers)
      if (answer.request().resourceType() === "image" && answer.status() === 200)
        seen.push({ url: answer.url(), status: answer.status(), shade: await shadeOf(await answer.body()) });
    await page.close();
    const find = (file: LocalFile) => {
      const name = encodeURIComponent(file.path.slice("files/".length));
      const found = seen.find(({ url }) => decodeURIComponent(url).includes(decodeURIComponent(name)));
      if (found === undefined)
        throw new Error(`The page shows no ${file.path} but ${seen.map(({ url }) => url)}`);
      return found;
    };
    return [find(hat), find(banner)];
  }
  const asked = (file: LocalFile, version: number) =>
    all.shopify.cdn.requests.filter(
      (each) =>
        decodeURIComponent(each.path) === decodeURIComponent(file.path) && each.version === String(version),
    );
  const expectShade = (seen: Seen, shade: Shade) =>
    expect(isShade(seen.shade, shade), `${seen.url} ${JSON.stringify(seen.shade)}`).toBe(true);

  test("a visitor sees it from the delivery host under Shopify's version, and Shopify was asked once", async () => {
    const [first, second] = await look();
    await look();
    for (const [seen, file] of [
      [first, hat],
      [second, banner],
    ] as const) {
      expect(seen.status).toBe(200);
      expect(seen.url).toMatch(new RegExp(`^http://hat-shop\\.freshet\\.test:\\d+/v7/.*vh=${file.version}$`));
      expectShade(seen, OLD);
    }
    expect(asked(hat, hat.version)).toHaveLength(1);
  });

  test("a product's picture is replaced: a webhook leads to a new version, and after Done old and new addresses are fresh", async () => {
    const [before] = await look();
    const since = await newestChange(all.app, shop);
    shop.replaceFile(hat.gid, await paint(NEW));
    await all.shopify.tell(shop, product);
    const change = await doneChange(all.app, shop, { path: hat.path, after: since });
    expect(change).toMatchObject({ kind: "replaced", to: String(hat.version), state: "fresh" });

    const [after] = await look();
    expect(after.url).not.toBe(before.url);
    expect(after.url).toContain(`vh=${hat.version}`);
    expectShade(after, NEW);
    expect(asked(hat, hat.version)).toHaveLength(1);
    // Pages and mails out there go on naming the old version, and one without any.
    for (const url of [before.url, before.url.replace(/[?&]vh=\d+/, "")]) {
      const answer = await visit(url);
      expectShade({ url, status: answer.status, shade: await shadeOf(answer.bytes) }, NEW);
    }
  });

  test("a file is replaced, of which no webhook tells: the poll finds it", async () => {
    const [, before] = await look();
    const since = await newestChange(all.app, shop);
    shop.replaceFile(banner.gid, await paint(NEWER));
    const change = await doneChange(all.app, shop, { path: "files/banner%201.jpg", after: since });
    expect(change).toMatchObject({ kind: "replaced", cause: "poll", to: String(banner.version) });
    const [, after] = await look();
    expect(after.url).toContain(`vh=${banner.version}`);
    expectShade(after, NEWER);
    expect(asked(banner, banner.version)).toHaveLength(1);
    expectShade({ ...before, shade: await shadeOf((await visit(before.url)).bytes) }, NEWER);
  });

  test("the switch and the end of the app send visitors to Shopify, with v, and nothing on the page breaks", async () => {
    const [seen] = await look();
    await all.shopify.uninstall(shop);
    const answer = await until(async () => {
      const each = await visit(seen.url);
      return each.status === 302 ? each : undefined;
    });
    expect(answer.headers.location).toBe(`${shop.url}/cdn/shop/${hat.path}?v=${hat.version}`);
    const [left] = await look();
    expectShade(left, NEW);
  });
});

async function until<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const value = await ask();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error("It did not come about.");
  }
}
