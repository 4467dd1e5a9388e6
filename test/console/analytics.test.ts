import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ask } from "../support/ask.ts";
import { missingBrowser } from "../support/browser.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { type Console, startConsole, type Watched } from "./console.ts";
import type { Tab } from "./tab.ts";
import { judge, visit } from "./visit.ts";

const missing = missingBrowser().join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the console is tested, but ${missing} is missing.`);

const EVIL = `/v7/_shop_/portrait.jpg?w=90&x="><img/src=x/onerror=alert(1)>`;
const HOST = "demo.images.example";
const HOUR = 3_600_000;
const HOURS = 46;
const SLOW_MS = 150;

const JPEG = { "content-type": "image/jpeg" };

/** A picture that is worth making smaller: colours that run into each other, with grain. */
async function photograph(): Promise<Buffer> {
  const [width, height] = [1_200, 800];
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at += 1) {
    const [column, row] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    pixels[at] = Math.round(
      110 + 80 * Math.sin(column / 90 + (at % 3)) + 40 * Math.sin(row / 37) + (at % 13),
    );
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Real requests of every kind, a batch of a node's lines over two days, and then a wait until all of it is counted. */
async function deliver(all: Console, origin: Origin): Promise<void> {
  const get = (path: string, headers = {}) => ask(all.freshet, HOST, path, headers);
  for (const name of ["landscape", "portrait"]) origin.put(`/${name}.jpg`, await photograph(), JPEG);
  const landscape = "/v7/_shop_/landscape.jpg";
  const browser = { referer: "https://shop.example/hats", "cf-ipcountry": "DE" };
  for (const [accept, query] of [
    ["image/avif,image/webp", "?w=400"],
    ["image/webp", "?w=400"],
    ["*/*", "?w=400"],
    ["image/webp", "?w=200&h=200&func=crop"],
  ] as const) {
    for (let time = 0; time < 4; time += 1) await get(landscape + query, { accept, ...browser });
  }
  for (const size of [100, 120, 140]) await get(`/v7/_shop_/portrait.jpg?w=${size}`, { accept: "*/*" });
  for (let number = 0; number < 3; number += 1) await get(`/v7/_shop_/none-${number}.jpg`);
  await get("/v7/_shop_/hat.jpg");
  origin.delayMs = SLOW_MS;
  await origin.paint("/slow.jpg", { red: 10, green: 90, blue: 160 });
  await get("/v7/_shop_/slow.jpg?w=20");
  const now = Date.now();
  const line = (hour: number) => ({
    at: new Date(now - hour * HOUR).toISOString(),
    ...{ url: `${landscape}?w=400`, status: hour % 11 === 3 ? 304 : 200, bytes: 9_000, format: "avif" },
    ...{ cache: "hit", ms: 2 + (hour % 5), node: "edge-fra-1", country: hour % 3 === 0 ? "FR" : "DE" },
    ...{ referrer: "https://shop.example/", count: Math.round(60 + 50 * Math.sin(hour / 4)) },
  });
  const evil = { url: EVIL, status: 200, bytes: 5_000, cache: "hit", node: "edge-fra-1" };
  const lines = [...Array.from({ length: HOURS }, (_, hour) => line(hour)), evil];
  const sent = await fetch(`${all.freshet.url}/stats/logs/cdn?project=demo`, {
    method: "POST",
    headers: {
      ...{ "content-type": "application/x-ndjson", "freshet-csrf": "1" },
      cookie: `freshet_session=${await all.signIn()}`,
    },
    body: lines.map((each) => JSON.stringify(each)).join("\n"),
  });
  expect(await sent.json()).toMatchObject({ accepted: HOURS + 1, refused: 0 });
  for (const [name, part] of [
    ["slow", "slow.jpg"],
    ["failed", "hat.jpg"],
    ["cdn", "onerror"],
  ] as const) {
    const rows = async () => (await all.ask(`GET /stats/logs/${name}?url=${part}`)).body.rows?.length;
    await vi.waitFor(async () => expect(await rows()).toBeGreaterThan(0), { timeout: 30_000 });
  }
}

describe.skipIf(missing)(`the pages of analytics ${missing ?? ""}`, () => {
  let all: Console;
  let own: Watched;
  let origin: Origin;
  const drawn = (tab: Tab) => tab.locator("[data-drawn]").first();

  beforeAll(async () => {
    origin = await startOrigin();
    all = await startConsole({
      config: {
        analytics: { slowMs: SLOW_MS - 50, countryHeader: "cf-ipcountry" },
        projects: {
          demo: {
            aliases: { _shop_: origin.url },
            origins: { allowPrivate: true },
            apiKey: "client_0123456789abcdef",
          },
        },
      },
    });
    own = await all.tab();
    await deliver(all, origin);
    expect((await all.ask("POST /projects", { name: "empty", settings: {} })).status).toBe(201);
  }, 180_000);
  afterAll(async () => {
    await all?.close();
    await origin?.close();
  }, 60_000);

  test("say that nothing was delivered where nothing was", async () => {
    await visit(all, own, {
      path: "/p/empty/analytics",
      name: "analytics-nothing",
      ready: (tab) => tab.getByText("Nothing was delivered in this period.").first(),
    });
    await own.tab.goto(`${all.freshet.url}/console/p/empty/analytics/logs/failed`);
    await own.tab.getByText("No download failed.").waitFor();
  });

  test.for([
    ["", "overview", "Pictures in use, average"],
    ["/volumetry", "volumetry", "Variants of an original"],
    ["/optimization", "optimization", "AVIF"],
    ["/delivery", "delivery", "ORIGINAL_MISSING"],
  ] as const)("show of a project and of the installation /analytics%s", async ([path, name, text]) => {
    const isThere = (tab: Tab) => tab.getByText(text).first();
    await visit(all, own, {
      path: `/p/demo/analytics${path}?period=7`,
      name: `analytics-${name}`,
      ready: drawn,
      prepare: (tab) => isThere(tab).waitFor(),
    });
    await own.tab.goto(`${all.freshet.url}/console/analytics${path}?period=7&step=10m`);
    await drawn(own.tab).waitFor();
    if (path === "") await own.tab.getByRole("heading", { name: "Projects" }).waitFor();
    else await isThere(own.tab).waitFor();
  });

  test("rank what was asked for", async () => {
    await visit(all, own, {
      path: "/p/demo/analytics/top",
      name: "analytics-top",
      ready: (tab) => tab.getByText("/v7/_shop_/landscape.jpg?w=400").first(),
    });
    await own.tab.getByLabel("What").selectOption("referrers");
    await own.tab.getByText("shop.example").first().waitFor();
    expect(own.tab.url()).toContain("by=referrers");
  });

  test("list each log, narrowed by what the address says", async () => {
    await visit(all, own, {
      path: "/p/demo/analytics/logs/resizes",
      name: "analytics-resizes",
      ready: (tab) => tab.getByText("/v7/_shop_/landscape.jpg?w=400").first(),
    });
    await visit(all, own, {
      path: "/analytics/logs/cdn?url=portrait",
      name: "analytics-cdn",
      ready: (tab) => tab.getByText("edge-fra-1: hit").first(),
    });
    for (const [log, shown] of [
      ["urls", /onerror/],
      ["failed", /\/hat\.jpg$/],
      ["slow?url=slow", /slow\.jpg$/],
    ] as const) {
      await own.tab.goto(`${all.freshet.url}/console/p/demo/analytics/logs/${log}`);
      await own.tab.getByText(shown).first().waitFor();
    }
    expect(own.errors).toEqual([]);
  });

  test("filter a log, turn its pages, and give the same rows as a file", async () => {
    const { tab } = own;
    await tab.goto(`${all.freshet.url}/console/p/demo/analytics/logs/cdn`);
    await tab.getByRole("button", { name: "Next" }).click();
    await tab.getByText("Page 2").waitFor();
    await tab.getByLabel("Status").fill("40");
    await tab.getByRole("button", { name: "Search" }).click();
    await tab.getByText("A status is one such as 404, or 4xx.").waitFor();
    await tab.getByLabel("Status").fill("404");
    await tab.getByRole("button", { name: "Search" }).click();
    await tab.waitForURL(/status=404/);
    await tab.getByText("ORIGINAL_MISSING").first().waitFor();
    await tab.getByText("Page 2").waitFor({ state: "hidden" });
    await judge(all, own, "analytics-filtered");
    const rows = await tab.locator("tbody tr").count();
    const taken = async (name: string) => {
      const download = tab.waitForEvent("download");
      await tab.getByRole("link", { name: `Export as ${name}` }).click();
      const file = await download;
      expect(file.suggestedFilename()).toBe(`freshet-cdn.${name.toLowerCase()}`);
      return readFile(await file.path(), "utf8");
    };
    const csv = await taken("CSV");
    const ndjson = await taken("NDJSON");
    expect(csv.split("\r\n")[0]).toMatch(/^"?at"?,"?project"?,"?url"?/);
    expect(csv.trim().split("\r\n")).toHaveLength(rows + 1);
    const lines = ndjson.trim().split("\n");
    expect(lines).toHaveLength(rows);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ project: "demo", status: 404 });
  });

  test("keep the period and its steps in the address, and tell every figure as a table", async () => {
    const { tab } = own;
    await tab.goto(`${all.freshet.url}/console/p/demo/analytics/delivery?period=7`);
    await drawn(tab).waitFor();
    await tab.getByLabel("Steps").selectOption("hour");
    await tab.waitForURL(/period=7&step=hour/);
    await tab.getByRole("link", { name: "Volumetry" }).click();
    await tab.waitForURL(/volumetry\?period=7&step=hour/);
    await drawn(tab).waitFor();
    // What is told at the pointer stays within a narrow page.
    await tab.setViewportSize({ width: 360, height: 740 });
    await drawn(tab).click({ position: { x: 120, y: 90 } });
    await tab
      .locator("[data-tip]")
      .getByText(/\bUTC$/)
      .waitFor();
    await judge(all, own, "analytics-pointed");
    await tab.getByText("Figures of Requests").click();
    const table = tab.getByRole("group", { name: "Requests" });
    await table.waitFor();
    await expect.poll(() => table.getByRole("row").count()).toBeGreaterThan(6 * 24);
    await tab.getByRole("combobox", { name: "Period" }).selectOption("own");
    await tab.getByLabel("From").fill("2026-02-01");
    await tab.getByLabel("To", { exact: true }).fill("2026-01-01");
    await tab.getByText("The first day lies after the last one.").waitFor();
    expect(own.errors).toEqual([]);
  });

  test("are not shown to whoever may not see them", async () => {
    const user = await all.ask("POST /access/users", {
      email: "kim@shop.example",
      name: "Kim",
      rights: { projects: { empty: "read" } },
    });
    expect(user.status).toBe(201);
    const password = "nobody rows up a river twice";
    // Whoever follows a link is signed in by it: nobody may be before.
    const made = await all.ask("POST /access/invitation", { token: user.body.invitation, password }, "");
    expect(made.status).toBe(201);
    const session = await all.signIn({ email: "kim@shop.example", password });
    const other = await all.tab(session);
    await other.tab.goto(`${all.freshet.url}/console/analytics`);
    await other.tab.getByText("Your rights do not reach this page.").waitFor();
    await other.tab.goto(`${all.freshet.url}/console/p/demo/analytics`);
    await other.tab.getByText("Your rights do not reach this page.").waitFor();
    await other.tab.goto(`${all.freshet.url}/console/p/empty/analytics/volumetry`);
    await other.tab.getByText("Nothing was delivered in this period.").first().waitFor();
  });
});
