import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, missingBrowser, openBrowser, type Page, type View } from "../support/browser.ts";
import { missingPart } from "../support/find.ts";
import { full } from "../support/size.ts";
import { CACHE } from "../support/wordpress/cache.ts";
import { runPhp } from "../support/wordpress/php.ts";
import { wordpressIsMissing } from "../support/wordpress.ts";
import { type Blog, startBlog } from "./blog.ts";

const missing =
  wordpressIsMissing() ?? missingPart("Chromium", missingBrowser().length === 0, "apt-get install chromium");

const THEMES = ["twentytwentyfive", "classic"];
const SIZES = [
  { width: 390, height: 844 },
  { width: 820, height: 1180 },
  { width: 1440, height: 900 },
];
const DENSITIES = [1, 2];
const EVERY_VIEW: readonly View[] = SIZES.flatMap((size) =>
  DENSITIES.map((deviceScaleFactor) => ({ ...size, deviceScaleFactor })),
);
/** At reduced size the first and the last: the smallest screen at one density, the largest at two. */
const VIEWS = EVERY_VIEW.filter((_, at) => full || at === 0 || at === EVERY_VIEW.length - 1);
/** Loads of a page with and without the plugin that are compared. */
const LOADS = full ? 15 : 4;
const MOST_LOADS = full ? 30 : 16;
const LOADED_MS = 60_000;
/** Where screenshots are left for people to look at. */
const SCREENS = join(CACHE, "wordpress-screens");

/** What the page says of one of its images, once all are loaded. */
interface Shown {
  readonly src: string;
  readonly naturalWidth: number;
  /** CSS pixels. */
  readonly width: number;
  /** The widths that the image offers; none for other lists. */
  readonly offered: readonly number[];
  /** CSS pixels that `sizes` promises; the box where it leaves that to the browser. */
  readonly slot: number;
  readonly ratio: number;
  readonly isSkipped: boolean;
}

describe.skipIf(missing)(`pages of WordPress in Chromium ${missing ?? ""}`, () => {
  let blog: Blog;
  let browser: Browser;

  beforeAll(async () => {
    await mkdir(SCREENS, { recursive: true });
    [blog, browser] = await Promise.all([startBlog(1800), openBrowser()]);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await blog?.stop();
  });

  for (const theme of THEMES) {
    test(`show every picture through Freshet, at the right size for each screen, theme ${theme}`, async () => {
      await runPhp(blog.wordpress.site, `switch_theme( '${theme}' );`);
      for (const view of VIEWS) {
        const name = `${theme} ${view.width}x${view.height}@${view.deviceScaleFactor}`;
        const { page, answers, failures } = await open(browser, blog, view);
        const images = await shownImages(page);
        const path = join(SCREENS, `${name.replaceAll(" ", "-")}.png`);
        // A shot of the whole page changes the screen, and with it the sizes that fit: the second one has them. A fixed background
        // is drawn where the screen was, with the plugin and without: it has a shot of its own.
        for (let shot = 0; shot < 2; shot += 1) await page.screenshot({ path, fullPage: true });
        expect(images.length, name).toBeGreaterThan(8);
        for (const image of images) {
          expect(image.naturalWidth, `${name} ${image.src}`).toBeGreaterThan(0);
          if (image.isSkipped || image.src.startsWith("data:")) continue;
          expect(image.src.startsWith(`${blog.freshet.url}/v7/`), `${name} ${image.src}`).toBe(true);
          expectRightSize(image, name);
        }
        expect(failures, name).toEqual([]);
        expect(answers.length, name).toBeGreaterThan(5);
        expect(answers.filter(({ status, type }) => status !== 200 || !/^image\//.test(type))).toEqual([]);
        // The backgrounds: a fixed cover, a filled column, a group, a style attribute, a style sheet.
        const asked = answers.map(({ url }) => url).join("\n");
        expect(asked, name).toMatch(/\/wide\.jpg\?vh=/);
        expect(asked, name).toMatch(/\/landscape\.jpg\?vh=/);
        expect(asked, name).toMatch(/\/logo\.png\?vh=/);
        expect(await coloursOfFixedCover(page, path.replace(".png", "-fixed.png")), name).toBeGreaterThan(30);
        await page.close();
        await expectSmallestThatIsEnough(browser, blog.short, view, name);
      }
    }, 600_000);
  }

  test("show their largest picture no later than without the plugin", async () => {
    const [on, off]: [number[], number[]] = [[], []];
    const view = { width: 1440, height: 900 };
    const load = async (isOn: boolean) => {
      const page = await browser.page(view);
      const query = isOn ? "" : "?without=1";
      await page.goto(`${blog.short}${query}`, { waitUntil: "load" });
      const time = await page.evaluate(largestPaint);
      await page.close();
      return time;
    };
    await load(true);
    await load(false);
    const isNoLater = () => Math.min(...on) <= Math.min(...off) * 1.1 + 30;
    // The best load is what the page can do; the others are what other programs did to it.
    for (let turn = 0; turn < MOST_LOADS && (turn < LOADS || !isNoLater()); turn += 1) {
      on.push(await load(true));
      off.push(await load(false));
    }
    const say = (times: readonly number[]) =>
      `${Math.round(Math.min(...times))} ms at best, ${Math.round(times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0)} ms in the middle of ${times.length}`;
    console.log(`largest paint: ${say(on)} with Freshet, ${say(off)} without`);
    expect(isNoLater(), `${on} with Freshet, ${off} without`).toBe(true);
  }, 600_000);

  test("show originals while Freshet is down, without a handler on any image", async () => {
    const { port } = blog.freshet;
    await blog.freshet.kill();
    const { page } = await open(browser, blog, { width: 820, height: 1180 });
    const images = await shownImages(page);
    await page.screenshot({ path: join(SCREENS, "down.png"), fullPage: true });
    const real = images.filter(({ src }) => !src.startsWith("data:"));
    expect(real.length).toBeGreaterThan(8);
    for (const { src, naturalWidth } of real) {
      expect(src.startsWith(`${blog.wordpress.url}/wp-content/uploads/`), src).toBe(true);
      expect(naturalWidth, src).toBeGreaterThan(0);
    }
    const html = await blog.page(blog.long);
    expect(html).toContain(`127.0.0.1:${port}/v7/`);
    expect(html).not.toMatch(/<(?:img|source|picture)[^>]*\sonerror/i);

    // The schedule notices, and pages that are made from then on name originals.
    await runPhp(blog.wordpress.site, "freshet()->outage->look(); freshet()->outage->look();");
    expect(await blog.page(blog.long)).not.toContain(`127.0.0.1:${port}/v7/`);
    await page.close();

    await blog.freshet.restart();
    await runPhp(blog.wordpress.site, "freshet()->outage->look();");
    expect(await blog.page(blog.long)).toContain(`127.0.0.1:${port}/v7/`);
  }, 600_000);
});

interface Answer {
  readonly url: string;
  readonly status: number;
  readonly type: string;
}

/** Opens the post with every block, brings all of it into view and waits for its images. */
async function open(browser: Browser, blog: Blog, view: View) {
  const page = await browser.page(view);
  const answers: Answer[] = [];
  const failures: string[] = [];
  page.on("response", (response) => {
    if (!response.url().startsWith(`${blog.freshet.url}/`)) return;
    answers.push({
      url: response.url(),
      status: response.status(),
      type: response.headers()["content-type"] ?? "",
    });
  });
  page.on("requestfailed", (request) => {
    const fault = request.failure()?.errorText ?? "";
    // The browser chose another size while one was on its way.
    if (fault !== "net::ERR_ABORTED") failures.push(`${request.url()} ${fault}`);
  });
  page.on("pageerror", (error) => failures.push(error.message));
  await page.goto(blog.long, { waitUntil: "load" });
  const begun = Date.now();
  for (;;) {
    // Lazy images load when they come near the screen; those that a script fills have nothing to load yet, and of a column that
    // its picture fills WordPress shows the background and one pixel of the image.
    const unfinished = await page.evaluate(() => {
      const waiting = [...document.images].filter(
        (image) =>
          image.getAttribute("src") &&
          image.getBoundingClientRect().width > 1 &&
          !(image.complete && image.naturalWidth > 0),
      );
      waiting[0]?.scrollIntoView({ behavior: "instant", block: "center" });
      return waiting.map((image) => image.outerHTML);
    });
    if (unfinished.length === 0) break;
    if (Date.now() - begun > LOADED_MS) throw new Error(`Not loaded: ${unfinished.join(" ")}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await page.evaluate(() => window.scrollTo(0, 0));
  return { page, answers, failures };
}

function shownImages(page: Page): Promise<readonly Shown[]> {
  return page.evaluate(() =>
    [...document.images]
      .filter((image) => image.getAttribute("src") && image.getBoundingClientRect().width > 1)
      .map((image) => ({
        src: image.currentSrc,
        naturalWidth: image.naturalWidth,
        width: image.getBoundingClientRect().width,
        offered: [...image.srcset.matchAll(/ (\d+)w/g)].map(([, width]) => Number(width)),
        // WordPress writes nothing else: "(max-width: 300px) 100vw, 300px".
        slot: image.sizes.startsWith("auto")
          ? image.getBoundingClientRect().width
          : Math.min(window.innerWidth, Number(/(\d+)px$/.exec(image.sizes)?.[1] ?? window.innerWidth)),
        ratio: window.devicePixelRatio,
        isSkipped: image.classList.contains("no-freshet"),
      })),
  );
}

/**
 * The chosen picture has at least as many pixels as the screen shows of it, where the image offers that many. It may have more:
 * a browser takes a larger one that it has already, and pages with every block have full pictures as backgrounds.
 */
function expectRightSize({ src, width, offered, ratio }: Shown, name: string): void {
  if (offered.length < 2 || width === 0) return;
  const asked = widthOf({ src, offered });
  expect(offered, `${name} ${src}`).toContain(asked);
  const needed = width * ratio;
  const enough = offered.filter((each) => each >= needed - 1);
  expect(asked, `${name}: ${src} for ${width} CSS pixels`).toBeGreaterThanOrEqual(
    enough.length > 0 ? needed - 1 : Math.max(...offered),
  );
}

/** The width of the chosen picture; without `w` it is the full one. */
const widthOf = ({ src, offered }: Pick<Shown, "src" | "offered">) =>
  Number(/[?&]w=(\d+)/.exec(src)?.[1] ?? Math.max(...offered));

/**
 * On a page whose pictures are there once, a browser that has seen nothing chooses the smallest one offered that fills the width
 * named by `sizes`. At two device pixels it may choose one a little smaller, by its own rule, which still fills the box.
 */
async function expectSmallestThatIsEnough(browser: Browser, url: string, view: View, name: string) {
  const page = await browser.page(view);
  await page.goto(url, { waitUntil: "load" });
  const images = (await shownImages(page)).filter(({ offered }) => offered.length > 1);
  expect(images.length, `${name} ${url}`).toBeGreaterThan(0);
  for (const image of images) {
    expectRightSize(image, `${name} short`);
    const needed = image.slot * image.ratio;
    const enough = image.offered.filter((width) => width >= needed);
    expect(widthOf(image), `${name}: ${image.src} for ${image.slot} CSS pixels`).toBeLessThanOrEqual(
      Math.min(...enough, Math.max(...image.offered)),
    );
  }
  await page.close();
}

/** How many shades the fixed cover has on the screen, once it is brought into view: a picture many, its grey veil alone few. */
async function coloursOfFixedCover(page: Page, path: string): Promise<number> {
  await page.evaluate(() =>
    document
      .querySelector(".wp-block-cover.has-parallax")
      ?.scrollIntoView({ behavior: "instant", block: "center" }),
  );
  const shot = sharp(await page.screenshot({ path }));
  const { width, height } = await shot.metadata();
  // Its middle: no screen of ours shows less of it.
  const [left, top] = [Math.round(width * 0.4), Math.round(height * 0.4)];
  const size = { width: Math.round(width * 0.2), height: Math.round(height * 0.2) };
  const { data } = await shot
    .extract({ left, top, ...size })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const shades = new Set<number>();
  for (let at = 0; at < data.length; at += 3) shades.add(data.readUIntBE(at, 3));
  return shades.size;
}

/** Milliseconds from the first byte of the page, which PHP takes its time for, to its largest paint. */
function largestPaint(): Promise<number> {
  return new Promise((resolve) => {
    const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    let last = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) last = entry.startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(() => resolve(last - (page?.responseStart ?? 0)), 150);
  });
}
