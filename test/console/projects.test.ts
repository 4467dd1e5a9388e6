import { hash } from "node:crypto";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { full } from "../support/size.ts";
import { startVarnish, varnishIsMissing } from "../support/varnish.ts";
import { type Console, startConsole, type Watched } from "./console.ts";
import type { Tab } from "./tab.ts";
import { judge, visit } from "./visit.ts";

type Members = Readonly<Record<string, unknown>>;

const EVIL = `<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>"'&`;

const missing = [await varnishIsMissing(), ...missingBrowser()].filter(Boolean).join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the console is tested, but ${missing} is missing.`);

describe.skipIf(missing)(`projects in the console ${missing ?? ""}`, () => {
  let all: Console;
  let own: Watched;
  let origin: Origin;
  let tab: Tab;

  beforeAll(async () => {
    origin = await startOrigin();
    await origin.paint("/media/hat.jpg", { red: 200, green: 30, blue: 30 }, { width: 800, height: 600 });
    all = await startConsole();
    own = await all.tab();
    ({ tab } = own);
  }, 180_000);
  afterAll(async () => {
    await all?.close();
    await origin?.close();
  }, 60_000);
  afterEach(async () => {
    // Whatever names, notes and faults hold: nothing of it ran.
    expect(await tab.evaluate("window.hacked")).toBeUndefined();
  });

  const settings = async (project = "shop") => (await all.ask(`GET /projects/${project}`)).body;
  const save = async (note = "") => {
    await tab.getByRole("button", { name: "Review and save" }).click();
    const dialog = tab.getByRole("dialog", { name: /^Save the settings/ });
    await dialog.getByRole("group", { name: "Differences" }).waitFor();
    await dialog.getByLabel(/^Why/).fill(note);
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
  };
  const open = async (place: string) => {
    await tab.setViewportSize({ width: 1440, height: 900 });
    await tab.goto(`${all.freshet.url}/console/p/shop/settings/${place}`);
  };
  const picture = async (path: string) => {
    const response = await fetch(`${all.freshet.url}/v7${path}`);
    return Buffer.from(await response.arrayBuffer());
  };
  /** What somebody else saves meanwhile. */
  const saveElsewhere = async (change: (settings: Members) => Members, note = "") => {
    const { version, settings: before } = await settings();
    const response = await fetch(`${all.freshet.url}/projects/shop`, {
      method: "PUT",
      headers: {
        "content-type": "application/json",
        cookie: `freshet_session=${await all.signIn()}`,
        "freshet-csrf": "1",
        "if-match": `"${version}"`,
      },
      body: JSON.stringify({ settings: change(before), note }),
    });
    expect(response.status, await response.text()).toBe(200);
  };

  test("are made from an empty data folder: a name, an address, and the first picture comes", async () => {
    await visit(all, own, {
      path: "/projects",
      name: "projects",
      ready: (page) => page.getByRole("button", { name: "New project" }),
    });
    await visit(all, own, {
      path: "/projects/new",
      name: "new-project",
      ready: (page) => page.getByLabel(/^Name/),
    });
    await tab.getByLabel(/^Name/).fill("Shop!");
    await tab.keyboard.press("Enter");
    await tab.getByText(/small letters, digits and hyphens, at most 63/).waitFor();
    expect(own.errors.splice(0).join()).toContain("400");
    await tab.getByLabel(/^Name/).fill("shop");
    await tab.getByLabel(/^Where its pictures are/).fill(`${origin.url}/media`);
    await tab.getByLabel(/^Delivery host/).fill(`127.0.0.1:${all.freshet.port}`);
    await tab.keyboard.press("Enter");
    await tab.getByRole("heading", { name: "Sources and aliases" }).waitFor();
    const bytes = await picture("/_media_/hat.jpg?w=200&force_format=png");
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 200, height: 150, format: "png" });
  });

  test("tell of a source what happened on the way, whatever it was", async () => {
    await visit(all, own, {
      path: "/p/shop/settings/sources",
      name: "settings-sources",
      ready: (page) => page.getByRole("heading", { name: "_media_" }),
    });
    await tab.getByRole("button", { name: "Edit and try _media_" }).click();
    await tab.getByLabel(/^Try the connection/).fill("hat.jpg");
    await tab.keyboard.press("Enter");
    await tab.getByText(/JPEG, 800 × 600 pixels/).waitFor();
    await judge(all, own, "settings-source-found");
    // By what is on the screen: an address that nobody saved, and where nobody listens.
    await tab.getByLabel(/^Address/).fill("http://127.0.0.1:1");
    await tab.getByLabel(/^Try the connection/).fill("hat.jpg");
    await tab.keyboard.press("Enter");
    await tab.getByText("Nobody listens at this port, or a firewall refuses.").waitFor();
    await judge(all, own, "settings-source-refused");
    expect((await settings()).settings.aliases).toEqual({ _media_: `${origin.url}/media` });
    await tab.getByRole("button", { name: "Discard" }).click();
  });

  test("are changed in sections and saved together, after a look at the difference; any version comes back", async () => {
    await open("presets");
    await tab.getByRole("button", { name: "Add a preset" }).click();
    await tab.getByLabel("Name").fill("teaser");
    await tab.getByLabel(/^stands for/).fill("w=40&h=30");
    await tab.getByRole("link", { name: /^Rules/ }).click();
    await tab.getByRole("button", { name: "Add a rule" }).click();
    await tab.getByLabel(/^Paths that contain/).fill("_media_/teasers/");
    await tab.getByLabel(/^have the parameters/).fill("p=none");
    // The tester reads by what is on the screen, and says what is wrong with it.
    await tab.getByLabel(/^Delivery URL/).fill("/v7/_media_/teasers/hat.jpg?w=99");
    await tab.keyboard.press("Enter");
    await tab
      .getByText(/calls the preset "none"/)
      .first()
      .waitFor();
    expect(own.errors.splice(0).join()).toContain("422");
    await tab.getByLabel(/^have the parameters/).fill("p=teaser");
    await tab.getByLabel(/^Delivery URL/).fill("/v7/_media_/teasers/hat.jpg?w=99");
    await tab.keyboard.press("Enter");
    await tab.getByRole("group", { name: "Parameters in effect" }).waitFor();
    await judge(all, own, "settings-rules-tried");
    await save("Teasers are small.");
    await tab.getByText("Version 2 of shop is in force.").waitFor();
    expect((await settings()).settings).toMatchObject({
      presets: { teaser: "w=40&h=30" },
      rules: [{ match: "_media_/teasers/", parameters: "p=teaser" }],
    });

    await visit(all, own, {
      path: "/p/shop/versions",
      name: "versions",
      ready: (page) => page.getByText("/presets"),
    });
    await tab.getByText("Teasers are small.").waitFor();
    await tab.getByRole("button", { name: "Put in force version 1 again" }).click();
    const dialog = tab.getByRole("dialog", { name: /Put version 1/ });
    await dialog.getByText("/rules").waitFor();
    await judge(all, own, "versions-undo");
    await dialog.getByRole("button", { name: "Put it in force" }).click();
    await tab.getByText(/Version 3 is in force, with the settings of version 1/).waitFor();
    expect((await settings()).settings.rules).toBeUndefined();
  });

  test("show a fault at its field, and lose no change that is not saved", async () => {
    await open("hosts");
    await tab.getByRole("textbox", { name: /^Hosts/ }).fill("a b");
    await save();
    await tab
      .getByText(/is no host|a host name such as/)
      .first()
      .waitFor();
    expect(own.errors.splice(0).join()).toContain("422");
    await tab.getByRole("button", { name: "Go on editing" }).click();
    await judge(all, own, "settings-fault");
    await tab.getByRole("link", { name: "Versions and undo" }).click();
    const dialog = tab.getByRole("dialog", { name: "Leave without saving?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await tab.getByRole("textbox", { name: /^Hosts/ }).inputValue()).toBe("a b");
    await dialog.waitFor({ state: "hidden" });
    await tab.getByRole("button", { name: "Discard", exact: true }).click();
    await tab.getByRole("link", { name: "Versions and undo" }).click();
    await tab.getByRole("heading", { name: "Versions of shop" }).waitFor();
  });

  test("let nobody overwrite what somebody else saved meanwhile", async () => {
    await open("caching");
    await tab.getByLabel(/^In browsers/).fill("30");
    await saveElsewhere((before) => ({ ...before, cache: { revalidate: 600 } }));
    await save();
    await tab
      .getByText(/Somebody saved version/)
      .first()
      .waitFor();
    own.errors.splice(0);
    await judge(all, own, "settings-conflict");
    await tab.getByRole("button", { name: "Put mine on top" }).click();
    await tab.getByRole("button", { name: "Save", exact: true }).click();
    await tab
      .getByText(/of shop is in force/)
      .first()
      .waitFor();
    expect((await settings()).settings.cache).toEqual({ browser: 30, revalidate: 600 });
  });

  test("take a watermark, show it, and put it on pictures", async () => {
    await open("pictures");
    await tab.getByText("There is none yet.", { exact: false }).first().waitFor();
    const logo = await sharp({ create: { width: 40, height: 40, channels: 3, background: "blue" } })
      .png()
      .toBuffer();
    const input = tab.locator('input[type="file"]').first();
    await input.setInputFiles([{ name: "Our logo!.png", mimeType: "image/png", buffer: logo }]);
    const files = tab.getByRole("list", { name: "Files" });
    await files.getByRole("heading", { name: "Our-logo.png" }).waitFor();
    // Another one of the same name takes no place without a question.
    const other = await sharp(logo).negate({ alpha: false }).png().toBuffer();
    const kept = async () => (await all.ask("GET /projects/shop/files")).body.files[0].digest;
    for (const [answer, bytes] of [
      ["Cancel", logo],
      ["Replace the picture", other],
    ] as const) {
      await input.setInputFiles([{ name: "Our logo!.png", mimeType: "image/png", buffer: other }]);
      const question = tab.locator('[role="dialog"]', { hasText: "Replace Our-logo.png?" });
      await question.getByRole("button", { name: answer }).click();
      await expect.poll(kept).toBe(hash("sha256", bytes));
      await expect.poll(() => question.count()).toBe(0);
    }
    expect(own.errors.splice(0).join()).toMatch(/412.*412/);
    const replacing = tab.locator('input[aria-label="Picture instead of Our-logo.png"]');
    await replacing.setInputFiles([{ name: "logo.png", mimeType: "image/png", buffer: logo }]);
    await expect.poll(kept).toBe(hash("sha256", logo));
    await files.getByRole("button", { name: "Use as watermark" }).click();
    await save("Our logo.");
    await tab
      .getByText(/of shop is in force/)
      .first()
      .waitFor();
    await files.getByText("In use as watermark.").waitFor();
    await judge(all, own, "settings-pictures");
    const bytes = await picture("/_media_/hat.jpg?w=40&h=40&func=crop&wat=1&wat_scale=100&force_format=png");
    const [red = 0, , blue = 0] = await sharp(bytes)
      .extract({ left: 20, top: 20, width: 1, height: 1 })
      .raw()
      .toBuffer();
    expect(blue).toBeGreaterThan(red);
    await input.setInputFiles([{ name: "page.png", mimeType: "image/png", buffer: Buffer.from("<html>") }]);
    await tab.getByText("FILE_NO_IMAGE").waitFor();
    own.errors.splice(0);
  });

  test("sign URLs with a salt that is shown to nobody again", async () => {
    await open("signatures");
    await tab.getByRole("button", { name: "Sign with a new salt" }).click();
    await tab.getByLabel(/^URLs without a signature/).selectOption("allow");
    await save();
    await tab
      .getByText(/of shop is in force/)
      .first()
      .waitFor();
    expect(await tab.getByLabel("Salt", { exact: true }).inputValue()).toBe("");
    await tab.getByLabel(/^URL to sign/).fill("/v7/_media_/hat.jpg?w=10");
    await tab.keyboard.press("Enter");
    await tab.getByText(/Its signature \(fr_sig\) is true/).waitFor();
    await judge(all, own, "settings-signed");
  });

  test("make nothing of what strangers wrote, and show every other section", async () => {
    const hostile = {
      url: `https://x.example/${encodeURIComponent(EVIL)}`,
      user: EVIL,
      password: "p",
    };
    await saveElsewhere(
      (before) => ({ ...before, aliases: { ...(before.aliases as Members), _x_: hostile } }),
      EVIL,
    );
    const sections = [
      ["hosts", "Hosts and URLs"],
      ["formats", "Formats and quality"],
      ["everything", "Everything as JSON"],
      ["whitelist", "Whitelist"],
      ["presets", "Presets"],
      ["caching", "Caching"],
      ["tags", "Tags"],
    ] as const;
    for (const [place, text] of full ? sections : sections.slice(0, 3))
      await visit(all, own, {
        path: `/p/shop/settings/${place}`,
        name: `settings-${place}`,
        ready: (page) => page.getByRole("heading", { name: text }),
      });
    await visit(all, own, {
      path: "/p/shop/versions",
      name: "versions-hostile",
      ready: (page) => page.getByText(EVIL).first(),
    });
    await open("sources");
    await tab.getByText(EVIL).first().waitFor();
    await visit(all, own, {
      path: "/nodes",
      name: "nodes",
      ready: (page) => page.getByText("There is no node."),
    });
  });

  test("of the configuration file are shown, and changed there", async () => {
    await visit(all, own, {
      path: "/p/demo/settings/sources",
      name: "settings-of-the-file",
      ready: (page) => page.getByText("This project is written in the configuration file."),
    });
    expect(await tab.getByRole("button", { name: "Add the source" }).count()).toBe(0);
    await tab.goto(`${all.freshet.url}/console/p/demo/versions`);
    await tab.getByText("This project has no versions here.").waitFor();
  });

  test("are looked at by whoever may read them, and changed by nobody else", async () => {
    const body = { email: "eve@shop.example", name: "Eve", rights: { projects: { shop: "read" } } };
    const { body: made } = await all.ask("POST /access/users", body);
    const password = "the tide has no lock either";
    // By nobody who is signed in: whoever takes an invitation ends the session before.
    await all.ask("POST /access/invitation", { token: made.invitation, password }, "");
    const eve = await all.tab(await all.signIn({ email: body.email, password }));
    await visit(all, eve, {
      path: "/p/shop/settings/rules",
      name: "settings-reader",
      ready: (page) => page.getByText("You may look, and change nothing."),
    });
    expect(await eve.tab.getByRole("button", { name: "Add a rule" }).count()).toBe(0);
    await eve.tab.goto(`${all.freshet.url}/console/projects/new`);
    await eve.tab.getByText("Your rights do not reach this page.").waitFor();
    await eve.tab.close();
  });

  test("say what the configuration file pins, and how each node is", async () => {
    const node = await startVarnish({ backendPort: all.freshet.port });
    try {
      await all.freshet.restart({
        config: {
          projects: { demo: { apiKey: "client_0123456789abcdef" } },
          cdn: [{ driver: "varnish", nodes: [node.url, "http://127.0.0.1:1"] }],
          pinned: { shop: { cache: { browser: 45 } } },
        },
      });
      await visit(all, own, {
        path: "/p/shop/settings/caching",
        name: "settings-pinned",
        ready: (page) => page.getByText("Some settings are pinned by the configuration file."),
      });
      expect(await tab.getByLabel(/^In browsers/).inputValue()).toBe("45 s");
      await saveElsewhere((before) => ({ ...before, cache: { ...(before.cache as Members), cdn: 99 } }));
      await tab.goto(`${all.freshet.url}/console/nodes`);
      await tab.getByText("In step").waitFor();
      await tab.getByText("Away").waitFor();
      await visit(all, own, {
        path: "/nodes",
        name: "nodes-two",
        ready: (page) => page.getByText("Last error"),
      });
    } finally {
      await node.stop();
    }
  });

  test("end for whoever types their name", async () => {
    await open("everything");
    await tab.getByRole("button", { name: "Delete shop" }).click();
    const dialog = tab.getByRole("dialog", { name: "Delete shop?" });
    await dialog.getByLabel("Type shop to go on").fill("shop");
    await dialog.getByRole("button", { name: "Delete the project" }).click();
    await tab.getByRole("heading", { name: "Projects", exact: true }).waitFor();
    expect((await all.ask("GET /projects/shop")).status).toBe(404);
  });
});
