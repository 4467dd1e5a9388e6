import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, missingBrowser, openBrowser, type PageResponse } from "../support/browser.ts";
import { missingPart } from "../support/find.ts";
import { isShade, type Shade, shadeOf } from "../support/origin.ts";
import { startTlsFront, type TlsFront } from "../support/tls-front.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import {
  doneChange,
  install,
  newestChange,
  paint,
  type ShopifyInstallation,
  startShopifyInstallation,
  until,
} from "./installation.ts";
import type { LocalFile, LocalProduct, LocalShop } from "./local/shop.ts";
import { rewriteTheme, type Theme } from "./theme.ts";
import { visit } from "./visit.ts";

const OLD: Shade = { red: 200, green: 30, blue: 30 };
const NEW: Shade = { red: 30, green: 60, blue: 200 };
const NEWER: Shade = { red: 30, green: 170, blue: 60 };
const HOST = "hat-shop.freshet.test";

const missing =
  (await varnishIsMissing()) ??
  missingPart("Chromium", missingBrowser().length === 0, "apt-get install chromium");

/** A picture as a visitor's browser got it. */
interface Seen {
  readonly url: string;
  readonly shade: Shade;
}

// The page is a theme that the command rewrote, with the embed and the blocks of the extension in it.
describe.skipIf(missing)(`a picture that changes in a shop ${missing ?? ""}`, () => {
  let all: ShopifyInstallation;
  let front: TlsFront;
  let browser: Browser;
  let theme: Theme;
  let shop: LocalShop;
  let hat: LocalFile;
  let banner: LocalFile;
  let product: LocalProduct;

  beforeAll(async () => {
    const env = { FRESHET_SHOPIFY_DELIVERY: "https://{project}.freshet.test" };
    all = await startShopifyInstallation({ withVarnish: true, withTls: true, env });
    front = await startTlsFront({ [HOST]: { forward: all.varnish?.url ?? "" } });
    const resolverRules = `MAP ${HOST}:443 127.0.0.1:${front.port}, MAP *.com ~NOTFOUND`;
    browser = await openBrowser({ resolverRules });
    shop = await all.shopify.shop("hat-shop");
    hat = shop.addFile({ path: "files/hat.jpg", bytes: await paint(OLD) });
    banner = shop.addFile({ path: "files/banner 1.jpg", bytes: await paint(OLD) });
    product = shop.addProduct("Hat", [hat.gid]);
    const home = await install(all.app, shop);
    theme = rewriteTheme(home.shop.endpoint);
    all.shopify.page = (each) => theme.render(each, { hat, banner });
  }, 180_000);
  afterAll(async () => {
    const addresses = await browser?.close();
    theme?.close();
    await front?.close();
    await all?.stop();
    for (const address of addresses ?? []) expect(address).toMatch(/^127\.0\.0\.\d+:\d+$/);
  });

  /** Opens the shop's page in a fresh browser profile, and answers its pictures, those further down too. */
  async function look(): Promise<readonly Seen[]> {
    const page = await browser.page();
    const answers: PageResponse[] = [];
    page.on("response", (answer) => void answers.push(answer));
    await page.goto(shop.url, { waitUntil: "load" });
    await page.waitForFunction(
      () =>
        document.images.length > 0 &&
        [...document.images].every((image) => {
          image.scrollIntoView();
          return image.complete && image.naturalWidth > 0;
        }),
      undefined,
      { timeout: 60_000 },
    );
    const seen: Seen[] = [];
    for (const answer of answers)
      if (answer.request().resourceType() === "image" && answer.status() === 200)
        seen.push({ url: answer.url(), shade: await shadeOf(await answer.body()) });
    await page.close();
    return seen;
  }
  const of = (seen: readonly Seen[], file: LocalFile): readonly [Seen, ...Seen[]] => {
    const [first, ...more] = seen.filter(({ url }) => decodeURIComponent(url).includes(file.path));
    if (first === undefined)
      throw new Error(`The page shows no ${file.path} but ${seen.map(({ url }) => url)}`);
    return [first, ...more];
  };
  const asked = (file: LocalFile, version: number) =>
    all.shopify.cdn.requests.filter(
      (each) => decodeURIComponent(each.path) === file.path && each.version === String(version),
    );
  /** Asks Varnish for what a page that is out there names. */
  const visitAt = (url: string) =>
    visit(url.replace(`https://${HOST}`, `http://${HOST}:${new URL(all.varnish?.url ?? "").port}`));
  const expectShade = (seen: Seen, shade: Shade) =>
    expect(isShade(seen.shade, shade), `${seen.url} ${JSON.stringify(seen.shade)}`).toBe(true);
  /** Every picture of the file on the page is delivered, in its version, and looks like this. */
  const expectAll = (seen: readonly Seen[], file: LocalFile, shade: Shade) => {
    for (const each of of(seen, file)) {
      const delivered = `https://${HOST}/v7/${shop.url}/cdn/shop/${file.path}?`;
      expect(decodeURIComponent(each.url).slice(0, delivered.length)).toBe(delivered);
      expect(new URL(each.url).searchParams.get("vh"), each.url).toBe(String(file.version));
      expectShade(each, shade);
    }
  };

  test("a visitor sees it from the delivery host under Shopify's version, however the theme came to it, and Shopify was asked once", async () => {
    const seen = await look();
    await look();
    // At once and as a background by the rewritten theme, and by a block; late by the embed, and by another block.
    expect(new Set(of(seen, hat).map(({ url }) => url)).size).toBeGreaterThan(2);
    expect(new Set(of(seen, banner).map(({ url }) => url)).size).toBeGreaterThan(1);
    expect(seen.length).toBe(of(seen, hat).length + of(seen, banner).length);
    for (const file of [hat, banner]) {
      expectAll(seen, file, OLD);
      expect(asked(file, file.version)).toHaveLength(1);
    }
  });

  test("a product's picture is replaced: a webhook leads to a new version, and after Done old and new addresses are fresh", async () => {
    const [before] = of(await look(), hat);
    const since = await newestChange(all.app, shop);
    shop.replaceFile(hat.gid, await paint(NEW));
    await all.shopify.tell(shop, product);
    const change = await doneChange(all.app, shop, { path: hat.path, after: since });
    expect(change).toMatchObject({ kind: "replaced", to: String(hat.version), state: "fresh" });

    const seen = await look();
    expectAll(seen, hat, NEW);
    expectAll(seen, banner, OLD);
    expect(of(seen, hat).map(({ url }) => url)).not.toContain(before.url);
    expect(asked(hat, hat.version)).toHaveLength(1);
    // Pages and mails out there go on naming the old version, and one without any.
    for (const url of [before.url, before.url.replace(/[?&]vh=\d+/, "")])
      expectShade({ url, shade: await shadeOf((await visitAt(url)).bytes) }, NEW);
  });

  test("a file is replaced, of which no webhook tells: the poll finds it", async () => {
    const [before] = of(await look(), banner);
    const since = await newestChange(all.app, shop);
    shop.replaceFile(banner.gid, await paint(NEWER));
    const change = await doneChange(all.app, shop, { path: "files/banner%201.jpg", after: since });
    expect(change).toMatchObject({ kind: "replaced", cause: "poll", to: String(banner.version) });
    expectAll(await look(), banner, NEWER);
    expect(asked(banner, banner.version)).toHaveLength(1);
    expectShade({ ...before, shade: await shadeOf((await visitAt(before.url)).bytes) }, NEWER);
  });

  test("the switch and the end of the app send visitors to Shopify, with v, and nothing on the page breaks", async () => {
    const [seen] = of(await look(), hat);
    const answers = (status: number) =>
      until(all.app, async () => {
        const each = await visitAt(seen.url);
        return each.status === status ? each : undefined;
      });
    const location = `${shop.url}/cdn/shop/${hat.path}?v=${hat.version}`;
    const turn = (on: boolean) => all.app.ask(shop.domain, "/api/switch", { method: "PUT", body: { on } });
    const expectShopify = async () => {
      const shown = await look();
      for (const [file, shade] of [
        [hat, NEW],
        [banner, NEWER],
      ] as const)
        for (const each of of(shown, file)) {
          expect(each.url.startsWith(`${shop.url}/cdn/shop/`), each.url).toBe(true);
          expectShade(each, shade);
        }
    };
    await turn(false);
    expect((await answers(302)).headers.location).toBe(location);
    // Shopify shows the embed's settings to pages a moment later.
    await until(all.app, async () =>
      shop.metafields.get("freshet.storefront")?.includes('"enabled":false') ? true : undefined,
    );
    await expectShopify();
    await turn(true);
    await answers(200);

    await all.shopify.uninstall(shop);
    expect((await answers(302)).headers.location).toBe(location);
    await expectShopify();
  });
});
