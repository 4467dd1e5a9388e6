import { spawnSync } from "node:child_process";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Browser,
  missingBrowser,
  openBrowser,
  type Page,
  type PageResponse,
  type View,
} from "../support/browser.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { installPart } from "../support/part.ts";
import { type Document, startTlsFront, type TlsFront } from "../support/tls-front.ts";
import { bundle } from "./bundle.ts";

const SHOP = "shop.freshet.test";
const IMAGES = "img.freshet.test";
const PAINTED = { red: 200, green: 90, blue: 30 };

const missing = [
  ...missingBrowser(),
  ...(spawnSync("openssl", ["version"], { stdio: "ignore" }).status === 0 ? [] : ["openssl"]),
];
if (missing.length > 0 && process.env.CI)
  throw new Error(`The responsive library cannot be shown here: install ${missing.join(", ")}.`);

/** One picture of the page: its markup, and what the library asks for at one and at two device pixels per CSS pixel. */
interface Case {
  readonly markup: string;
  readonly asked: { readonly 1: string; readonly 2: string };
  /** Pixels delivered. */
  readonly size: { readonly 1: readonly [number, number]; readonly 2: readonly [number, number] };
  /** Where it is not the width delivered in CSS pixels, as it is for a "2x" candidate. */
  readonly naturalWidth?: number;
}

// The library rounds the width of a box up to hundreds; attributes and crops stay exact.
const CASES: Readonly<Record<string, Case>> = {
  "a box that gives the width": {
    markup: `<div style="width:320px"><img ci-src="/media/wide.jpg"></div>`,
    asked: { 1: "media/wide.jpg?w=400&org_if_sml=1", 2: "media/wide.jpg?w=700&org_if_sml=1" },
    size: { 1: [400, 300], 2: [700, 525] },
  },
  "width and height attributes": {
    markup: `<div><img ci-src="/media/attributes.jpg" width="250" height="150"></div>`,
    asked: {
      1: "media/attributes.jpg?w=250&h=150&org_if_sml=1",
      2: "media/attributes.jpg?w=500&h=300&org_if_sml=1",
    },
    size: { 1: [250, 150], 2: [500, 300] },
  },
  "a crop to the box": {
    markup: `<div style="width:330px;height:110px"><img ci-src="/media/crop.jpg" ci-params="func=crop&gravity=north"></div>`,
    asked: {
      1: "media/crop.jpg?w=330&h=110&org_if_sml=1&func=crop&gravity=north",
      2: "media/crop.jpg?w=660&h=220&org_if_sml=1&func=crop&gravity=north",
    },
    size: { 1: [330, 110], 2: [660, 220] },
  },
  "an original smaller than its box": {
    markup: `<div style="width:600px"><img ci-src="/media/small.jpg"></div>`,
    asked: { 1: "media/small.jpg?w=600&org_if_sml=1", 2: "media/small.jpg?w=1200&org_if_sml=1" },
    size: { 1: [160, 120], 2: [160, 120] },
  },
  "a name with an umlaut": {
    markup: `<div style="width:200px"><img ci-src="/media/hät.jpg"></div>`,
    asked: { 1: "media/h%C3%A4t.jpg?w=200&org_if_sml=1", 2: "media/h%C3%A4t.jpg?w=400&org_if_sml=1" },
    size: { 1: [200, 150], 2: [400, 300] },
  },
  // The library does not encode it, so no browser can read the srcset: all of them show the picture of ratio 1.
  "a name with a space": {
    markup: `<div style="width:200px"><img ci-src="/media/a hat.jpg"></div>`,
    asked: { 1: "media/a%20hat.jpg?w=200&org_if_sml=1", 2: "media/a%20hat.jpg?w=200&org_if_sml=1" },
    size: { 1: [200, 150], 2: [200, 150] },
    naturalWidth: 200,
  },
  "an original with a query of its own": {
    markup: `<div style="width:180px"><img ci-src="/media/query.jpg?v=2"></div>`,
    asked: { 1: "media/query.jpg?w=200&org_if_sml=1&v=2", 2: "media/query.jpg?w=400&org_if_sml=1&v=2" },
    size: { 1: [200, 150], 2: [400, 300] },
  },
  "a background": {
    markup: `<div ci-bg-url="/media/background.jpg" style="width:450px;height:60px"></div>`,
    asked: {
      1: "media/background.jpg?w=500&h=60&org_if_sml=1",
      2: "media/background.jpg?w=900&h=120&org_if_sml=1",
    },
    size: { 1: [500, 60], 2: [900, 120] },
  },
};

describe.skipIf(missing.length > 0)(
  `js-cloudimage-responsive in Chromium ${missing.length > 0 ? `(needs ${missing.join(", ")})` : ""}`,
  () => {
    const documents = new Map<string, Document>();
    let origin: Origin;
    let freshet: Freshet;
    let front: TlsFront;
    let browser: Browser | undefined;

    beforeAll(async () => {
      const part = await installPart(join(import.meta.dirname, "../parts/responsive"));
      const library = join(part.folder, "node_modules/js-cloudimage-responsive/dist");
      for (const build of ["plain", "low-preview"]) {
        const text = await bundle(join(library, build, "index.js"), part.folder);
        documents.set(`/${build}.js`, { type: "text/javascript", text });
      }
      documents.set("/lazy.js", {
        type: "text/javascript",
        text: await bundle(join(library, "lazysizes-intersection.js"), part.folder),
      });

      origin = await startOrigin();
      const wide = { width: 1600, height: 1200 };
      const names = [
        "wide",
        "attributes",
        "crop",
        "h%C3%A4t",
        "a%20hat",
        "query",
        "background",
        "preview",
        "below",
      ];
      for (const name of names) await origin.paint(`/media/${name}.jpg`, PAINTED, wide);
      await origin.paint("/media/small.jpg", PAINTED, { width: 160, height: 120 });
      freshet = await startFreshet({
        config: {
          projects: {
            shop: {
              apiKey: "client_0123456789abcdef",
              hosts: [IMAGES],
              origins: { allow: ["127.0.0.1"], allowPrivate: true },
            },
            // A second one, so that the host has to find the project.
            other: { apiKey: "client_fedcba9876543210", hosts: ["other.freshet.test"] },
          },
        },
      });
      front = await startTlsFront({ [SHOP]: { documents }, [IMAGES]: { forward: freshet.url } });
      browser = await openBrowser();
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      await front?.close();
      await freshet?.stop();
      await origin?.close();
    });

    /** Shows a page with the library and hears what it loads from the image host. */
    const show = async (build: string, markup: string, view: View & { readonly lazy?: boolean } = {}) => {
      if (!browser) throw new Error("The browser was closed by an earlier test.");
      const settings = {
        customDomain: true,
        domain: `${IMAGES}:${front.port}`,
        baseURL: `${origin.url}/`,
        lazyLoading: view.lazy === true,
      };
      const scripts = [
        ...(view.lazy
          ? [`<script>window.lazySizesConfig = { init: false }</script><script src="/lazy.js"></script>`]
          : []),
        `<script src="/${build}.js"></script>`,
        `<script>window.ciResponsive = new CIResponsive(${JSON.stringify(settings)});${view.lazy ? "window.lazySizes.init();" : ""}</script>`,
      ];
      const path = `/page-${documents.size}`;
      documents.set(path, {
        type: "text/html; charset=utf-8",
        text: `<!doctype html><title>Shop</title><style>img{display:block;max-width:100%}</style>${markup}${scripts.join("")}`,
      });
      const page = await browser.page(view);
      const loaded = new Map<string, PageResponse>();
      const troubles: string[] = [];
      page.on("pageerror", (error) => troubles.push(error.message));
      page.on("requestfailed", (request) =>
        troubles.push(`${request.url()}: ${request.failure()?.errorText}`),
      );
      page.on("response", (response) => {
        const { host, pathname, search } = new URL(response.url());
        if (host === `${IMAGES}:${front.port}`) loaded.set(`${pathname}${search}`, response);
      });
      await page.goto(`https://${SHOP}:${front.port}${path}`, { waitUntil: "load" });
      return { page, loaded, troubles };
    };
    const target = (path: string) => `/v7/${origin.url}/${path}`;

    it.each([1, 2] as const)(
      "shows every picture at the right size on a screen of ratio %d",
      async (ratio) => {
        const markup = Object.values(CASES)
          .map(({ markup }) => markup)
          .join("");
        const { page, loaded, troubles } = await show("plain", markup, { deviceScaleFactor: ratio });
        await arePainted(page);
        await until(() => loaded.size >= Object.keys(CASES).length);

        const wanted = Object.values(CASES).map(({ asked }) => target(asked[ratio]));
        expect([...loaded.keys()].sort()).toEqual(wanted.sort());
        for (const [name, { asked, size }] of Object.entries(CASES)) {
          expect(await delivered(loaded.get(target(asked[ratio]))), name).toEqual(size[ratio]);
        }
        const shown = await page.evaluate(() =>
          [...document.images].map((image) => [image.complete, image.naturalWidth]),
        );
        const images = Object.values(CASES).filter(({ markup }) => markup.includes("<img"));
        const widths = images.map(({ size, naturalWidth }) => naturalWidth ?? size[ratio][0] / ratio);
        expect(shown).toEqual(widths.map((width) => [true, width]));
        expect(troubles).toEqual([]);
        await page.close();
      },
    );

    it("shows small previews first and, once it comes into view, what is below the fold", async () => {
      const box = (name: string) =>
        `<div style="width:640px"><img ci-src="/media/${name}.jpg" ci-ratio="1.333"></div>`;
      const markup = `${box("preview")}<div style="height:6000px"></div>${box("below")}`;
      const { page, loaded, troubles } = await show("low-preview", markup, { lazy: true });
      const first = [
        target("media/preview.jpg?w=64&org_if_sml=1"),
        target("media/preview.jpg?w=700&h=525&org_if_sml=1"),
      ];
      await until(() => first.every((each) => loaded.has(each)));

      // Its lazysizes may load what is out of sight as well when it has nothing else to do: only the end is certain.
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      const second = first.map((each) => each.replace("preview", "below"));
      await until(() => second.every((each) => loaded.has(each)));
      expect([...loaded.keys()].sort()).toEqual([...first, ...second].sort());
      for (const [preview = "", whole = ""] of [first, second]) {
        expect(await delivered(loaded.get(preview))).toEqual([64, 48]);
        expect(await delivered(loaded.get(whole))).toEqual([700, 525]);
      }
      await page.waitForFunction(() => document.querySelectorAll("img[ci-src].ci-image-loaded").length === 2);
      expect(troubles).toEqual([]);
      await page.close();
    });

    it("reaches nothing but this machine", async () => {
      const addresses = await browser?.close();
      browser = undefined;
      expect(addresses).toContain(`127.0.0.1:${front.port}`);
      expect(addresses?.filter((address) => !address.startsWith("127.0.0.1:"))).toEqual([]);
    });
  },
);

async function arePainted(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.images.length > 0 &&
      [...document.images].every((image) => image.complete && image.classList.contains("ci-image-loaded")),
  );
}

/** Width and height of the picture an answer brought, decoded. */
async function delivered(response: PageResponse | undefined): Promise<readonly [number, number]> {
  expect(response?.status()).toBe(200);
  expect(response?.headers()["content-type"]).toMatch(/^image\/(avif|webp)$/);
  const { info } = await sharp(await response?.body())
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [info.width, info.height];
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400 && !isTrue(); attempt += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
}
