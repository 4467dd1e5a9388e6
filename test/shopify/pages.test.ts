import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import { missingPart } from "../support/find.ts";
import { CACHE } from "../support/wordpress/cache.ts";
import { ADMIN, type Admin, APP, type Opened, startAdmin } from "./admin/admin.ts";
import { loadManifest, type Manifest, unknownIn } from "./admin/manifest.ts";
import {
  doneChange,
  install,
  newestChange,
  paint,
  type ShopifyInstallation,
  startShopifyInstallation,
  until,
} from "./installation.ts";
import type { LocalFile, LocalShop } from "./local/shop.ts";
import { visit } from "./visit.ts";

const missing = missingPart("Chromium", missingBrowser().length === 0, "apt-get install chromium");

/** Where screenshots are left for people to look at. */
const SCREENS = join(CACHE, "shopify-screens");
const HOSTILE = `<img src=x onerror="window.pwned=1">`;
const NARROW = 400;
const WAIT = { timeout: 30_000 };

describe.skipIf(missing)(`the embedded pages in a browser ${missing ?? ""}`, () => {
  let all: ShopifyInstallation;
  let admin: Admin;
  let manifest: Manifest;
  let shop: LocalShop;
  let hat: LocalFile;

  beforeAll(async () => {
    await mkdir(SCREENS, { recursive: true });
    manifest = await loadManifest();
    all = await startShopifyInstallation({
      env: { FRESHET_SHOPIFY_DELIVERY: "https://{project}.freshet.test", FRESHET_SHOPIFY_APP_URL: APP },
    });
    shop = await all.shopify.shop("hat-shop");
    for (let index = 0; index < 27; index += 1)
      shop.addFile({
        path: `files/scarf-${String(index).padStart(2, "0")}.jpg`,
        bytes: await paint({ red: 30 + index * 7, green: 200 - index * 6, blue: 120 }),
      });
    shop.addFile({ path: `files/${HOSTILE}.jpg`, bytes: await paint({ red: 9, green: 9, blue: 9 }) });
    hat = shop.addFile({ path: "files/hat.jpg", bytes: await paint({ red: 200, green: 30, blue: 30 }) });
    await install(all.app, shop);
    const since = await newestChange(all.app, shop);
    const product = shop.addProduct(`Hat ${HOSTILE}`, [hat.gid]);
    shop.replaceFile(hat.gid, await paint({ red: 30, green: 60, blue: 200 }));
    await all.shopify.tell(shop, product);
    await doneChange(all.app, shop, { path: hat.path, after: since });
    admin = await startAdmin(all);
  }, 240_000);
  afterAll(async () => {
    await admin?.close();
    await all?.stop();
  });

  /** What holds for every page: it is one that Polaris understands, nothing in it is a script's fault, it fits its frame. */
  async function expectSound({ frame, page, troubles }: Opened, name: string): Promise<void> {
    await page.screenshot({ path: join(SCREENS, `${name}.png`) });
    expect(await unknownIn(frame, manifest), name).toEqual([]);
    expect(troubles, name).toEqual([]);
    expect(await frame.evaluate("window.pwned"), name).toBe(undefined);
    const { inner, outer } = await frame.evaluate(() => ({
      inner: document.documentElement.scrollWidth,
      outer: document.documentElement.clientWidth,
    }));
    expect(inner, `${name} is wider than its frame`).toBeLessThanOrEqual(outer);
  }
  const heading = (opened: Opened, name: string | RegExp) =>
    opened.frame.getByRole("heading", { name }).first().waitFor(WAIT);

  test("the overview says what is done and what is left, and leads to the theme editor", async () => {
    const opened = await admin.open(shop.domain);
    const { frame } = opened;
    await heading(opened, "Setup");
    await frame.getByText("4 of 5 steps are done.").waitFor(WAIT);
    const link = frame.getByRole("link", { name: "Open the theme editor" });
    const url = new URL((await link.getAttribute("href")) ?? "");
    expect(url.origin).toBe(`https://${shop.domain}`);
    expect(url.searchParams.get("activateAppId")).toBe(`${all.shopify.keys.clientId}/lazy-images`);
    expect(await link.getAttribute("target")).toBe("_top");
    await frame.getByText(/29 images looked after/).waitFor(WAIT);
    await heading(opened, "What Shopify does by itself");
    await frame
      .getByText("npx freshet-theme rewrite theme --endpoint https://hat-shop.freshet.test --write")
      .waitFor(WAIT);
    await expectSound(opened, "overview");
    expect(await frame.evaluate("document.cookie")).toBe("");
    expect(await opened.page.context().cookies()).toEqual([]);
    await opened.close();
  });

  test("the state of the embed is handed on, and ends the setup", async () => {
    admin.embed = "active";
    const opened = await admin.open(shop.domain);
    await heading(opened, "Everything is set up");
    await opened.frame.getByText("Lazy pictures of the published theme come from Freshet.").waitFor(WAIT);
    expect((await all.app.ask(shop.domain, "/api/home")).body.embed.status).toBe("active");
    await opened.close();
  });

  test("images are listed with their pictures, turned page by page, searched and filtered", async () => {
    const opened = await admin.open(shop.domain);
    const { frame, page } = opened;
    await heading(opened, "Freshet");
    // By Shopify's own navigation, which loads no new document.
    await page.getByRole("button", { name: "Images" }).click();
    await heading(opened, "Images");
    const links = () => frame.locator('s-link[href^="/app/images/"]').count();
    await frame.getByRole("link", { name: "hat.jpg" }).waitFor(WAIT);
    expect(await links()).toBe(25);
    expect(new URL(await page.evaluate<string>("location.href")).pathname).toBe("/apps/freshet/app/images");
    // Every picture in sight is there, from Freshet.
    await frame.waitForFunction(
      () => {
        const shown = [...document.querySelectorAll("s-thumbnail")].slice(0, 5);
        return shown.every((each) => (each.shadowRoot?.querySelector("img")?.naturalWidth ?? 0) > 0);
      },
      undefined,
      WAIT,
    );
    expect(await frame.locator("s-thumbnail").first().getAttribute("src")).toMatch(
      /^https:\/\/hat-shop\.freshet\.test\/v7\/.*&w=80/,
    );
    await expectSound(opened, "images");

    expect(await frame.getByRole("button", { name: "Newer" }).isDisabled()).toBe(true);
    await frame.getByRole("button", { name: "Older" }).click();
    await until(all.app, async () => ((await links()) === 4 ? true : undefined));
    await frame.getByRole("button", { name: "Newer" }).click();
    await until(all.app, async () => ((await links()) === 25 ? true : undefined));

    await frame.getByLabel("Search by file name").fill("scarf-1");
    await until(all.app, async () => ((await links()) === 10 ? true : undefined));
    await frame.getByLabel("Search by file name").fill("no such thing");
    await heading(opened, "No image has that in its name");
    await frame.getByLabel("Search by file name").fill("");
    await frame.getByLabel("State").selectOption("failed");
    await heading(opened, "No change has failed");
    await expectSound(opened, "images-none-failed");
    await opened.close();

    const again = await admin.open(
      shop.domain,
      `/app/images?state=all&search=${encodeURIComponent("<IMG src=x")}`,
    );
    await again.frame.getByRole("link", { name: `${HOSTILE}.jpg` }).waitFor(WAIT);
    await expectSound(again, "images-hostile");
    await again.close();
  });

  test("an image shows what it is, where it is shown and what happened to it, and is fetched anew by the keyboard", async () => {
    const opened = await admin.open(shop.domain, "/app/images?search=hat.jpg");
    const { frame, page } = opened;
    await frame.getByRole("link", { name: "hat.jpg" }).focus();
    await page.keyboard.press("Enter");
    await heading(opened, "hat.jpg");
    await frame.getByText(`Hat ${HOSTILE}`).first().waitFor(WAIT);
    // Whoever came first: the webhook, or the poll.
    await frame
      .getByText(/Shopify told of it|Found among the files/)
      .first()
      .waitFor(WAIT);
    await frame.waitForFunction(
      () => (document.querySelector("s-image")?.shadowRoot?.querySelector("img")?.naturalWidth ?? 0) > 0,
      undefined,
      WAIT,
    );
    const since = await newestChange(all.app, shop);
    await frame.getByRole("button", { name: "Fetch anew everywhere" }).focus();
    await page.keyboard.press("Enter");
    await frame.getByText("Fetched anew").first().waitFor(WAIT);
    expect(await opened.toasts()).toEqual([{ text: "It is being fetched anew everywhere.", isError: false }]);
    await doneChange(all.app, shop, { path: hat.path, after: since });
    await until(all.app, async () =>
      (await frame.locator('s-badge[tone="success"]').first().count()) === 1 ? true : undefined,
    );
    await expectSound(opened, "image");
    await opened.close();
  });

  test("changes say what changed, why, and when it had arrived", async () => {
    const opened = await admin.open(shop.domain, "/app/changes");
    const { frame } = opened;
    await heading(opened, "Changes");
    await frame.getByText("Replaced").first().waitFor(WAIT);
    await frame
      .getByText(/Everywhere at/)
      .first()
      .waitFor(WAIT);
    expect(await frame.getByRole("link", { name: "In Shopify" }).first().getAttribute("href")).toMatch(
      /^https:\/\/admin\.shopify\.com\/store\/hat-shop\//,
    );
    await expectSound(opened, "changes");
    await opened.close();
  });

  test("a change that failed says why, is found by its state, and can be tried again", async () => {
    const remark = "Node http://10.0.0.5:6081 did not answer.";
    failNewest(all.app.dataFolder, remark);
    const opened = await admin.open(shop.domain, "/app/images?state=failed");
    const { frame } = opened;
    await frame.getByRole("link", { name: "hat.jpg" }).waitFor(WAIT);
    await frame.locator('s-badge[tone="critical"]').first().waitFor(WAIT);
    await expectSound(opened, "images-failed");
    await frame.getByRole("link", { name: "hat.jpg" }).click();
    await frame.getByText(remark).first().waitFor(WAIT);
    await expectSound(opened, "image-failed");
    const since = await newestChange(all.app, shop);
    await frame.getByRole("button", { name: "Fetch anew everywhere" }).click();
    await doneChange(all.app, shop, { path: hat.path, after: since });
    await frame.locator('.facts s-badge[tone="success"]').waitFor(WAIT);
    await opened.close();
  });

  test("while something is asked for, the page says so", async () => {
    admin.tokenMs = 1_500;
    try {
      const opened = await admin.open(shop.domain, "/app/changes");
      await opened.frame.getByText("Looking for changes …").waitFor(WAIT);
      await expectSound(opened, "loading");
      await heading(opened, "Changes");
      await opened.frame.getByText("Replaced").first().waitFor(WAIT);
      await opened.close();
    } finally {
      admin.tokenMs = 0;
    }
  });

  test("the switch is asked about before it is thrown, by keyboard too, and reaches the visitors", async () => {
    const { body: home } = await all.app.ask(shop.domain, "/api/home");
    const url = `http://hat-shop.freshet.test:${new URL(all.freshet.url).port}/v7/${shop.url}/cdn/shop/${hat.path}?w=90&vh=${hat.version}`;
    expect(home.shop.is_on).toBe(true);
    const opened = await admin.open(shop.domain, "/app/delivery");
    const { frame, page } = opened;
    await heading(opened, "Delivery");
    await expectSound(opened, "delivery");
    const off = frame.getByRole("button", { name: "Switch off", exact: true }).first();
    await off.focus();
    await page.keyboard.press("Enter");
    await frame.getByText("Switch Freshet off?").first().waitFor(WAIT);
    await expectSound(opened, "delivery-question");
    await page.keyboard.press("Escape");
    await frame
      .getByText("Switch Freshet off?")
      .first()
      .waitFor({ ...WAIT, state: "hidden" });
    expect((await all.app.ask(shop.domain, "/api/home")).body.shop.is_on).toBe(true);

    await off.click();
    await frame.locator("#question").getByRole("button", { name: "Switch off" }).click();
    await frame.getByRole("button", { name: "Switch on" }).waitFor(WAIT);
    await until(all.app, async () => ((await visit(url)).status === 302 ? true : undefined));
    await heading(opened, "Freshet is switched off");
    await expectSound(opened, "delivery-off");
    await frame.getByRole("button", { name: "Switch on" }).click();
    await frame.getByRole("button", { name: "Switch off" }).waitFor(WAIT);
    await until(all.app, async () => ((await visit(url)).status === 200 ? true : undefined));

    await frame.getByRole("button", { name: "Fetch all anew" }).click();
    await frame.locator("#question").getByRole("button", { name: "Fetch all anew" }).click();
    await until(all.app, async () =>
      (await opened.toasts()).some(({ text }) => text === "Every picture is being fetched anew.")
        ? true
        : undefined,
    );
    await frame.getByRole("button", { name: "Look through all now" }).click();
    await until(all.app, async () => {
      const { body } = await all.app.ask(shop.domain, "/api/sweep");
      return body.state === "done" && body.finished_at > home.sweep.finished_at ? true : undefined;
    });
    expect((await opened.toasts()).filter(({ isError }) => isError)).toEqual([]);
    await opened.close();
  });

  test.each([
    ["overview", "/"],
    ["images", "/app/images"],
  ])("are quick: %s", async (_name, path) => {
    const isQuick = ({ paintMs, shift }: Times) => paintMs < 2_500 && shift < 0.1;
    let times: Times;
    // The best of three is what the page can do; the others are what other programs did to it.
    for (let turn = 0; ; turn += 1) {
      const opened = await admin.open(shop.domain, path);
      await opened.frame.locator("s-section").first().waitFor(WAIT);
      await opened.frame
        .locator('[data-state="loading"]')
        .first()
        .waitFor({ ...WAIT, state: "hidden" });
      times = await opened.frame.evaluate(timesOf);
      await opened.close();
      if (isQuick(times) || turn === 2) break;
    }
    console.log(path, times);
    expect(isQuick(times), JSON.stringify(times)).toBe(true);
    expect(times.bytes).toBeGreaterThan(1_000);
    expect(times.bytes).toBeLessThan(60_000);
  });

  test("an empty shop is told what will be there", async () => {
    const fresh = await all.shopify.shop("new-shop");
    admin.embed = "available";
    const opened = await admin.open(fresh.domain);
    await heading(opened, "Setup");
    await install(all.app, fresh);
    await opened.frame.getByText("4 of 5 steps are done.").waitFor(WAIT);
    await expectSound(opened, "empty-overview");
    await opened.page.getByRole("button", { name: "Images" }).click();
    await heading(opened, "No images yet");
    await expectSound(opened, "empty-images");
    await opened.page.getByRole("button", { name: "Changes" }).click();
    await heading(opened, "Nothing has changed yet");
    await expectSound(opened, "empty-changes");
    await opened.close();
  });

  test.each([
    ["overview", "/"],
    ["images", "/app/images"],
    ["changes", "/app/changes"],
    ["delivery", "/app/delivery"],
  ])("%s fits a narrow frame", async (name, path) => {
    const opened = await admin.open(shop.domain, path, { width: NARROW, height: 900 });
    await opened.frame.locator("s-section").first().waitFor(WAIT);
    await opened.frame
      .locator('[data-state="loading"]')
      .first()
      .waitFor({ ...WAIT, state: "hidden" });
    await expectSound(opened, `narrow-${name}`);
    await opened.close();
  });

  test("an image fits a narrow frame", async () => {
    const { body } = await all.app.ask(shop.domain, "/api/assets?search=hat.jpg");
    const opened = await admin.open(shop.domain, `/app/images/${body.assets[0].id}`, { width: NARROW });
    await heading(opened, "hat.jpg");
    await expectSound(opened, "narrow-image");
    await opened.close();
  });

  test("what is not there, and an app that is away, are said, and the page comes back by itself", async () => {
    const nothing = await admin.open(shop.domain, "/app/images/0000000000000000");
    await heading(nothing, "This shop has no such image.");
    await nothing.page.screenshot({ path: join(SCREENS, "image-unknown.png") });
    await nothing.close();
    const wrong = await admin.open(shop.domain, "/app/nothing");
    await heading(wrong, "There is no such page");
    await wrong.close();

    const opened = await admin.open(shop.domain);
    await heading(opened, "Images");
    await all.app.halt();
    await heading(opened, "The app cannot be reached now.");
    await opened.page.screenshot({ path: join(SCREENS, "away.png") });
    await all.app.restart();
    await opened.frame
      .locator('[data-state="problem"]')
      .first()
      .waitFor({ ...WAIT, state: "hidden" });
    await opened.close();
  });

  test("while delivery is away it is said what waits, and what is asked for is refused with a reason", async () => {
    await all.freshet.kill();
    try {
      shop.replaceFile(hat.gid, await paint({ red: 9, green: 120, blue: 200 }));
      const opened = await admin.open(shop.domain);
      await heading(opened, "Something needs attention");
      await expectSound(opened, "attention");
      await opened.page.getByRole("button", { name: "Delivery" }).click();
      await opened.frame.getByRole("button", { name: "Fetch all anew" }).click();
      await opened.frame.locator("#question").getByRole("button", { name: "Fetch all anew" }).click();
      await until(all.app, async () =>
        (await opened.toasts()).some(
          ({ isError, text }) => isError && text.startsWith("The delivery server does not answer"),
        )
          ? true
          : undefined,
      );
      await opened.close();
    } finally {
      await all.freshet.restart();
    }
  });

  test("nobody but Shopify's admin can frame the app, and only the shop that was proved", async () => {
    const good = await admin.open(shop.domain);
    await heading(good, "Freshet");
    await good.close();
    const evil = await admin.open(shop.domain, "/", { by: "https://evil.test" });
    expect(evil.troubles.join("\n")).toMatch(/frame-ancestors/);
    expect(await evil.frame.locator("s-page").count()).toBe(0);
    await evil.close();
  });

  test("a frame that is reloaded when its token has ended comes back by itself", async () => {
    const opened = await admin.open(shop.domain, "/app/changes", { tokenS: -300 });
    await heading(opened, "Changes");
    await opened.frame.getByText("Replaced").first().waitFor(WAIT);
    await opened.close();
  });

  test("where Polaris is there, its elements are used and ours are not", async () => {
    admin.polaris = [...manifest.keys()]
      .map((tag) => `customElements.define(${JSON.stringify(tag)}, class extends HTMLElement {});`)
      .join("\n");
    try {
      const opened = await admin.open(shop.domain);
      await opened.frame.waitForFunction(
        () => document.querySelector("s-section[heading]") !== null,
        undefined,
        WAIT,
      );
      expect(await opened.frame.evaluate("document.documentElement.className")).toBe("");
      expect(await opened.frame.evaluate("document.querySelector('s-page').shadowRoot")).toBe(null);
      expect(opened.troubles).toEqual([]);
      await opened.close();
    } finally {
      admin.polaris = "";
    }
  });

  test("where App Bridge is kept away, the page says so", async () => {
    const opened = await admin.open(shop.domain, "/", { by: ADMIN });
    await opened.frame.evaluate(
      "delete window.shopify; history.pushState(null, '', '/app/changes'); dispatchEvent(new PopStateEvent('popstate'))",
    );
    await heading(opened, "Shopify's App Bridge did not load");
    await expectSound(opened, "stranger");
    await opened.close();
  });
});

/** Makes the newest change one that did not arrive, as a node that is down for long does. */
function failNewest(folder: string, remark: string): void {
  const db = new DatabaseSync(join(folder, "shopify.db"), { timeout: 10_000 });
  try {
    db.prepare(
      `update connectorshopify_inbox set state = 'failed', remark = ?
        where id = (select id from connectorshopify_inbox order by received_at desc limit 1)`,
    ).run(remark);
  } finally {
    db.close();
  }
}

interface Times {
  /** Milliseconds until the largest paint. */
  readonly paintMs: number;
  /** How much moved that nobody had moved. */
  readonly shift: number;
  /** What the app's own script and style sheet weigh. */
  readonly bytes: number;
}

function timesOf(): Promise<Times> {
  const seen = (type: string) =>
    new Promise<PerformanceEntry[]>((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type, buffered: true });
      // There may have been none.
      setTimeout(() => resolve([]), 300);
    });
  return Promise.all([seen("largest-contentful-paint"), seen("layout-shift")]).then(([paints, shifts]) => ({
    paintMs: Math.max(...paints.map(({ startTime }) => startTime)),
    shift: shifts.reduce((sum, each) => sum + ((each as { value?: number }).value ?? 0), 0),
    bytes: performance
      .getEntriesByType("resource")
      .filter(({ name }) => new URL(name).pathname.startsWith("/assets/"))
      .reduce((sum, each) => sum + (each as PerformanceResourceTiming).encodedBodySize, 0),
  }));
}
