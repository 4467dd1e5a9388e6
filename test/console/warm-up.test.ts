import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import { type Console, startConsole, type Watched } from "./console.ts";
import { judge, visit } from "./visit.ts";

const EVIL = `<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>"'&`;

const missing = missingBrowser().join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the console is tested, but ${missing} is missing.`);

describe.skipIf(missing)(`the page of warm-ups ${missing ?? ""}`, () => {
  let all: Console;
  let own: Watched;

  beforeAll(async () => {
    all = await startConsole();
    own = await all.tab();
  }, 180_000);
  afterAll(() => all?.close(), 60_000);

  test("says while a list is typed what is wrong with it, sends it, and shows what became of each URL", async () => {
    await visit(all, own, {
      path: "/p/demo/warmup",
      name: "warm-up-empty",
      ready: (tab) => tab.getByText("Nothing was warmed up lately."),
    });
    const list = "/_sample_/landscape.jpg?w=100\n/_sample_/none.jpg\nhttps://elsewhere.example/<b>.jpg\n";
    await own.tab.getByLabel("URLs, one a line").fill(list);
    await own.tab.getByText("2 can be warmed, 1 will not be taken.").waitFor();
    await judge(all, own, "warm-up-typed");
    await own.tab.getByRole("button", { name: "Warm up 2 URLs" }).click();
    await own.tab.getByRole("heading", { name: "One warm-up" }).waitFor();
    await own.tab.getByText("Done, not all warm").waitFor();
    await own.tab.getByText("WARMUP_HOST_WRONG").first().waitFor();
    // Looked at while it ran, and not since: the rows say how the URLs ended all the same.
    await own.tab.locator("table").getByText("ORIGINAL_MISSING").first().waitFor();
    await own.tab.getByRole("cell", { name: "Waiting" }).first().waitFor({ state: "hidden" });
    expect(await own.tab.locator("table").innerText()).toContain("avif: 200");
    const path = new URL(own.tab.url()).pathname.replace("/console", "");
    await visit(all, own, {
      path,
      name: "warm-up",
      ready: (tab) => tab.getByText("ORIGINAL_MISSING").first(),
    });
    await own.tab.getByLabel("Show").selectOption("refused");
    await own.tab.getByText("ORIGINAL_MISSING").first().waitFor({ state: "hidden" });
    expect(await own.tab.getByText("WARMUP_HOST_WRONG").count()).toBeGreaterThan(0);
    await visit(all, own, {
      path: "/p/demo/warmup",
      name: "warm-up-history",
      ready: (tab) => tab.getByText("Done, not all warm"),
    });
  });

  test("shows whatever a list, its description and its URLs say as text", async () => {
    const warmup = { desc: EVIL, uris: [`/_sample_/${EVIL}.jpg`, `https://elsewhere.example/${EVIL}.jpg`] };
    const sent = await all.ask("POST /warmup?project=demo", { warmup });
    expect(sent.status).toBe(200);
    const { warmup: made } = sent.body as { readonly warmup: { readonly id: string } };
    const { tab } = own;
    for (const path of [`/p/demo/warmup/${made.id}`, "/p/demo/warmup"]) {
      await tab.goto(`${all.freshet.url}/console${path}`);
      await tab.getByText("onerror").first().waitFor();
      expect(await tab.locator("main").innerText()).toContain("<img src=x");
      expect(await tab.locator("main").locator('img[src="x"], script').count()).toBe(0);
      expect(await tab.evaluate("window.hacked")).toBeUndefined();
    }
  });

  test("is not asked for again and again where there is none", async () => {
    const { tab } = await all.tab();
    await tab.goto(`${all.freshet.url}/console/p/demo/warmup/wrm_00000000-0000-4000-8000-000000000000`);
    await tab.getByRole("button", { name: "Try again" }).waitFor();
    const asked = () =>
      tab.evaluate(
        () =>
          performance.getEntriesByType("resource").filter(({ name }) => name.includes("/warmup/wrm_")).length,
      );
    const before = await asked();
    expect(before).toBeGreaterThan(0);
    // One that runs is looked at every second.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await asked()).toBe(before);
    await tab.close();
  });
});
