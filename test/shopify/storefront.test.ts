import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, missingBrowser, openBrowser, type Page, type View } from "../support/browser.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { picture, shopLiquid } from "../support/shop-liquid.ts";
import { startTlsFront, type TlsFront } from "../support/tls-front.ts";
import { snippetsFor } from "./snippets.ts";

const EXTENSION = join(import.meta.dirname, "../../apps/shopify/extensions/freshet-theme");
// Freshet has to find it as the browser does.
const SHOP = "localhost";
const IMAGES = "img.freshet.test";
const KEY = "client_0123456789abcdef";
const missing = [
  ...missingBrowser(),
  ...(spawnSync("openssl", ["version"], { stdio: "ignore" }).status === 0 ? [] : ["openssl"]),
];
if (missing.length > 0 && process.env.CI)
  throw new Error(`A storefront cannot be shown here: install ${missing.join(", ")}.`);

const vectors: {
  images: {
    name: string;
    url: string;
    endpoint: string;
    wish: Record<string, string | number>;
    deliveryUrl: string;
  }[];
  same: { name: string; url: string }[];
} = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../packages/conformance/vectors/shopify-images.json"), "utf8"),
);

const NAMES = ["hero", "card", "eager", "source", "late", "library", "zoom", "logo", "plain"] as const;
const PICTURES = Object.fromEntries(
  NAMES.map((name) => [name, picture(`files/${name}.jpg`, 1600, 1200, "17", name)]),
);

/** A page as a theme writes it: what the codemod rewrote, what nobody did, and what scripts put in. */
const PAGE = `<!doctype html>
<html><head><meta charset="utf-8"><title>Shop</title>
{{ embed }}
{% render 'freshet-preconnect' %}
<style>body{margin:0;font:16px sans-serif}main{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;padding:12px}img{display:block;width:100%;height:auto}figure{margin:0}#hero{grid-column:1/-1}</style>
</head><body><main>
<figure id="hero">{% render 'freshet-image', image: pictures.hero, width: 1600, height: 500, crop: 'center', sizes: '100vw', fetchpriority: 'high', widths: '400, 800, 1200, 1600' %}rewritten</figure>
<figure><img id="card" loading="lazy" width="1600" height="1200" sizes="33vw" alt="" src="{{ pictures.card | image_url: width: 533 }}" srcset="{{ pictures.card | image_url: width: 165 }} 165w, {{ pictures.card | image_url: width: 360 }} 360w, {{ pictures.card | image_url: width: 940 }} 940w">late, by the theme</figure>
<figure><img id="eager" width="1600" height="1200" alt="" src="{{ pictures.eager | image_url: width: 400 }}">at once, by the theme</figure>
<figure><picture><source media="(min-width: 10px)" srcset="{{ pictures.source | image_url: width: 500 }}"><img id="source" loading="lazy" width="1600" height="1200" alt="" src="{{ pictures.source | image_url: width: 300 }}"></picture>picture</figure>
<figure><img id="library" class="lazyload" width="1600" height="1200" alt="" data-src="{{ pictures.library | image_url: width: 450 }}">library</figure>
<figure class="keep"><img id="logo" loading="lazy" width="1600" height="1200" alt="" src="{{ pictures.logo | image_url: width: 320 }}">left alone</figure>
<figure id="box">by a script</figure>
</main>
<script>
addEventListener("load", function () {
  document.getElementById("library").src = document.getElementById("library").dataset.src;
  document.getElementById("box").insertAdjacentHTML("afterbegin", '<img id="late" loading="lazy" width="1600" height="1200" alt="" src="{{ pictures.late | image_url: width: 380 }}">');
});
</script></body></html>`;

const embedText = readFileSync(join(EXTENSION, "blocks/lazy-images.liquid"), "utf8").replace(
  /\{% schema %\}[\s\S]*/,
  "",
);

describe.skipIf(missing.length > 0)(
  `a storefront in Chromium ${missing.length > 0 ? `(needs ${missing.join(", ")})` : ""}`,
  () => {
    let origin: Origin;
    let freshet: Freshet;
    let front: TlsFront;
    let browser: Browser | undefined;

    beforeAll(async () => {
      origin = await startOrigin();
      for (const [at, name] of NAMES.entries()) {
        const shade = { red: 40 + at * 22, green: 200 - at * 18, blue: 90 + ((at * 60) % 160) };
        await origin.paint(`/cdn/shop/files/${name}.jpg`, shade, { width: 1600, height: 1200 });
      }
      freshet = await startFreshet({
        config: {
          projects: {
            shop: { apiKey: KEY, hosts: [IMAGES], origins: { allow: [SHOP], allowPrivate: true } },
          },
        },
        // The shop's certificate is the test's own.
        env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
      });
      front = await startTlsFront({ [SHOP]: { forward: origin.url }, [IMAGES]: { forward: freshet.url } });
      browser = await openBrowser();
    }, 180_000);
    afterAll(async () => {
      await browser?.close();
      await front?.close();
      await freshet?.stop();
      await origin?.close();
    });

    const embedFor = (endpoint: string, settings: object = {}) =>
      shopLiquid({ templates: snippetsFor(endpoint) }).parseAndRender(embedText, {
        app: { metafields: { freshet: { storefront: { value: { enabled: true, endpoint } } } } },
        block: { settings },
        shop: { domain: "shop.example", permanent_domain: "other.myshopify.com" },
        request: { host: `${SHOP}:${front.port}` },
      });

    /** Shows the page and hears what it asks for; answers once every picture is there. */
    const show = async (view: View, { embed = "", endpoint = `https://${IMAGES}:${front.port}` } = {}) => {
      if (!browser) throw new Error("The browser was closed by an earlier test.");
      const html = await shopLiquid({
        templates: snippetsFor(endpoint),
        host: `${SHOP}:${front.port}`,
      }).parseAndRender(PAGE, {
        pictures: PICTURES,
        embed,
      });
      origin.put("/", Buffer.from(html), { "content-type": "text/html; charset=utf-8" });
      const page = await browser.page(view);
      const asked: { readonly host: string; readonly target: string; readonly status: number }[] = [];
      const troubles: string[] = [];
      page.on("pageerror", (error) => troubles.push(error.message));
      page.on("response", (response) => {
        const { hostname, pathname, search } = new URL(response.url());
        if (pathname.includes("/cdn/shop/"))
          asked.push({ host: hostname, target: pathname + search, status: response.status() });
      });
      await page.goto(`https://${SHOP}:${front.port}/`, { waitUntil: "load" });
      await arePainted(page);
      const of = (name: string, host?: string) =>
        asked.filter(
          (each) => each.target.includes(`/${name}.jpg`) && (host === undefined || each.host === host),
        );
      return { page, of, troubles };
    };
    const wide = { width: 1200, height: 1400 };

    it.each([
      [
        { width: 420, height: 1400 },
        { hero: 800, card: 165 },
      ],
      [wide, { hero: 1200, card: 940 }],
      [
        { width: 1200, height: 1400, deviceScaleFactor: 2 },
        { hero: 1600, card: 940 },
      ],
    ] as const)("loads the right pictures at %j", async (view, sizes) => {
      const { page, of, troubles } = await show(view, {
        embed: await embedFor(`https://${IMAGES}:${front.port}`, { skip: ".keep" }),
      });
      // Rewritten by the codemod: from Freshet, cropped, in the size for this screen.
      expect(of("hero").map(({ host, target }) => [host, target.replace(/.*\?/, "")])).toEqual([
        [IMAGES, `w=${sizes.hero}&h=${(sizes.hero * 500) / 1600}&org_if_sml=1&vh=17`],
      ]);
      expect(of("card").map(({ host, target }) => [host, target.replace(/.*\?/, "")])).toEqual([
        [IMAGES, `w=${sizes.card}&org_if_sml=1&vh=17`],
      ]);
      for (const name of ["source", "library", "late"] as const) {
        expect(
          of(name, IMAGES).map(({ status }) => status),
          name,
        ).toEqual([200]);
        expect(of(name, SHOP), name).toEqual([]);
      }
      // What is loaded at once, and what the merchant left alone, is Shopify's, and asked for once.
      for (const name of ["eager", "logo"]) {
        expect(
          of(name).map(({ host, status }) => [host, status]),
          name,
        ).toEqual([[SHOP, 200]]);
      }
      expect(troubles).toEqual([]);
      expect(await page.evaluate(movedBy), "something moved").toBeLessThan(0.01);
      const folder = process.env.FRESHET_TEST_SCREENSHOTS;
      if (folder)
        await page.screenshot({ path: join(folder, `storefront-${view.width}.png`), fullPage: true });
      await page.close();
    });

    it("shows Shopify's pictures where Freshet cannot be reached, each asked for once", async () => {
      const { page, of, troubles } = await show(wide, {
        embed: await embedFor("https://127.0.0.1:1"),
        endpoint: "",
      });
      for (const name of ["hero", "card", "eager", "source", "library", "late", "logo"]) {
        expect(
          of(name).map(({ host, status }) => [host, status]),
          name,
        ).toEqual([[SHOP, 200]]);
      }
      expect(troubles).toEqual([]);
      await page.close();
    });

    it("leaves the theme alone where the app is switched off", async () => {
      const off = await shopLiquid({}).parseAndRender(embedText, {
        app: {
          metafields: {
            freshet: { storefront: { value: { enabled: false, endpoint: "https://x.example" } } },
          },
        },
      });
      expect(off.trim()).toBe("");
      const { page, of } = await show(wide, { embed: off, endpoint: "" });
      for (const name of ["hero", "card", "late"]) expect(of(name).map(({ host }) => host)).toEqual([SHOP]);
      await page.close();
    });

    it("makes the delivery URLs that everybody else makes", async () => {
      const { page, troubles } = await show(wide, { embed: await embedFor("https://img.example.com") });
      const asked = [
        ...vectors.images
          .filter(({ endpoint }) => endpoint === "https://img.example.com")
          .map(({ url, wish, deliveryUrl }) => ({
            url: Object.entries(wish).reduce(
              (text, [name, value]) => `${text}&${name}=${value}`,
              url.includes("?") ? url : `${url}?`,
            ),
            deliveryUrl,
          })),
        ...vectors.same.map(({ url }) => ({ url, deliveryUrl: url })),
        ...[
          "//elsewhere.example/cdn/shop/files/a.jpg?v=1",
          "/files/a.jpg",
          "//shop.example/cdn/shop/files/a_{width}x.jpg?v=1",
          "data:image/png;base64,AA",
        ].map((url) => ({ url, deliveryUrl: url })),
      ];
      const made = await page.evaluate<string[]>(`(async () => {
        const images = ${JSON.stringify(asked.map(({ url }) => url))}.map((url) => {
          const image = document.createElement("img");
          image.loading = "lazy";
          image.dataset.src = url;
          image.style.display = "none";
          document.body.append(image);
          return image;
        });
        await new Promise((resolve) => setTimeout(resolve));
        return images.map((image) => image.dataset.src);
      })()`);
      expect(made).toEqual(asked.map(({ deliveryUrl }) => deliveryUrl));
      expect(troubles).toEqual([]);
      await page.close();
    });

    it("goes on showing pictures when the app is gone: Freshet leads to Shopify's", async () => {
      const state = async (name: string, place: number) => {
        const answer = await fetch(`${freshet.url}/projects/shop/states`, {
          method: "POST",
          headers: { "x-client-key": KEY, "content-type": "application/json" },
          body: JSON.stringify({ state: name, scope: "all", place }),
        });
        expect(answer.status, await answer.text()).toBe(200);
      };
      await state("redirect", 1);
      try {
        // Only what the codemod wrote is left: the extension vanishes with the app.
        let seen = await show(wide);
        for (let tries = 0; seen.of("hero", IMAGES)[0]?.status !== 302 && tries < 20; tries += 1) {
          await seen.page.close();
          await new Promise((resolve) => setTimeout(resolve, 250));
          seen = await show(wide);
        }
        expect(seen.of("hero", IMAGES).map(({ status }) => status)).toEqual([302]);
        expect(seen.of("hero", SHOP).map(({ status }) => status)).toEqual([200]);
        expect(seen.troubles).toEqual([]);
        await seen.page.close();
      } finally {
        await state("served", 2);
      }
    });
  },
);

/** How much of the page moved that nobody had moved: Shopify's measure of a layout that shifts. */
function movedBy(): Promise<number> {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const all = list.getEntries() as unknown as readonly { value: number }[];
      resolve(all.reduce((sum, { value }) => sum + value, 0));
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(0), 300);
  });
}

/** Waits until every picture of the page is loaded and decoded; what is out of sight is brought into view. */
async function arePainted(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      [...document.images].every((image) => {
        image.scrollIntoView();
        return image.src !== "" && image.complete && image.naturalWidth > 0;
      }),
    undefined,
    { timeout: 90_000 },
  );
}
