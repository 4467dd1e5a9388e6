import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import type { Shade } from "../support/origin.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import { type Editor, editorOf, invalidated, settled } from "./editor.ts";
import type { Frame } from "./host/browser.ts";
import { assetLink } from "./host/space-data.ts";
import { type Stage, startStage } from "./host/stage.ts";
import { KEYS, MEMBER } from "./installation.ts";

const RED: Shade = { red: 200, green: 30, blue: 30 };
const BLUE: Shade = { red: 30, green: 60, blue: 200 };
const GREEN: Shade = { red: 30, green: 160, blue: 60 };
const EVIL = `<img src=x onerror="top.hacked=1"><script>top.hacked=2</script>"'&`;
const SIDEBAR = 300;

const missing = [await varnishIsMissing(), ...missingBrowser()].filter(Boolean).join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the app's pages are tested, but ${missing} is missing.`);

describe.skipIf(missing)(`the app in Contentful ${missing ?? ""}`, () => {
  const api = "**/contentful/api/*";
  let stage: Stage;
  let editor: Editor;
  const values = {
    title: { "en-US": "A hat", de: "Ein Hut" },
    hero: { "en-US": assetLink("hat"), de: assetLink("scarf") },
    gallery: { "en-US": [assetLink("hat"), assetLink("draft")] },
  };

  beforeAll(async () => {
    stage = await startStage();
    editor = editorOf(stage.all, stage.all.spaces.one);
    await editor.publish("hat", { "en-US": RED, de: GREEN });
    await editor.publish("scarf", { "en-US": BLUE });
    await editor.rename("scarf", EVIL);
    for (const asset of ["hat", "scarf"]) await settled(stage.all, asset, "Asset.publish");
  }, 300_000);
  afterAll(async () => {
    const addresses = await stage?.close();
    for (const address of addresses ?? []) expect(address).toMatch(/^(127\.0\.0\.1|\[::1\]):\d+$/);
  }, 60_000);
  afterEach(async () => {
    await stage.page.unroute(api);
    // Whatever was shown: nothing that editors wrote ran, nothing was stored in the browser, nothing broke.
    expect(await stage.page.evaluate("window.hacked")).toBeUndefined();
    expect(await stage.page.context().cookies()).toEqual([]);
    expect(stage.errors.splice(0).filter((each) => !/Failed to load resource/.test(each))).toEqual([]);
  });

  const expectFine = async (frame: Frame, name: string) => {
    await stage.look(name);
    expect(await stage.faults(frame), name).toEqual([]);
    const isWide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    expect(await frame.evaluate(isWide), `${name} is wider than its frame`).toBe(false);
    expect(await frame.evaluate(STORED)).toBe(0);
  };
  const versionsOf = async (asset: string) => {
    const { body } = await stage.all.call("POST assets", { assets: [asset] });
    const [found] = body.assets as readonly { readonly files: readonly { readonly version: string }[] }[];
    return found?.files.map(({ version }) => version);
  };

  describe("beside an entry", () => {
    test("shows its pictures by locale, and makes one of them fresh", async () => {
      const frame = await stage.open("entry-sidebar", { values, width: SIDEBAR });
      const hat = frame.getByRole("region", { name: "hat" });
      await hat.waitFor();
      const text = await hat.innerText();
      for (const part of ["Hero, Gallery · en-US", "Published", "800 × 600", "de"])
        expect(text).toContain(part);
      expect(await frame.getByRole("region", { name: "draft" }).innerText()).toContain(
        "Nothing of this asset is published",
      );
      await expectFine(frame, "entry-sidebar-filled");

      await hat.getByRole("button", { name: "Purge", exact: true }).click();
      await hat.getByText(/files invalidated/).waitFor();
      const line = await settled(stage.all, "hat", "Freshet.purge");
      expect(line.state).toBe("done");
      const named = (await invalidated(stage.all)).find(({ id }) => id === line.event)?.urls ?? [];
      expect(named).toContain("ctf:space1/hat");
      expect(named).toHaveLength(5);
      await expectFine(frame, "entry-sidebar-purged");
    });

    test("gives a new version to all of them by the keyboard alone", async () => {
      const before = await versionsOf("hat");
      const frame = await stage.open("entry-sidebar", { values, width: SIDEBAR });
      const all = frame.getByRole("button", { name: "New version of all" });
      await all.waitFor();
      await stage.page.keyboard.press("Tab");
      for (let tabs = 0; tabs < 10 && !(await isFocused(frame, "New version of all")); tabs++)
        await stage.page.keyboard.press("Tab");
      await stage.page.keyboard.press("Enter");
      await frame.getByText("2 assets done.").waitFor();
      expect(await versionsOf("hat")).not.toEqual(before);
      const shown = await frame.getByRole("region", { name: "hat" }).locator("code").first().innerText();
      expect(await versionsOf("hat")).toContain(shown);
    });

    test("shows titles as the texts that they are, and code that keeps them so", async () => {
      const frame = await stage.open("entry-sidebar", { values, width: SIDEBAR });
      const scarf = frame.locator("section.card", { hasText: "onerror" });
      await scarf.waitFor();
      expect(await scarf.getByRole("heading").innerText()).toContain(EVIL);
      await scarf.getByRole("button", { name: "Code" }).click();
      await scarf.getByLabel("Code", { exact: true }).selectOption("img");
      await scarf.getByLabel("Variant").selectOption({ label: "Square" });
      const code = await scarf.getByLabel("Code to copy").inputValue();
      expect(code).toContain("&lt;img src=x onerror=&quot;top.hacked=1&quot;&gt;");
      expect(code).toMatch(/src="http:\/\/one\.localhost:\d+\/v7\/ctf:space1\/scarf\?w=600&amp;h=600"/);
      await scarf.getByRole("button", { name: "Copy" }).click();
      await scarf.getByText("Copied.", { exact: true }).waitFor();
      await expectFine(frame, "entry-sidebar-code");
    });

    test("follows what is chosen in the entry, and says when there is nothing", async () => {
      const frame = await stage.open("entry-sidebar", { width: SIDEBAR });
      await frame.getByText("This entry shows no assets yet.").waitFor();
      await expectFine(frame, "entry-sidebar-empty");
      await stage.host((host, link: unknown) => host.setValue("hero", "en-US", link), assetLink("hat"));
      await frame.getByRole("region", { name: "hat" }).waitFor();
      await stage.host((host) => host.setValue("hero", "en-US", undefined));
      await frame.getByText("This entry shows no assets yet.").waitFor();
    });

    test("says while it waits, what went wrong, and tries again", async () => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await stage.page.route(api, async (route) => {
        await held;
        await route.fulfill({
          status: 503,
          contentType: "application/problem+json",
          body: JSON.stringify({
            status: 503,
            code: "STORE_UNAVAILABLE",
            title: "Ask again.",
            detail: "x".repeat(80),
          }),
        });
      });
      const frame = await stage.open("entry-sidebar", { values, width: SIDEBAR });
      await frame.getByText("Asking Freshet …").waitFor();
      await expectFine(frame, "entry-sidebar-loading");
      release();
      await frame.getByText("STORE_UNAVAILABLE").waitFor();
      await expectFine(frame, "entry-sidebar-error");
      await stage.page.unroute(api);
      await frame.getByRole("button", { name: "Try again" }).click();
      await frame.getByRole("region", { name: "hat" }).waitFor();

      await stage.page.route(api, (route) => route.abort());
      await frame
        .getByRole("region", { name: "hat" })
        .getByRole("button", { name: "Purge", exact: true })
        .click();
      await frame.getByText("CONNECTOR_UNREACHABLE").waitFor();
      await stage.page.unroute(api);
      await stage.look("entry-sidebar-unreachable");
    });

    test("lets every member of the space make a picture fresh", async () => {
      const frame = await stage.open("entry-sidebar", { values, width: SIDEBAR, user: MEMBER });
      await frame
        .getByRole("region", { name: "hat" })
        .getByRole("button", { name: "Purge", exact: true })
        .click();
      await frame.getByText(/files invalidated/).waitFor();
    });
  });

  test("beside an asset it shows how visitors get it", async () => {
    const frame = await stage.open("asset-sidebar", { asset: "hat", width: SIDEBAR });
    await frame
      .getByRole("region", { name: "hat" })
      .getByRole("button", { name: "Purge", exact: true })
      .click();
    await frame.getByText(/files invalidated/).waitFor();
    await expectFine(frame, "asset-sidebar");
    const other = await stage.open("asset-sidebar", { asset: "nobodys", width: SIDEBAR });
    await other.getByText("Nothing of this asset is published here").waitFor();
    await stage.look("asset-sidebar-unknown");
  });

  describe("as the editor of a field", () => {
    const fieldValue = (field: string) =>
      stage.host((host, name: string) => host.state.values[name]?.["en-US"] ?? null, field);

    test("chooses and removes the picture of a media field", async () => {
      const frame = await stage.open("entry-field", { field: ["hero", "en-US"], width: 700 });
      await frame.getByText("No picture is chosen.").waitFor();
      await expectFine(frame, "entry-field-media-empty");
      await stage.host(
        (host, picked: unknown) => {
          host.state.picks = picked;
        },
        { sys: { id: "hat", type: "Asset" } },
      );
      await frame.getByRole("button", { name: "Choose a picture" }).click();
      await frame.getByRole("region", { name: "hat" }).waitFor();
      expect(await fieldValue("hero")).toEqual(assetLink("hat"));
      await expectFine(frame, "entry-field-media");
      await frame.getByRole("button", { name: "Remove" }).click();
      await frame.getByText("No picture is chosen.").waitFor();
      expect(await fieldValue("hero")).toBeNull();
    });

    test("orders the pictures of a field of many", async () => {
      const frame = await stage.open("entry-field", { field: ["gallery", "en-US"], values, width: 700 });
      await frame.getByRole("button", { name: "Later" }).first().click();
      await expect.poll(() => fieldValue("gallery")).toEqual([assetLink("draft"), assetLink("hat")]);
      await stage.host(
        (host, picked: unknown) => {
          host.state.picks = picked;
        },
        [{ sys: { id: "scarf" } }],
      );
      await frame.getByRole("button", { name: "Add pictures" }).click();
      await expect
        .poll(() => fieldValue("gallery"))
        .toEqual([assetLink("draft"), assetLink("hat"), assetLink("scarf")]);
      await expectFine(frame, "entry-field-gallery");
    });

    test("keeps focal point, crop and variant in a JSON field, set by the keyboard alone", async () => {
      await stage.host(
        (host, picked: unknown) => {
          host.state.picks = picked;
        },
        { sys: { id: "hat" } },
      );
      const frame = await stage.open("entry-field", { field: ["teaser", "en-US"], width: 700 });
      await frame.getByRole("button", { name: "Choose a picture" }).click();
      const open = frame.getByRole("button", { name: "Focal point and crop" });
      await open.waitFor();
      expect(await fieldValue("teaser")).toEqual({ asset: assetLink("hat") });
      await frame.getByText("Published").waitFor();
      await open.focus();
      await stage.page.keyboard.press("Enter");

      const dialog = await stage.lastFrame(2);
      await dialog.getByRole("button", { name: "Set focal point" }).waitFor();
      await dialog.getByRole("button", { name: "Set focal point" }).press("Enter");
      const point = dialog.getByRole("button", { name: /^Focal point, 50% / });
      await point.focus();
      for (const key of ["ArrowLeft", "ArrowLeft", "Shift+ArrowUp", "ArrowRight"])
        await stage.page.keyboard.press(key);
      await dialog
        .getByRole("button", { name: /^Focal point, 49% from the left and 40% from the top/ })
        .waitFor();
      await dialog.getByRole("button", { name: "Crop", exact: true }).press("Enter");
      await dialog.getByRole("button", { name: /^Crop, 10% / }).press("Shift+ArrowRight");
      await dialog.getByRole("button", { name: /^Size of the crop/ }).press("Shift+ArrowLeft");
      await dialog.getByLabel("Height, %").fill("50");
      await dialog.getByLabel("Variant", { exact: true }).first().selectOption({ label: "Square" });
      await expectFine(dialog, "dialog-crop");
      const previews = await dialog.evaluate(
        `Promise.all([...document.querySelectorAll(".variants img, .stage img")].map((image) => image.decode().then(() => image.naturalWidth + "x" + image.naturalHeight)))`,
      );
      expect(previews).toEqual(["800x600", "320x180", "320x320", "256x320"]);
      // The frame is gone before the browser has told of the key, and is not waited for.
      dialog
        .getByRole("button", { name: "Use this" })
        .press("Space")
        .catch(() => {});
      await stage.lastFrame(1);

      const chosen = await frame.getByText("Focal point 49%, 40%");
      await chosen.waitFor();
      expect(await fieldValue("teaser")).toEqual({
        asset: assetLink("hat"),
        focalPoint: { x: 0.49, y: 0.4 },
        crop: { x: 0.2, y: 0.1, width: 0.7, height: 0.5 },
        size: { width: 800, height: 600 },
        query: "w=600&h=600",
      });
      await expectFine(frame, "entry-field-json");
    });

    test("moves focal point and crop with the pointer, and changes nothing when it is cancelled", async () => {
      const value = { asset: assetLink("hat"), focalPoint: { x: 0.5, y: 0.5 } };
      const frame = await stage.open("entry-field", {
        ...{ field: ["teaser", "en-US"] as const, values: { teaser: { "en-US": value } }, width: 700 },
      });
      await frame.getByRole("button", { name: "Focal point and crop" }).click();
      const dialog = await stage.lastFrame(2);
      const picture = dialog.getByRole("img", { name: "The file, uncut" });
      await picture.waitFor();
      await dialog.evaluate(`document.querySelector(".stage img").decode()`);
      const box = await picture.boundingBox();
      if (!box) throw new Error("The picture is not shown.");
      await stage.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await stage.page.mouse.down();
      await stage.page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.75, { steps: 4 });
      await stage.page.mouse.up();
      await dialog
        .getByRole("button", { name: /^Focal point, 2[45]\.?\d?% from the left and 7[45]\.?\d?% / })
        .waitFor();
      await stage.look("dialog-pointer");
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await stage.lastFrame(1);
      expect(await fieldValue("teaser")).toEqual(value);
    });

    test("leaves JSON of somebody else alone until a picture is chosen", async () => {
      const frame = await stage.open("entry-field", {
        ...{
          field: ["teaser", "en-US"] as const,
          values: { teaser: { "en-US": { theirs: 1 } } },
          width: 700,
        },
      });
      await frame.getByText("This field holds JSON that is not the app's.").waitFor();
      expect(await fieldValue("teaser")).toEqual({ theirs: 1 });
      await expectFine(frame, "entry-field-json-other");
      const odd = await stage.open("entry-field", { field: ["title", "en-US"], values, width: 700 });
      await odd.getByText("Freshet edits media and JSON fields").waitFor();
    });
  });

  describe("on its own page", () => {
    test("lists, finds, blocks and unblocks assets", async () => {
      const frame = await stage.open("page");
      await frame.getByRole("button", { name: "hat", exact: true }).waitFor();
      await expectFine(frame, "page-assets");
      await frame.getByLabel("Search in Contentful").fill("hat");
      await frame.getByRole("button", { name: "Search" }).click();
      await frame.getByText("onerror").waitFor({ state: "hidden" });
      await frame.getByLabel("Choose hat").check();
      await frame.getByRole("button", { name: "Block", exact: true }).click();
      await frame.getByText("BLOCKED").waitFor();
      expect((await stage.all.see("one", "ctf:space1/hat")).status).toBe(410);
      await stage.look("page-blocked");
      await frame.getByRole("tab", { name: "Blocks" }).click();
      await frame.getByRole("button", { name: "Unblock hat" }).waitFor();
      await expectFine(frame, "page-blocks");
      await frame.getByRole("button", { name: "Unblock hat" }).click();
      await frame.getByText("Nothing is blocked.").waitFor();
      expect((await stage.all.see("one", "ctf:space1/hat")).status).toBe(200);
    });

    test("shows the event log, and one asset at length", async () => {
      const frame = await stage.open("page");
      await frame.getByRole("button", { name: "hat", exact: true }).click();
      const dialog = await stage.lastFrame(2);
      await dialog.getByText("What happened").waitFor();
      await expectFine(dialog, "dialog-look");
      await dialog.getByRole("button", { name: "Close" }).click();
      await stage.lastFrame(1);
      await frame.getByRole("tab", { name: "Events" }).click();
      await frame.getByRole("cell", { name: "asset hat" }).first().waitFor();
      await expectFine(frame, "page-events");
      await frame.getByLabel("State").selectOption("failed");
      await frame.getByText("There are none of these.").waitFor();
      await expectFine(frame, "page-events-empty");
      await frame.getByLabel("State").selectOption("");
      await frame.getByLabel("Id of an asset").fill("no id / at all");
      await frame.getByRole("button", { name: "Show" }).click();
      await frame.getByText("REQUEST_MALFORMED").waitFor();
      await expectFine(frame, "page-events-error");
    });

    test("compares with Contentful and finds what no event told of", async () => {
      stage.all.spaces.one.events.state.mode = "lost";
      await editor.publish("belt", { "en-US": GREEN });
      stage.all.spaces.one.events.state.mode = "sent";
      const frame = await stage.open("page");
      await frame.getByRole("tab", { name: "Comparison" }).click();
      await frame.getByRole("button", { name: "Compare now" }).click();
      await expect
        .poll(async () => (await frame.locator("dl.facts").innerText()).replaceAll(/\s+/g, " "), {
          timeout: 60_000,
        })
        .toMatch(/State DONE .* Differences [1-9]/i);
      await expectFine(frame, "page-comparison");
      await frame.getByRole("tab", { name: "Events" }).click();
      await frame.getByRole("cell", { name: "asset belt" }).first().waitFor();
      expect(await frame.getByText("by comparison").count()).toBeGreaterThan(0);
    });

    test("offers a member no more than he may do", async () => {
      const frame = await stage.open("page", { user: MEMBER });
      await frame.getByRole("button", { name: "hat", exact: true }).waitFor();
      expect(await frame.getByRole("button", { name: "Block", exact: true }).count()).toBe(0);
      await frame.getByRole("tab", { name: "Comparison" }).click();
      await frame.getByText("Administrators of the space can compare at any time.").waitFor();
    });
  });

  describe("on the configuration screen", () => {
    test("is checked, installed, set up and shows how it stands", async () => {
      const frame = await stage.open("app-config");
      await frame.getByText("Install the app to see how it stands.").waitFor();
      expect(await stage.host((host) => host.state.isReady)).toBe(true);
      await expectFine(frame, "app-config-first");
      await frame.getByRole("button", { name: "Check the connection" }).click();
      await frame.getByText(/A connector of Freshet answers/).waitFor();

      await frame.getByLabel("API key of the project").fill("short");
      expect(await stage.host((host) => host.install())).toBe(false);
      await frame.getByText("Nothing was saved.").waitFor();
      await expectFine(frame, "app-config-fault");
      expect(await stage.host((host) => host.state.isInstalled)).toBe(false);

      await frame.getByLabel("API key of the project").fill("client_this-key-opens-nothing");
      await frame.getByLabel("Beside its entries").first().check();
      await frame.getByLabel("Editor of Teaser (JSON)").check();
      expect(await stage.host((host) => host.install())).toBe(true);
      await frame.getByText("SECRET_WRONG").waitFor();
      await frame.getByLabel("API key of the project").fill(KEYS.one ?? "");
      await frame.getByLabel("When an asset is deleted").selectOption("block");
      await frame.getByLabel("Warm up").fill("w=100\nw=200&h=100");
      expect(await stage.host((host) => host.install())).toBe(true);
      await frame.getByText("Saved.", { exact: true }).waitFor();
      await frame.getByText("The server takes the key of project one.").waitFor();
      await expectFine(frame, "app-config-installed");

      const { parameters, current } = await stage.host(({ state }) => state);
      expect(JSON.stringify(parameters)).not.toContain(KEYS.one);
      expect(current).toEqual({
        EditorInterface: { article: { sidebar: { position: 0 }, controls: [{ fieldId: "teaser" }] } },
      });
      const { body } = await stage.all.call("GET status");
      expect(body.policy).toMatchObject({ deleted: "block", warm: ["w=100", "w=200&h=100"] });
      expect(body.api_key).toMatchObject({ from: "app", last4: KEYS.one?.slice(-4) });
    });

    test("begins with what was saved, keeps assignments of others, and drops a secret", async () => {
      await stage.host((host) => {
        host.state.current = {
          EditorInterface: {
            page: { editors: { position: 1 }, sidebar: { position: 3, settings: { a: 1 } } },
          },
        };
      });
      const frame = await stage.open("app-config");
      await frame.getByText("The server takes the key of project one.").waitFor();
      expect(await frame.getByLabel("Warm up").inputValue()).toBe("w=100\nw=200&h=100");
      await frame.getByLabel("Warm up").fill("w=0x");
      await frame.getByText(/cannot be read/).waitFor();
      await frame.getByLabel("Warm up").fill("");
      expect(await stage.host((host) => host.install())).toBe(true);
      await frame.getByText("Saved.", { exact: true }).waitFor();
      expect(await stage.host((host) => host.state.current)).toEqual({
        EditorInterface: { page: { editors: { position: 1 }, sidebar: { position: 3, settings: { a: 1 } } } },
      });
      await frame.getByRole("button", { name: /Drop the secret that ends in/ }).click();
      await frame.getByText("Dropped.", { exact: true }).waitFor();
      expect((await stage.all.call("GET status")).body.api_key).toMatchObject({ from: "file" });
    });

    test("saves nothing where no connector answers, and says when Contentful refuses", async () => {
      const frame = await stage.open("app-config");
      await frame.getByText("Project", { exact: true }).waitFor();
      await stage.page.route(api, (route) => route.abort());
      expect(await stage.host((host) => host.install())).toBe(false);
      await frame.getByText(/No connector answers at/).waitFor();
      await expectFine(frame, "app-config-unreachable");
      await stage.page.unroute(api);
      expect(await stage.host((host) => host.install("You may not."))).toBe(false);
      await frame.getByText("You may not.").waitFor();
    });

    test("offers a member nothing that he may not do", async () => {
      const frame = await stage.open("app-config", { user: MEMBER });
      await frame.getByText("The connector does not know you as an administrator").waitFor();
      expect(await frame.getByLabel("API key of the project").isDisabled()).toBe(true);
      await expectFine(frame, "app-config-member");
    });
  });

  test("works as well as a bundle that Contentful serves, once it knows where the connector is", async () => {
    const alone = await stage.open("entry-sidebar", { values, width: SIDEBAR, isBundle: true });
    await alone.getByText("Write the address of the connector").waitFor();
    await stage.host((host) => {
      Object.assign(host.state, { isInstalled: false, parameters: null, current: null });
    });
    const screen = await stage.open("app-config", { isBundle: true });
    await screen.getByText("Install the app to see how it stands.").waitFor();
    expect(await stage.host((host) => host.install())).toBe(false);
    await screen
      .getByText(/Write the connector's address, such as/)
      .first()
      .waitFor();
    const connector = `http://127.0.0.1:${stage.all.connector.port}`;
    await screen.getByLabel("Address of the connector").fill(`${connector}/`);
    expect(await stage.host((host) => host.install())).toBe(true);
    await screen.getByText("The server takes the key of project one.").waitFor();
    const parameters = await stage.host((host) => host.state.parameters);
    expect(parameters).toMatchObject({ connector });
    const frame = await stage.open("entry-sidebar", {
      ...{ values, width: SIDEBAR, isBundle: true, parameters: parameters ?? {} },
    });
    await frame
      .getByRole("region", { name: "hat" })
      .getByRole("button", { name: "Purge", exact: true })
      .click();
    await frame.getByText(/files invalidated/).waitFor();
  });

  test("asks nobody but the connector and the delivery for anything", () => {
    const origins = new Set(
      stage.requests.filter((url) => !url.startsWith("data:")).map((url) => new URL(url).hostname),
    );
    expect([...origins].toSorted()).toEqual(["127.0.0.1", "bundle.localhost", "localhost", "one.localhost"]);
  });

  test("is shown by no page but those that may", async () => {
    const { page, all } = stage;
    await page.goto(`http://stranger.localhost:${all.connector.port}/livez`);
    const app = `http://localhost:${all.connector.port}/contentful/app/`;
    await page.evaluate(
      `new Promise((loaded) => { const frame = document.createElement("iframe"); frame.onload = loaded; frame.src = ${JSON.stringify(app)}; document.body.append(frame); })`,
    );
    expect(page.frames().some((frame) => frame.url() === app)).toBe(false);
    expect(stage.errors.splice(0).join(" ")).toMatch(/frame-ancestors/);
  });
});

/** How much is kept in the browser; frames of another site may keep nothing. */
const STORED = "(() => { try { return localStorage.length + sessionStorage.length } catch { return 0 } })()";

/** Whether the focus is on a button of this name. */
const isFocused = (frame: Frame, name: string): Promise<boolean> =>
  frame.evaluate(`document.activeElement?.textContent === ${JSON.stringify(name)}`);
