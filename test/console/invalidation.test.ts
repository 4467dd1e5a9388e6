import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import { ADMIN, type Watched } from "./console.ts";
import { type Installation, startInstallation } from "./invalidation-installation.ts";
import type { Locator, Tab } from "./tab.ts";
import { judge, look, visit } from "./visit.ts";

const EVIL = `<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>"'&`;
/** Tabs from one end of a page to the other. */
const MOST_TABS = 80;

const missing = [await varnishIsMissing(), ...missingBrowser()].filter(Boolean).join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the console is tested, but ${missing} is missing.`);

describe.skipIf(missing)(`invalidation in the console ${missing ?? ""}`, () => {
  let there: Installation;
  let own: Watched;
  let tab: Tab;
  const page = (rest = "") => `${there.all.freshet.url}/console/p/shop/invalidation${rest}`;
  const row = (text: string | RegExp): Locator => tab.locator("tbody tr", { hasText: text }).first();
  const rows = () => tab.locator("tbody tr").count();
  /** A picture that a visitor got through the node: without one, there is nothing to ask a node for. */
  const seen = async (name: string) => {
    expect((await fetch(`${there.varnish.url}/v7/_media_/${name}.jpg?w=50`)).status).toBe(200);
  };

  beforeAll(async () => {
    there = await startInstallation();
    own = await there.all.tab();
    tab = own.tab;
    await tab.setViewportSize({ width: 1440, height: 900 });
    for (const name of ["hat", "scarf", "coat"]) await seen(name);
  }, 240_000);
  afterAll(() => there?.close(), 60_000);
  afterEach(async () => {
    expect(await tab.evaluate("window.hacked")).toBeUndefined();
    expect(own.errors.splice(0)).toEqual([]);
    expect(own.strangers).toEqual([]);
    await tab.setViewportSize({ width: 1440, height: 900 });
  });

  /** Goes on by the keyboard alone until the focus is on what is called so. */
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let left = MOST_TABS; left > 0; left--) {
      await tab.keyboard.press("Tab");
      if (name.test(await tab.evaluate<string>(FOCUSED))) return;
    }
    throw new Error(`No Tab leads to ${name}; the focus is on ${await tab.evaluate<string>(FOCUSED)}.`);
  };
  const idInAddress = () => new URL(tab.url()).pathname.split("/").at(-1) ?? "";

  test("has a form and an empty log, in every width and scheme", async () => {
    await visit(there.all, own, {
      path: "/p/shop/invalidation",
      name: "invalidation-empty",
      ready: (each) => each.getByText("Nothing was invalidated yet."),
    });
    await visit(there.all, own, {
      path: "/p/shop/invalidation",
      name: "invalidation-wrong",
      ready: (each) => each.getByLabel("Paths of originals"),
      prepare: (each) =>
        each
          .getByLabel("Paths of originals")
          .fill("/_media_/hat.jpg\ndoc.cloudimg.io/v7/_media_/scarf.jpg?w=500, /_media_/hat.jpg\nhat.jpg"),
    });
  });

  test("by the keyboard alone: wrong lines are put right, sent, watched until Done, and understood", async () => {
    await tab.goto(page());
    await tab.getByText("Nothing was invalidated yet.").waitFor();
    await tab.evaluate("window.stayed = true");
    await tabTo(/^Paths of originals/);
    await tab.keyboard.type(
      `/_media_/hat.jpg?w=500, ${new URL(there.varnish.url).host}/v7/_media_/scarf.jpg`,
    );
    await tab.getByText("2 lines: 0 right, 2 wrong.").waitFor();
    await tabTo(/^Correct all 2$/);
    await tab.keyboard.press("Enter");
    expect(await tab.getByLabel("Paths of originals").inputValue()).toBe(
      "/_media_/hat.jpg, /_media_/scarf.jpg",
    );
    await tab.getByText("2 lines: 2 right.").waitFor();
    // Whoever corrected is where they wrote.
    expect(await tab.evaluate<string>(FOCUSED)).toMatch(/^Paths of originals/);
    await tabTo(/^Note for the log/);
    await tab.keyboard.type("New colours");
    await tabTo(/^Invalidate 2 originals$/);
    await tab.keyboard.press("Enter");

    await row("/_media_/hat.jpg").getByText("Done").waitFor();
    await tabTo(/^See links \(2\)$/);
    await tab.keyboard.press("Enter");
    await tab.locator("tbody").getByText("/_media_/scarf.jpg").waitFor();
    await tabTo(/^Details of invalidation/);
    await tab.keyboard.press("Enter");
    await tab.getByRole("heading", { name: "Evidence" }).waitFor();
    expect(await tab.evaluate<string>(FOCUSED)).toMatch(/^Invalidation [0-9a-f]{8}$/);
    const said = await tab.locator("main").innerText();
    expect(said).toContain(ADMIN.email);
    expect(said).toContain("New colours");
    expect(said).toMatch(
      /\d answers? (was|were) read from nodes after the purge; none was older than number \d+/,
    );
    expect(said).toContain("Fresh");
    // Nothing was loaded anew on the way.
    expect(await tab.evaluate("window.stayed")).toBe(true);
    const uuid = idInAddress();
    expect(await there.ended(uuid)).toMatchObject({
      ...{ status: "DONE", scope: "original", cause: { kind: "console", note: "New colours" } },
      urls: { received: ["/_media_/hat.jpg", "/_media_/scarf.jpg"] },
    });
    await visit(there.all, own, {
      path: `/p/shop/invalidation/${uuid}`,
      name: "invalidation-done",
      ready: (each) => each.getByRole("heading", { name: "Evidence" }),
    });
  });

  test("asks twice before everything is forgotten, and says what that costs", async () => {
    await tab.goto(page());
    await tab.getByRole("radio", { name: /^All/ }).check();
    await tab.getByRole("button", { name: "Invalidate everything …" }).click();
    const dialog = tab.getByRole("dialog");
    await dialog.getByText("1 instance").waitFor();
    expect(await dialog.innerText()).toMatch(/1 instance and 1 node of the CDN/);
    await judge(there.all, own, "invalidation-all");
    const sure = dialog.getByRole("button", { name: "Invalidate everything", exact: true });
    const typed = dialog.getByLabel("Type shop to go on");
    await typed.fill("shops");
    expect(await sure.isDisabled()).toBe(true);
    await typed.fill("shop");
    await tab.keyboard.press("Enter");
    await row("Everything").getByText("Done").waitFor();
    expect(await row("Everything").innerText()).toContain("Console");
  });

  test("shows a node that fails as it happens, and opens it alone again when asked", async () => {
    await seen("coat");
    await tab.goto(page());
    await row("Everything").waitFor();
    await there.varnish.kill();
    await tab.getByLabel("Paths of originals").fill("/_media_/coat.jpg");
    await tab.getByRole("button", { name: "Invalidate 1 original" }).click();
    await row("/_media_/coat.jpg").getByText("Flushing CDN servers").waitFor();
    await row("/_media_/coat.jpg").getByText("ERROR_CDN_NODE").waitFor();
    await row("/_media_/coat.jpg")
      .getByRole("link", { name: /^Details/ })
      .click();
    await tab.getByText("Retry it: only what failed is tried again.").waitFor();
    const uuid = idInAddress();
    expect(await tab.locator("main").innerText()).toContain(there.varnish.url);
    await visit(there.all, own, {
      path: `/p/shop/invalidation/${uuid}`,
      name: "invalidation-failed",
      ready: (each) => each.getByText("Retry it: only what failed is tried again."),
    });
    await there.varnish.restart();
    await tab.setViewportSize({ width: 1440, height: 900 });
    await tab.goto(page("?status=ERROR_CDN_NODE"));
    await row("/_media_/coat.jpg").waitFor();
    await tabTo(/^Retry invalidation/);
    await tab.keyboard.press("Enter");
    await tab.getByText("Tried again for what failed: 1.").waitFor();
    const entry = await there.ended(uuid);
    expect(entry).toMatchObject({ status: "DONE", attempt: 2, error: null });
    expect(entry.retried_by).toContain(ADMIN.email);
    await tab.getByRole("button", { name: "Clear filters" }).click();
    await row("/_media_/coat.jpg").getByText("Done").waitFor();
  });

  test("leads from a picture and a day to why it was forgotten, in two steps", async () => {
    const day = new Date(Date.now() - 3 * 86_400_000);
    const label = new Intl.DateTimeFormat("en-US", { weekday: "long", day: "numeric", month: "long" }).format(
      day,
    );
    const announced = await there.all.ask("PUT /connectors/wp-shop?project=shop", {
      ...{ kind: "wordpress", state: "running", lag: 0 },
    });
    expect(announced.status).toBe(200);
    const cause = { kind: "wordpress", id: "evt_71", link: "https://shop.example/wp-admin/post.php?post=7" };
    const one = await there.invalidate({ scope: "original", urls: ["/_media_/hat.jpg"], cause });
    const other = await there.invalidate({
      scope: "original",
      urls: ["/_media_/*"],
      cause: { kind: "deploy-bot" },
    });
    for (const uuid of [one, other]) {
      await there.ended(uuid);
      there.backdate(uuid, day);
    }
    await tab.goto(page());
    await tab.getByLabel("When").selectOption({ label });
    await tab.getByLabel("Picture").fill(`${there.varnish.url}/v7/_media_/hat.jpg?w=300`);
    await tab.keyboard.press("Enter");
    await row("evt_71").waitFor();
    const link = row("evt_71").getByRole("link", { name: /^WordPress evt_71/ });
    expect(await link.getAttribute("href")).toBe(cause.link);
    // A folder around it made it forgotten too, and so did everything; another picture did not.
    await row("deploy-bot").waitFor();
    await row("Everything").waitFor();
    await row("/_media_/coat.jpg").waitFor({ state: "hidden" });
    await look(tab, "invalidation-why");
    // It is an address: whoever gets it sees the same.
    await tab.goto(tab.url());
    await row("evt_71").waitFor();
    await tab.getByLabel("Also what covers it by a folder, a tag or everything").click();
    await row("deploy-bot").waitFor({ state: "hidden" });
    expect(new URL(tab.url()).searchParams.get("path")).toBe("/_media_/hat.jpg");
    // The connector that sent it is known by what it announced.
    await row("evt_71")
      .getByRole("link", { name: /^Details/ })
      .click();
    const sender = tab.getByRole("link", { name: "connector wp-shop" });
    await sender.waitFor();
    expect(await sender.getAttribute("href")).toBe("/console/p/shop/connectors/wp-shop");
  });

  test("shows whatever paths and causes say as text", async () => {
    await there.invalidate({
      ...{ scope: "original", urls: [`/_media_/${EVIL}.jpg`] },
      cause: {
        kind: "<b>evil</b>",
        id: EVIL,
        note: EVIL,
        link: `https://shop.example/"onmouseover="window.hacked=3`,
      },
    });
    await tab.goto(page());
    await row("onerror").waitFor();
    expect(await row("onerror").innerText()).toContain("<b>evil</b>");
    await row("onerror")
      .getByRole("button", { name: /^See links/ })
      .click();
    await judge(there.all, own, "invalidation-evil");
    await row("onerror")
      .getByRole("link", { name: /^Details/ })
      .click();
    await tab.getByRole("heading", { name: "Evidence" }).waitFor();
    expect(await tab.locator("main").innerText()).toContain(EVIL);
    expect(await tab.locator("main img, main script, main b").count()).toBe(0);
  });

  test("turns pages by addresses, however many entries there are", async () => {
    for (let at = 0; at < 25; at++) {
      await there.invalidate({ scope: "tags", tags: ["hats"], cause: { kind: "flood", id: `f-${at}` } });
    }
    await tab.goto(page("?cause=flood"));
    await row("f-24").waitFor();
    expect(await rows()).toBe(20);
    await tab.getByRole("button", { name: "Older" }).click();
    await row("f-4").waitFor();
    expect(await rows()).toBe(5);
    expect(new URL(tab.url()).searchParams.get("cursor")).toMatch(/./);
    await tab.reload();
    await row("f-4").waitFor();
    await tab.goBack();
    await row("f-24").waitFor();
    await visit(there.all, own, {
      path: "/p/shop/invalidation?scope=tags",
      name: "invalidation-log",
      ready: (each) => each.getByText("f-24"),
    });
  });

  test("goes on by itself when the server was away", async () => {
    await tab.goto(page());
    await tab.getByText("Live", { exact: true }).waitFor();
    await there.all.freshet.restart();
    await tab.getByText("Live", { exact: true }).waitFor();
    await there.invalidate({
      scope: "original",
      urls: ["/_media_/scarf.jpg"],
      cause: { kind: "after-restart" },
    });
    await row("after-restart").waitFor();
    // While nobody answered, the browser said so.
    own.errors.splice(0);
  });

  test("says what went wrong, and tries again when asked", async () => {
    const list = /\/invalidate\?/;
    await tab.route(list, (route) =>
      route.fulfill({
        ...{ status: 500, contentType: "application/json" },
        body: JSON.stringify({ status: "error", code: "INTERNAL", msg: "Something broke." }),
      }),
    );
    await tab.goto(page());
    await tab.getByText("Something broke.").waitFor();
    await tab.getByText("INTERNAL").waitFor();
    own.errors.splice(0);
    await judge(there.all, own, "invalidation-broken");
    await tab.unroute(list);
    await tab.getByRole("button", { name: "Try again" }).click();
    await row("after-restart").waitFor();
    await tab.goto(page("/00000000-0000-4000-8000-000000000000"));
    await tab.getByText("INVALIDATION_UNKNOWN").waitFor();
    own.errors.splice(0);
  });

  test("shows who may only look the log and no way to change anything", async () => {
    const guest = await there.all.tab(await readerOf(there));
    await guest.tab.setViewportSize({ width: 1440, height: 900 });
    await guest.tab.goto(page());
    await guest.tab.getByText("You may look at the log.").waitFor();
    await guest.tab.locator("tbody tr").first().waitFor();
    expect(await guest.tab.getByRole("button", { name: /^(Invalidate|Retry)/ }).count()).toBe(0);
    await judge(there.all, guest, "invalidation-reader");
    await guest.tab.close();
  });
});

/** The session of a user who may read the project and do nothing else. */
async function readerOf({ all }: Installation): Promise<string> {
  const user = { email: "rita@shop.example", name: "Rita Reader", rights: { projects: { shop: "read" } } };
  const invited = await all.ask("POST /access/users", user);
  expect(invited.status).toBe(201);
  const password = "a reader has a long password";
  const accepted = await all.ask("POST /access/invitation", {
    token: invited.body.invitation.token ?? invited.body.invitation,
    password,
  });
  expect(accepted.status).toBeLessThan(300);
  return all.signIn({ email: user.email, password });
}

/** What the element with the focus is called, near enough for finding it. */
const FOCUSED = `(() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return "";
  const label = focused.getAttribute("aria-label") ?? focused.labels?.[0]?.textContent ?? focused.textContent;
  return (label ?? "").trim();
})()`;
