import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { full } from "../support/size.ts";
import type { Answer } from "./app.ts";
import {
  doneChange,
  newestChange,
  paint,
  type ShopifyInstallation,
  startShopifyInstallation,
  until,
} from "./installation.ts";
import type { LocalFile, LocalShop } from "./local/shop.ts";

const FILES = full ? 50_000 : 3_000;
/** Pages of files ask for some 750 points each. What a large shop's plan holds and gives a second; fewer files wait for a smaller one. */
const BUCKET = full ? { most: 20_000, perSecond: 1_000 } : { most: 2_000, perSecond: 2_000 };
/** What a walk may add to the memory of the app, whatever the number of files. */
const MOST_GROWTH = 120 * 2 ** 20;
const PATIENCE_MS = full ? 1_800_000 : 90_000;

let all: ShopifyInstallation;
let shop: LocalShop;
const files: LocalFile[] = [];

beforeAll(async () => {
  all = await startShopifyInstallation({
    env: { FRESHET_SHOPIFY_PACE: "debounceMs=100,pollMs=3600000,bulkMs=100,sweepMs=86400000" },
  });
  shop = await all.shopify.shop("large-shop");
  Object.assign(all.shopify.api.bucketOf(shop), BUCKET, { available: BUCKET.most });
  const bytes = await paint({ red: 1, green: 2, blue: 3 });
  // Put there long ago: only the walk can find them.
  const longAgo = Date.now() - 30 * 86_400_000;
  for (let index = 0; index < FILES; index += 1) {
    const file = shop.addFile({ path: `files/p-${index}.jpg`, bytes });
    files.push(Object.assign(file, { updatedAt: longAgo + index }));
  }
}, PATIENCE_MS);
afterAll(() => all?.stop());

/** Bytes of memory that the app's process holds now; what its collector has not given back counts. */
const memory = () =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${all.app.pid()}/status`, "utf8"))?.[1] ?? 0) * 1_024;
const sweep = async (): Promise<Answer> => (await all.app.ask(shop.domain, "/api/sweep")).body;

/** Watches a sweep to its end; answers how far it was at each look, and the most memory meanwhile. */
async function watch(each: (state: Answer) => Promise<void> | void = () => {}) {
  const seen: number[] = [];
  let most = 0;
  for (const end = Date.now() + PATIENCE_MS; ; await new Promise((resolve) => setTimeout(resolve, 25))) {
    const state = await sweep();
    seen.push(state.seen);
    most = Math.max(most, memory());
    if (state.state === "done") return { seen, most, state };
    await each(state);
    if (Date.now() > end) throw new Error(`${JSON.stringify(state)}\n${all.app.logs().slice(-4_000)}`);
  }
}

test(
  "all images of a large shop are looked through within the budget, in flat memory, with progress, and through a kill",
  async () => {
    await all.app.ask(shop.domain, "/api/home");
    await until(all.app, async () => ((await sweep()).state === "running" ? true : undefined));
    const before = memory();
    let killedAt: number | undefined;
    const { seen, most, state } = await watch(async ({ seen: now }) => {
      if (killedAt !== undefined || now < FILES / 4) return;
      killedAt = now;
      await all.app.restart("SIGKILL");
    });
    expect(killedAt).toBeGreaterThan(0);
    expect(state).toMatchObject({ state: "done", seen: FILES, total: FILES, by: "bulk", error: null });
    // It went on where it was: no look after the kill is behind the one before it.
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(3);
    expect(most - before).toBeLessThan(MOST_GROWTH);
    const { body: home } = await all.app.ask(shop.domain, "/api/home");
    expect(home.images).toMatchObject({ present: FILES, changed: 0 });
    expect(home.steps.find((step: Answer) => step.id === "images")).toMatchObject({ state: "done" });
    // A bulk operation costs next to nothing of the budget, however many files there are.
    expect(all.shopify.api.logOf(shop).spent).toBeLessThan(BUCKET.most);
    expect(all.shopify.api.logOf(shop).throttled).toBe(0);
    console.log(
      `${FILES} files: killed at ${killedAt}, at most ${Math.round((most - before) / 2 ** 20)} MB more, ${all.shopify.api.logOf(shop).spent} points`,
    );
  },
  PATIENCE_MS,
);

test(
  "what was replaced and removed without a word is found, though the connection breaks again and again",
  async () => {
    const since = await newestChange(all.app, shop);
    const [first, , third] = files;
    if (first === undefined || third === undefined) throw new Error("There are no files.");
    shop.replaceFile(first.gid, await paint({ red: 200, green: 2, blue: 3 }));
    shop.removeFile(third.gid);
    const { bulk } = all.shopify.api;
    bulk.breakAfter = 200_000;
    expect((await all.app.ask(shop.domain, "/api/sweep", { method: "POST" })).status).toBe(200);
    expect((await all.app.ask(shop.domain, "/api/sweep", { method: "POST" })).body).toMatchObject({
      code: "SWEEP_RUNNING",
    });
    let errors = 0;
    await watch(({ error }) => {
      if (error !== null) errors += 1;
      // Each answer breaks off, and each time a little more was stored before.
      if (errors > 2) bulk.breakAfter = Number.POSITIVE_INFINITY;
    });
    expect(errors).toBeGreaterThan(0);
    expect(await doneChange(all.app, shop, { path: first.path, after: since })).toMatchObject({
      kind: "replaced",
      cause: "sweep",
      to: String(first.version),
    });
    expect(await doneChange(all.app, shop, { path: third.path, after: since })).toMatchObject({
      kind: "removed",
      cause: "sweep",
    });
    const { body } = await all.app.ask(shop.domain, "/api/changes?limit=100");
    expect(body.changes.filter((each: Answer) => each.id > since)).toHaveLength(2);
  },
  PATIENCE_MS,
);

test(
  "where Shopify takes no bulk operation, pages are asked for as fast as the budget allows, and no faster",
  async () => {
    const log = all.shopify.api.logOf(shop);
    all.shopify.api.bulk.refuses = true;
    Object.assign(log, { spent: 0, throttled: 0 });
    const begun = Date.now();
    await all.app.ask(shop.domain, "/api/sweep", { method: "POST" });
    const { state } = await watch();
    expect(state).toMatchObject({ state: "done", by: "pages", seen: FILES - 1 });
    const pages = Math.ceil(FILES / 250);
    expect(log.spent).toBeGreaterThan(FILES);
    // What was spent had to be there or to come in the meantime.
    expect(log.spent).toBeLessThan(BUCKET.most + ((Date.now() - begun) / 1_000 + 1) * BUCKET.perSecond);
    expect(log.throttled).toBeLessThan(pages / 2);
    console.log(
      `${pages} pages, ${log.spent} points in ${Date.now() - begun} ms, throttled ${log.throttled} times`,
    );
  },
  PATIENCE_MS,
);

test(
  "through the server whoever looks sees how the shop stands and what came in, and has it looked through",
  async () => {
    const project = "large-shop";
    const site = async () => (await all.askServer(project, "GET status")).body.sites?.[0];
    await until(all.app, site);
    const before = await site();
    expect(before).toMatchObject({ site: shop.domain, reconcile: { state: "resting" } });
    const file = files.at(-1);
    if (file === undefined) throw new Error("There are no files.");
    shop.replaceFile(file.gid, await paint({ red: 1, green: 200, blue: 3 }));
    expect(await all.askServer(project, "POST reconcile")).toEqual({
      status: 202,
      body: { sites: [shop.domain] },
    });
    await watch();
    expect((await site()).reconcile).toMatchObject({
      ...{ state: "resting", pass: before.reconcile.pass + 1, originals: FILES - 1, found: 1 },
    });
    await doneChange(all.app, shop, { path: file.path, to: file.version });
    const { body } = await all.askServer(project, "GET events");
    expect(body.events[0]).toMatchObject({
      site: shop.domain,
      state: "done",
      invalidations: [expect.any(String)],
    });
  },
  PATIENCE_MS,
);
