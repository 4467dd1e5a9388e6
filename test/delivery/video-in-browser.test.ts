import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, missingBrowser, openBrowser, type Page } from "../support/browser.ts";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { drawFilm, missingFfmpeg } from "../support/video.ts";

const missing = [...missingBrowser(), ...missingFfmpeg()];
if (missing.length > 0 && process.env.CI)
  throw new Error(`Videos cannot be shown here: install ${missing.join(", ")}.`);

let origin: Origin;
let freshet: Freshet;
let browser: Browser;
let page: Page;

const film = (query: string) => `${freshet.url}/v7/_site_/film.mp4${query}`;

describe.skipIf(missing.length > 0)("a browser", () => {
  beforeAll(async () => {
    origin = await startOrigin();
    const pictures = "testsrc=s=640x360:r=25:d=3";
    const sound = "sine=frequency=330:duration=3";
    origin.put("/film.mp4", await drawFilm({ pictures, sound, more: ["-c:a", "aac"] }), {
      "content-type": "video/mp4",
    });
    freshet = await startFreshet({
      config: { ...demoOf(origin), limits: { videoWaitMs: 60_000 } },
    });
    browser = await openBrowser();
    page = await browser.page({ width: 1_000, height: 700 });
  });
  afterAll(async () => {
    await browser?.close();
    await freshet?.stop();
    await origin?.close();
  });

  test("plays clips of both formats and the video itself, and shows poster and preview", async () => {
    const video = (id: string, query: string) =>
      `<video id="${id}" src="${film(query)}" poster="${film("?format=poster&w=320")}" width="320" muted controls></video>`;
    await page.setContent(`<!doctype html><style>body{font:14px sans-serif}figure{display:inline-block;margin:8px}</style>
      <figure>${video("mp4", "?w=320&h=240&func=fit&bg_color=1d2b53&format=mp4")}</figure>
      <figure>${video("webm", "?w=320&format=webm")}</figure>
      <figure>${video("itself", "")}</figure>
      <figure><img id="poster" src="${film("?format=poster&t=1&w=320&radius=40&force_format=png")}"></figure>
      <figure><img id="preview" src="${film("?format=preview&w=320")}"></figure>`);
    await page.evaluate("Promise.all([...document.querySelectorAll('video')].map((each) => each.play()))");
    await page.waitForFunction(
      "[...document.querySelectorAll('video')].every((each) => each.currentTime > 0.5)" as never,
      undefined,
      { timeout: 60_000 },
    );
    const sizes = await page.evaluate<Record<string, readonly number[]>>(
      "Object.fromEntries([...document.querySelectorAll('video')].map((each) => [each.id, [each.videoWidth, each.videoHeight]]))",
    );
    expect(sizes).toEqual({ mp4: [320, 240], webm: [320, 180], itself: [640, 360] });
    // In the middle of a film: the part is asked for.
    await page.evaluate(
      "new Promise((resolve) => { itself.pause(); itself.onseeked = resolve; itself.currentTime = 2.5 })",
    );
    const pictures = await page.evaluate<Record<string, readonly number[]>>(
      "Promise.all([poster, preview].map((each) => each.decode())).then(() => Object.fromEntries([poster, preview].map((each) => [each.id, [each.naturalWidth, each.naturalHeight]])))",
    );
    expect(pictures).toEqual({ poster: [320, 180], preview: [320, 180] });
    const { FRESHET_TEST_SHOTS: shots } = process.env;
    if (shots) await page.screenshot({ path: `${shots}/videos.png` });
  });
});
