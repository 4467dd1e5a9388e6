import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Program, startProgram } from "../support/program.ts";

const ROOT = join(import.meta.dirname, "../..");
const WAIT = { timeout: 30_000, interval: 100 };
const HAT = "/cdn/shop/files/hat.jpg";
const LAKE = "/cdn/shop/files/lake.jpg";

describe("npm run demo:shopify", () => {
  let demo: Program;
  let own = "";
  let shop = "";
  let freshet = "";
  let key = "";

  beforeAll(async () => {
    demo = await startProgram({
      args: [join(ROOT, "scripts/demo-shopify.mjs")],
      cwd: ROOT,
      env: {},
      ready: [/^Ready after/m, /Ctrl-C ends it/],
      readyMs: 300_000,
    });
    [, own = ""] = /^ {2}replace pictures +(\S+)\/$/m.exec(demo.logs()) ?? [];
    [, shop = ""] = /^ {2}the shop +(\S+)\/$/m.exec(demo.logs()) ?? [];
    [, key = "", freshet = ""] = /curl -H "X-Client-Key: (\S+)" (\S+)\/invalidate/.exec(demo.logs()) ?? [];
  }, 310_000);
  // By SIGTERM, so that it ends what it started where a test failed.
  afterAll(() => demo?.end("SIGTERM"));

  /** Delivery URLs of a file on the shop's page, each with its bytes. */
  const look = async (path: string) => {
    const page = await (await fetch(shop)).text();
    const urls = [...page.matchAll(/<img[^>]* src="([^"]+\/v7\/[^"]+)"/g)]
      .map(([, url = ""]) => url.replaceAll("&amp;", "&"))
      .filter((url) => url.includes(path));
    expect(urls.length).toBeGreaterThan(0);
    return Promise.all(urls.map(async (url) => ({ url, bytes: await picture(url) })));
  };
  const picture = async (url: string) => {
    const response = await fetch(url);
    expect(response.status, url).toBe(200);
    expect(response.headers.get("freshet-stamp"), url).not.toBeNull();
    return Buffer.from(await response.arrayBuffer());
  };
  const replace = async (subject: "product" | "file") => {
    const { status } = await fetch(`${own}/demo/replace/${subject}`, { method: "POST" });
    expect(status).toBe(202);
    const state = async () => (await fetch(`${own}/demo/state`)).json() as Promise<Record<string, unknown>>;
    await expect.poll(state, WAIT).toMatchObject({ [subject]: { done: 1, isUnderWay: false } });
  };

  test("says what it does while it starts, and where to click", () => {
    expect(demo.logs()).toMatch(/- starting a Shopify .*…[\s\S]*- installing the app in the shop …/);
    for (const address of [own, shop, freshet]) expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(demo.logs()).toContain(` ${own}/apps/freshet\n`);
  });

  test("shows a shop whose pictures come from Freshet, by the theme, the embed and a block", async () => {
    for (const path of ["hat", "mug", "lamp", "lake"])
      for (const { url } of await look(`/cdn/shop/files/${path}.jpg`))
        expect(url.startsWith(`${freshet}/v7/${shop}/cdn/shop/`), url).toBe(true);
    const page = await (await fetch(shop)).text();
    expect(page).toContain(`"endpoint": "${freshet}"`);
    expect(page).toContain(`<img loading="lazy" width="480" height="320" alt="" src="${shop}${LAKE}?v=`);
    const product = await (await fetch(`${shop}/products/hat`)).text();
    expect(product).toMatch(/<ul class="freshet-gallery"[\s\S]*?<img src="http[^"]+\/v7\//);
  });

  test("frames the app's pages as Shopify's admin does, for a page of theirs too", async () => {
    const host = await (await fetch(`${own}/apps/freshet/app/images?state=all`)).text();
    const [, frame = ""] = /src="([^"]+)"/.exec(host) ?? [];
    const address = new URL(frame.replaceAll("&amp;", "&"));
    expect([address.pathname, address.searchParams.get("state")]).toEqual(["/app/images", "all"]);
    const document = await fetch(address);
    expect(document.headers.get("content-security-policy")).toMatch(
      new RegExp(`frame-ancestors [^;]*${own}(?:;|$)`),
    );
    const [, script = ""] = /<script src="([^"]+)"/.exec(await document.text()) ?? [];
    expect(script).toBe(`${own}/shopifycloud/app-bridge.js`);
    expect(await (await fetch(script)).text()).toContain(JSON.stringify(own));
    const token = await (await fetch(`${own}/token`)).text();
    const home = await fetch(`${address.origin}/api/home`, { headers: { authorization: `Bearer ${token}` } });
    expect(await home.json()).toMatchObject({
      shop: { domain: "hat-shop.myshopify.com", delivery: "served", endpoint: freshet },
      images: { present: 4 },
    });
  });

  test("a product's picture is replaced, Shopify tells of it, and old and new addresses give the new one", async () => {
    const [before] = await look(HAT);
    expect(await isRed(before?.bytes)).toBe(true);
    await replace("product");
    const [after] = await look(HAT);
    expect(after?.url).not.toBe(before?.url);
    expect(await isRed(after?.bytes)).toBe(false);
    expect(await isRed(await picture(before?.url ?? ""))).toBe(false);
    expect(demo.logs()).toMatch(/^hat\.jpg .*webhook products\/update[\s\S]*^hat\.jpg .*Freshet: DONE$/m);
    expect(demo.logs()).toMatch(/^hat\.jpg .*Done: \S+ gives the new picture$/m);
    const log = await fetch(`${freshet}/invalidate?status=DONE`, { headers: { "x-client-key": key } });
    expect(JSON.stringify(await log.json())).toContain("/cdn/shop/files/hat.jpg");
  });

  test("a file is replaced, the poller finds it, and old and new addresses give the new one", async () => {
    const [before] = await look(LAKE);
    await replace("file");
    const [after] = await look(LAKE);
    expect(after?.url).not.toBe(before?.url);
    expect(after?.bytes.equals(before?.bytes ?? Buffer.alloc(0))).toBe(false);
    expect((await picture(before?.url ?? "")).equals(after?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect(demo.logs()).toMatch(/^lake\.jpg .*found it by poll: replaced/m);
  });

  test("another site's page replaces nothing", async () => {
    const headers = { origin: "http://elsewhere.example" };
    const { status } = await fetch(`${own}/demo/replace/product`, { method: "POST", headers });
    expect(status).toBe(403);
  });

  test("ends with everything that it started", async () => {
    await demo.end("SIGTERM");
    expect(await demo.ended).toEqual({ code: 0, signal: null });
    for (const address of [own, shop, freshet]) await expect(fetch(address)).rejects.toThrow();
  });
});

/** Whether the hat in the middle of the picture is red; else it is blue. */
async function isRed(bytes: Buffer | undefined): Promise<boolean> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const middle = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  const [red = 0, , blue = 0] = data.subarray(middle);
  expect(Math.abs(red - blue)).toBeGreaterThan(40);
  return red > blue;
}
