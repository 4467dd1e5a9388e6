import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import { runConnector } from "../support/connector.ts";
import { freePort } from "../support/freshet.ts";
import type { Program } from "../support/program.ts";
import { type Console, startConsole, type Watched } from "./console.ts";
import { judge, visit } from "./visit.ts";
import { startWordPressSite, type WordPressSite } from "./wordpress-site.ts";

const missing = missingBrowser().join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the console is tested, but ${missing} is missing.`);

const EVIL = `<img src=x onerror="window.hacked=1">"'&`;
const digest = (digit: string) => digit.repeat(64);

describe.skipIf(missing)(`connectors in the console ${missing ?? ""}`, () => {
  let all: Console;
  let own: Watched;
  let site: WordPressSite;
  let connector: Program | undefined;
  let port: number;
  const path = "/p/demo/connectors/wordpress";

  beforeAll(async () => {
    site = await startWordPressSite();
    port = await freePort();
    const config = {
      projects: {
        demo: {
          apiKey: "client_0123456789abcdef",
          aliases: { _site_: site.url },
          origins: { allowPrivate: true },
        },
      },
      connectors: {
        addresses: [`127.0.0.1:${port}`],
        wordpress: [{ site: site.url, secret: "the secret of the site", project: "demo" }],
      },
    };
    all = await startConsole({ config });
    own = await all.tab();
    const file = join(all.freshet.dataFolder, "../freshet.config.json");
    await writeFile(file, JSON.stringify(config));
    connector = await runConnector("wordpress", {
      ...{ config: file, dataFolder: all.freshet.dataFolder, serverPort: all.freshet.port, port },
    });
  }, 180_000);
  afterAll(async () => {
    await connector?.end("SIGTERM");
    await all?.close();
    await site?.close();
  }, 60_000);

  test("are listed with their state, and each event says what became of it and why", async () => {
    for (let at = 1; at <= 30; at += 1)
      site.tell({ id: `evt_${at}`, files: [{ path: `/${at}.jpg`, sha256: digest("a") }] });
    const ended = async () => {
      const { body } = await all.ask("GET /connectors/wordpress/events?project=demo&limit=100&state=done");
      return body.events?.length;
    };
    await expect.poll(ended, { timeout: 60_000 }).toBe(30);
    site.tell({ id: "evt_same", files: [{ path: "/30.jpg", sha256: digest("a") }] });
    site.tell({
      id: "evt_evil",
      title: EVIL,
      link: "javascript:alert(1)",
      files: [{ path: `/${EVIL}.jpg`, sha256: digest("b") }],
    });
    await visit(all, own, {
      path: "/p/demo/connectors",
      name: "connectors",
      ready: (tab) => tab.getByText(/^(Up to date|At work)$/).first(),
    });
    const { tab } = own;
    await tab.getByRole("link", { name: "WordPress" }).click();
    await tab.getByText("evt_same").first().waitFor();
    await tab.getByText("1 file unchanged since the last invalidation").first().waitFor();
    await visit(all, own, { path, name: "connector", ready: (page) => page.getByText("evt_same").first() });
    expect(await tab.locator('a[href^="javascript:"]').count()).toBe(0);
    expect(await tab.evaluate("window.hacked")).toBeUndefined();
  });

  test("have a log that is turned over and narrowed down", async () => {
    const { tab } = own;
    await tab.getByRole("button", { name: "Next" }).click();
    await tab.getByText("Page 2").waitFor();
    await tab.getByText("evt_1", { exact: true }).waitFor();
    await tab.getByLabel("State").selectOption("nothing-to-do");
    await tab.getByText("evt_same").waitFor();
    expect(await tab.getByText(/^evt_\d+$/).count()).toBe(0);
    await tab.getByLabel("State").selectOption("");
    await tab.getByRole("link", { name: "Invalidation" }).first().waitFor();
  });

  test("look through everything at once when they are told to, and say what they found", async () => {
    const { tab } = own;
    await tab.goto(`${all.freshet.url}/console${path}`);
    // The first look learns what is there.
    await tab.getByText("Looked through", { exact: true }).waitFor();
    site.put("/7.jpg", digest("c"));
    site.walkMs = 100;
    await tab.getByRole("button", { name: /^Reconcile now: / }).click();
    await tab.getByText(/of \d+ looked at/).waitFor();
    await tab.getByText("1 was not as it was known, and is made fresh.").waitFor();
    await tab.getByText("found by a look through everything").first().waitFor();
    const { body } = await all.ask("GET /audit?project=demo");
    expect(body.changes.map(({ action }: { action: string }) => action)).toContain("connector.reconciled");
    site.walkMs = 0;
  });

  test("that are away are said to be so, with what was known of them", async () => {
    await connector?.end("SIGKILL");
    const { tab } = own;
    await tab.goto(`${all.freshet.url}/console${path}`);
    await tab.getByText("CONNECTOR_BROKEN").first().waitFor();
    expect(own.errors.splice(0).every((each) => /Failed to load resource/.test(each))).toBe(true);
    await judge(all, own, "connector-away");
  });
});
