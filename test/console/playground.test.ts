import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import { type Console, startConsole, type Watched } from "./console.ts";
import { visit } from "./visit.ts";

const missing = missingBrowser().join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the console is tested, but ${missing} is missing.`);

const LOOK = "/p/demo/playground?url=%2Fv7%2F_sample_%2Fportrait.jpg%3Fw%3D480%26h%3D320%26gravity%3D50p%2C20p";

describe.skipIf(missing)(`the playground ${missing ?? ""}`, () => {
  let all: Console;
  let own: Watched;
  beforeAll(async () => {
    all = await startConsole();
    own = await all.tab();
  }, 180_000);
  afterAll(() => all?.close(), 60_000);

  test("shows the picture of its address beside the original, and the knobs follow a pasted URL", async () => {
    await visit(all, own, {
      path: LOOK,
      name: "playground",
      ready: (tab) => tab.getByText("480 × 320").first(),
    });
    const { tab } = own;
    await tab.getByRole("textbox", { name: "Delivery URL" }).fill("/v7/_sample_/landscape.jpg?w=300&gray=1");
    await tab.getByText("300 × 200").first().waitFor();
    await tab.getByText("1 set").first().waitFor();
    await expect.poll(() => tab.url(), { timeout: 20_000 }).toContain("landscape.jpg");
    expect(own.errors).toEqual([]);
  });

  test("lists connectors and instances", async () => {
    await visit(all, own, {
      path: "/p/demo/connectors",
      name: "connectors-none",
      ready: (tab) => tab.getByText("No connector has been heard of."),
    });
    await visit(all, own, {
      path: "/instances",
      name: "instances",
      ready: (tab) => tab.getByText("The one instance follows."),
    });
  });
});
