import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import { isShade, type Shade, shadeOf } from "../support/origin.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import { backdate } from "./backdate.ts";
import { ADMIN, type Watched } from "./console.ts";
import { type Desk, setupTokenOf, startDesk } from "./newcomer-desk.ts";
import type { Locator, Tab } from "./tab.ts";
import { judge } from "./visit.ts";

const missing = [await varnishIsMissing(), ...missingBrowser()].filter(Boolean).join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the console is tested, but ${missing} is missing.`);

const DAY_MS = 86_400_000;
const TUESDAY = 2;
const RED: Shade = { red: 200, green: 30, blue: 30 };
const BLUE: Shade = { red: 30, green: 30, blue: 200 };
const GREEN: Shade = { red: 30, green: 160, blue: 30 };
const HAT = "/_media_/hat.jpg";

describe.skipIf(missing)(`a newcomer with an empty folder ${missing ?? ""}`, () => {
  let desk: Desk;
  let own: Watched;
  let tab: Tab;
  let key: string;
  const row = (text: string | RegExp): Locator => tab.locator("tbody tr", { hasText: text }).first();
  const goBy = (link: string) =>
    tab.getByRole("navigation").getByRole("link", { name: link, exact: true }).first().click();
  const heading = (name: string | RegExp) => tab.getByRole("heading", { name, exact: true }).waitFor();
  /** What a visitor gets by the node. */
  const visit = async (path = `${HAT}?w=200&force_format=png`) => {
    const answer = await fetch(`${desk.node.url}/v7${path}`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };
  const isSeen = async (shade: Shade) => isShade(await shadeOf(await visit()), shade);

  beforeAll(async () => {
    desk = await startDesk();
    await desk.origin.paint("/media/hat.jpg", RED, { width: 800, height: 600 });
    own = await desk.tab();
    ({ tab } = own);
    await tab.setViewportSize({ width: 1440, height: 900 });
  }, 240_000);
  afterAll(() => desk?.close(), 60_000);
  afterEach(() => {
    expect(own.errors.splice(0)).toEqual([]);
    expect(own.strangers).toEqual([]);
  });

  test("sets it up with the one-time token that the start wrote", async () => {
    const token = await setupTokenOf(desk);
    expect(desk.logs()).toContain(`${desk.freshet.url}/console/setup#${token}`);
    await tab.goto(`${desk.freshet.url}/console`);
    await heading("Set up Freshet");
    await judge(desk, own, "newcomer-setup");
    await tab.getByLabel("Setup token").fill(token);
    await tab.getByLabel("Your name").fill(ADMIN.name);
    await tab.getByLabel("E-mail address").fill(ADMIN.email);
    await tab.getByLabel("Password", { exact: true }).fill(ADMIN.password);
    await tab.getByRole("button", { name: "Make the first user" }).click();
    await heading("Overview");
    await tab.getByText("Everything is fresh.").waitFor();
    // Once: it is gone from the folder, and its link leads in no more.
    await expect(setupTokenOf(desk)).rejects.toThrow("ENOENT");
  });

  test("makes a project of the shop's pictures", async () => {
    await goBy("All projects");
    await tab.getByRole("button", { name: "New project" }).click();
    await tab.getByLabel(/^Name/).fill("shop");
    await tab.getByLabel(/^Where its pictures are/).fill(`${desk.origin.url}/media`);
    await tab.getByLabel(/^Delivery host/).fill(desk.node.host);
    await tab.getByRole("button", { name: "Make the project" }).click();
    await tab.getByText("The project shop is there.").waitFor();
    await heading("Sources and aliases");
    await heading("_media_");
    await judge(desk, own, "newcomer-project");
  });

  test("sees one of them cut to a width, as visitors get it", async () => {
    await goBy("Playground");
    await tab.getByText("No picture is chosen.").waitFor();
    await tab.getByRole("combobox", { name: "Picture" }).fill("_media_/hat.jpg");
    await tab.getByRole("button", { name: "Look", exact: true }).click();
    await tab.getByText("800 × 600").first().waitFor();
    await tab.getByRole("textbox", { name: "Width w", exact: true }).fill("200");
    await tab.getByText("200 × 150").first().waitFor();
    const shown = `document.querySelector("img[alt='As it is delivered']").naturalWidth`;
    await expect.poll(() => tab.evaluate(shown)).toBe(200);
    const written = await tab.evaluate<string>(
      `document.querySelector("textarea[aria-label='Delivery URL']").value`,
    );
    expect(written).toBe(`${desk.node.url}/v7${HAT}?w=200`);
    await judge(desk, own, "newcomer-playground");
    expect(await sharp(await visit(`${HAT}?w=200`)).metadata()).toMatchObject({ width: 200, height: 150 });
  });

  test("puts a CDN node in front, and gives the site a key", async () => {
    await desk.configure({ cdn: [{ driver: "varnish", nodes: [desk.node.url] }] });
    await tab.goto(`${desk.freshet.url}/console/p/shop/keys`);
    await tab.getByRole("button", { name: "New key" }).click();
    const dialog = tab.getByRole("dialog");
    await dialog.getByLabel("What it is for").fill("The site's connector");
    await dialog.getByLabel("Right").selectOption("write");
    await dialog.getByRole("button", { name: "Make the key" }).click();
    key = await tab.locator("code[data-secret]").innerText();
    await tab.getByRole("button", { name: "I have noted it" }).click();
    await goBy("CDN nodes");
    await tab.getByText("In step").waitFor();
    // While the server was started again, the page may have asked for what nobody answered.
    own.errors.splice(0);
  });

  test("replaces a picture, has it forgotten, and watches that without a reload", async () => {
    expect(await isSeen(RED)).toBe(true);
    await desk.origin.paint("/media/hat.jpg", BLUE, { width: 800, height: 600 });
    expect(await isSeen(RED), "the node has it still").toBe(true);

    await goBy("Invalidation");
    await tab.getByLabel("Paths of originals").waitFor();
    await tab.evaluate("window.stayed = true");
    desk.node.hold();
    await tab.getByLabel("Paths of originals").fill(HAT);
    await tab.getByRole("button", { name: "Invalidate 1 original" }).click();
    await row(HAT).getByText("Flushing CDN servers").waitFor();
    await row(HAT)
      .getByRole("link", { name: /^Details/ })
      .click();
    await row(desk.node.url).getByText("Waiting").waitFor();
    await judge(desk, own, "newcomer-under-way");
    desk.node.open();
    await row(desk.node.url).getByText("Done").waitFor();
    await tab.getByText("Every instance and node serves the new state.").first().waitFor();
    for (const stage of ["Received", "Preparing", "Flushing resizing servers", "Flushing CDN servers"])
      await tab.getByText(stage, { exact: true }).first().waitFor();
    await tab
      .getByText(/The origin gave other bytes|other bytes/)
      .first()
      .waitFor();
    expect(await tab.evaluate("window.stayed")).toBe(true);
    expect(await isSeen(BLUE)).toBe(true);
    await judge(desk, own, "newcomer-done");
  });

  test("sees one fail because the node is away, mends the node, and tries again", async () => {
    await desk.origin.paint("/media/hat.jpg", GREEN, { width: 800, height: 600 });
    await tab.getByRole("link", { name: /Invalidation log/ }).click();
    desk.node.shut();
    await tab.getByLabel("Paths of originals").fill(HAT);
    await tab.getByRole("button", { name: "Invalidate 1 original" }).click();
    await row("ERROR_CDN_NODE").waitFor();
    // The morning's page says it too, and leads there; what else is late is beside it.
    await ask("PUT /connectors/site", { kind: "wordpress", state: "running", lag: 900, waiting: 12 });
    await goBy("Overview");
    await tab.getByText(/to be looked at\.$/).waitFor();
    await tab.getByRole("link", { name: `CDN node varnish ${desk.node.url}` }).waitFor();
    await tab.getByText("12 events wait, the oldest for 15 minutes.").waitFor();
    await judge(desk, own, "newcomer-findings");
    await tab.setViewportSize({ width: 360, height: 740 });
    await tab.emulateMedia({ colorScheme: "dark" });
    await judge(desk, own, "newcomer-findings-narrow");
    await tab.emulateMedia({ colorScheme: "light" });
    await tab.setViewportSize({ width: 1440, height: 900 });
    await tab
      .getByRole("link", { name: `shop: ${HAT}` })
      .first()
      .click();
    await row(desk.node.url).getByText("Failed").waitFor();
    desk.node.open();
    expect(await isSeen(BLUE), "the node kept what it could not be told").toBe(true);
    await tab.getByRole("button", { name: /^Retry/ }).click();
    await tab.getByText("Tried again for what failed: 1.").waitFor();
    await tab.getByText("Every instance and node serves the new state.").first().waitFor();
    await row(desk.node.url).getByText("Done").waitFor();
    expect(await isSeen(GREEN)).toBe(true);
    expect(await tab.evaluate("window.stayed")).toBe(true);
    await ask("PUT /connectors/site", { kind: "wordpress", state: "running", lag: 0, waiting: 0 });
    await goBy("Overview");
    await tab.getByText("Everything is fresh.").waitFor();
  });

  test("finds out why a picture was purged last Tuesday", async () => {
    const tuesday = lastTuesday();
    const page = `${desk.cms}/wp-admin/post.php?post=7`;
    const { invalidation } = await ask("POST /invalidate", {
      ...{ scope: "original", urls: [HAT] },
      cause: { kind: "wordpress", id: "evt_71", link: page },
    });
    const ended = async () => (await ask(`GET /invalidate/${invalidation.uuid}`)).invalidation.status;
    await expect.poll(ended, { timeout: 60_000 }).toBe("DONE");
    backdate(desk.dataFolder, invalidation.uuid, tuesday);
    await ask("POST /invalidate", { scope: "original", urls: ["/_media_/scarf.jpg"] });

    await goBy("Invalidation");
    await tab.getByLabel("When").selectOption({ label: labelOf(tuesday) });
    await tab.getByLabel("Picture").fill(`${desk.node.url}/v7${HAT}?w=200`);
    await tab.getByRole("button", { name: "Search" }).click();
    await row("evt_71").waitFor();
    await row("scarf.jpg").waitFor({ state: "hidden" });
    await judge(desk, own, "newcomer-why");
    await row("evt_71")
      .getByRole("link", { name: /^Details/ })
      .click();
    await heading("Evidence");
    const said = await tab.locator("main").innerText();
    expect(said).toContain(
      tuesday.toLocaleDateString("en-US", { day: "numeric", month: "short", year: "numeric" }),
    );
    expect(said).toMatch(
      /answers? (was|were) read from nodes after the purge; none was older than number \d+/,
    );
    await tab.getByRole("link", { name: "connector site" }).waitFor();
    const opened = tab.waitForEvent("popup");
    await tab
      .getByRole("link", { name: /^WordPress evt_71/ })
      .first()
      .click();
    const cms = await opened;
    await cms.getByRole("heading", { name: "Event of /wp-admin/post.php?post=7" }).waitFor();
    await cms.close();
  });

  /** Asks as the site's connector does, with the key that the console made; answers what came back. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads from it, it expects.
  async function ask(route: string, body?: object): Promise<any> {
    const [method = "GET", path = "/"] = route.split(" ");
    const answer = await fetch(desk.freshet.url + path, {
      method,
      headers: { "x-client-key": key, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(answer.status, text).toBeLessThan(300);
    return text === "" ? undefined : JSON.parse(text);
  }
});

/** The Tuesday before today, at this time of the day. */
function lastTuesday(): Date {
  const today = new Date();
  const back = (today.getDay() - TUESDAY + 7) % 7 || 7;
  return new Date(today.getTime() - back * DAY_MS);
}

/** What the choice of days calls it. */
function labelOf(day: Date): string {
  if (Date.now() - day.getTime() < 2 * DAY_MS) return "Yesterday";
  return new Intl.DateTimeFormat("en-US", { weekday: "long", day: "numeric", month: "long" }).format(day);
}
