import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import { startFreshet } from "../support/freshet.ts";
import { ADMIN, type Console, startConsole, type Watched } from "./console.ts";
import { type FirstLoad, firstLoad } from "./first-load.ts";
import { judge, visit } from "./visit.ts";

/** What a first visit may cost: everything that is loaded, as it goes over the wire. */
const MOST_BYTES = 200_000;
/** So slow is no machine, whatever else it does; how fast it is where nothing else runs, the benchmark says. */
const LONGEST_MS = 15_000;
const EVIL = `<img src=x onerror="window.hacked=1">"'&`;

const missing = missingBrowser().join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the console is tested, but ${missing} is missing.`);

describe.skipIf(missing)(`the console and those who may use it ${missing ?? ""}`, () => {
  let all: Console;
  let own: Watched;

  beforeAll(async () => {
    all = await startConsole();
    own = await all.tab();
  }, 180_000);
  afterAll(() => all?.close(), 60_000);
  afterEach(async () => {
    // Whatever names hold: nothing of it ran.
    expect(await own.tab.evaluate("window.hacked")).toBeUndefined();
  });

  test("says at the sign-in what went wrong at the organisation's own", async () => {
    const { tab } = await all.tab(null);
    for (const [code, words] of [
      ["OIDC_REFUSED", "gave no access here"],
      ["OIDC_AWAY", "cannot be reached"],
      ["OTHER", "sign-in at your organisation failed"],
    ] as const) {
      await tab.goto(`${all.freshet.url}/console?problem=${code}`);
      await tab.locator('[role="alert"]', { hasText: words }).waitFor();
    }
    await tab.close();
  });

  test("costs little to open, asks nobody else for anything, and is soon in use", async () => {
    const { tab, errors, strangers } = await all.tab(null);
    const loads: FirstLoad[] = [];
    await tab.goto(`${all.freshet.url}/console`);
    await tab.getByRole("button", { name: "Sign in" }).waitFor();
    loads.push(await firstLoad(tab));
    // On from there: what the way to the overview loads comes on top.
    await tab.getByLabel("E-mail address").fill(ADMIN.email);
    await tab.getByLabel("Password", { exact: true }).fill(ADMIN.password);
    await tab.keyboard.press("Enter");
    await tab.getByText("Everything is fresh.").waitFor();
    loads.push({ ...(await firstLoad(tab)), ms: 0 });
    await tab.close();

    const second = await all.tab();
    await second.tab.goto(`${all.freshet.url}/console`);
    await second.tab.getByText("Everything is fresh.").waitFor();
    loads.push(await firstLoad(second.tab));
    await second.tab.close();
    for (const { bytes, files, ms } of loads) {
      expect(files.length).toBeGreaterThan(3);
      expect(bytes, files.join("\n")).toBeGreaterThan(0);
      expect(bytes, files.join("\n")).toBeLessThan(MOST_BYTES);
      expect(ms).toBeLessThan(LONGEST_MS);
    }
    expect([...strangers, ...second.strangers, ...errors, ...second.errors]).toEqual([]);
    const said = loads.map(({ bytes, ms }) => `${bytes} bytes${ms > 0 ? ` in ${Math.round(ms)} ms` : ""}`);
    console.log(`First load of sign-in; on to the overview; overview at once: ${said.join("; ")}`);
  });

  test("shows in the morning that everything is fresh", async () => {
    await visit(all, own, {
      path: "/",
      name: "overview",
      ready: (tab) => tab.getByText("Everything is fresh."),
    });
  });

  test("asks who is there, and goes back to where that was", async () => {
    const guest = await all.tab(null);
    await visit(all, guest, {
      path: "/profile",
      name: "sign-in",
      ready: (tab) => tab.getByRole("button", { name: "Sign in" }),
    });
    await guest.tab.getByLabel("E-mail address").fill(ADMIN.email);
    await guest.tab.getByLabel("Password", { exact: true }).fill("not the password");
    await guest.tab.keyboard.press("Enter");
    await guest.tab.getByText("SIGN_IN_REFUSED").waitFor();
    expect(guest.errors.splice(0).join()).toContain("40");
    await judge(all, guest, "sign-in-refused");
    await guest.tab.getByLabel("Password", { exact: true }).fill(ADMIN.password);
    await guest.tab.keyboard.press("Enter");
    await guest.tab.getByRole("heading", { name: "Profile" }).waitFor();
    expect(guest.tab.url()).toBe(`${all.freshet.url}/console/profile`);
    await guest.tab.close();
  });

  test("invites a user by a link that is shown once, who chooses a password and sees what the rights allow", async () => {
    await visit(all, own, {
      path: "/users/new",
      name: "new-user",
      ready: (tab) => tab.getByRole("button", { name: "Make the invitation" }),
    });
    const { tab } = own;
    await tab.getByLabel("Name").fill(EVIL);
    await tab.getByLabel("E-mail address").fill("eve@shop.example");
    await tab.locator('input[placeholder="Choose a project"]').click();
    await tab.getByRole("option", { name: "demo" }).click();
    await tab.getByLabel("Right in demo", { exact: true }).selectOption("write");
    await tab.getByRole("button", { name: "Make the invitation" }).click();
    const link = await tab.locator("code[data-secret]").innerText();
    await judge(all, own, "invited");
    expect(link).toMatch(/\/console\/invitation#/);

    // Whoever sent it sees whom it is for, and that using it would end the own session; looking ends nothing.
    await tab.goto(link);
    await tab.getByText(`You are signed in here as ${ADMIN.name}.`).waitFor();
    await judge(all, own, "invitation-of-another");
    await tab.goto(`${all.freshet.url}/console`);
    await tab.getByRole("heading", { name: "Overview" }).waitFor();

    const guest = await all.tab(null);
    const path = link.slice(`${all.freshet.url}/console`.length);
    await visit(all, guest, {
      path,
      name: "invitation",
      ready: (each) => each.getByRole("button", { name: "Set it and sign in" }),
    });
    await guest.tab.getByLabel("New password").fill("another river, no lock");
    await guest.tab.keyboard.press("Enter");
    await guest.tab.getByRole("heading", { name: "Overview" }).waitFor();
    // Rights in one project show no page of the installation.
    expect(await guest.tab.getByRole("link", { name: "Users" }).count()).toBe(0);
    await guest.tab.goto(`${all.freshet.url}/console/users`);
    await guest.tab.getByRole("heading", { name: "Not yours to see" }).waitFor();
    await judge(all, guest, "no-rights");
    // The link worked once.
    await guest.tab.goto(link);
    await guest.tab.reload();
    await guest.tab.getByText("LINK_WRONG").waitFor();
    await guest.tab.close();
  });

  test("lists users, changes one, and ends what is theirs", async () => {
    await visit(all, own, {
      path: "/users",
      name: "users",
      ready: (tab) => tab.getByText("eve@shop.example"),
    });
    await own.tab.getByRole("link", { name: EVIL }).click();
    await own.tab.getByRole("heading", { name: EVIL, exact: true }).waitFor();
    const path = new URL(own.tab.url()).pathname.replace("/console", "");
    await visit(all, own, { path, name: "user", ready: (tab) => tab.getByRole("button", { name: "Save" }) });
    await own.tab.getByLabel("Name", { exact: true }).fill("Eve");
    await own.tab.getByRole("button", { name: "Save" }).click();
    await own.tab.getByText("The user was changed.").waitFor();
    // What somebody else changed while the form was open is not undone by it.
    await own.tab.getByLabel("Name", { exact: true }).fill("Evelyn");
    const where = `/access/users/${path.split("/").at(-1)}`;
    const meanwhile = { email: "eve@shop.example", name: "Eve", rights: {} };
    expect((await all.ask(`PUT ${where}`, meanwhile)).status).toBe(200);
    await own.tab.getByRole("button", { name: "Save" }).click();
    await own.tab.getByText("Somebody else changed this user meanwhile.").waitFor();
    expect(own.errors.splice(0).join()).toContain("412");
    await judge(all, own, "user-outdated");
    expect((await all.ask(`GET ${where}`)).body).toMatchObject({ name: "Eve", rights: { projects: {} } });
    await own.tab.getByRole("button", { name: "Show the user as changed" }).click();
    await own.tab.getByRole("button", { name: "Remove Eve" }).waitFor();
    await own.tab.getByRole("button", { name: "Remove Eve" }).click();
    await own.tab.getByRole("dialog").getByText("All sessions end at once.").waitFor();
    await judge(all, own, "user-removal");
    await own.tab.getByRole("button", { name: "Remove the user" }).click();
    await own.tab.getByText("Eve was removed.").waitFor();
    const { body } = await all.ask("GET /access/users");
    expect(body.users.map(({ email }: { email: string }) => email)).toEqual([ADMIN.email]);
  });

  test("makes a key, shows it once, and revokes it", async () => {
    for (const [path, list] of [
      ["/keys", "/keys"],
      ["/p/demo/keys", "/projects/demo/keys"],
    ] as const) {
      await visit(all, own, {
        path,
        name: `keys${path.replaceAll("/", "-")}`,
        ready: (tab) => tab.getByText("There is no key yet."),
      });
      await own.tab.getByRole("button", { name: "New key" }).click();
      const dialog = own.tab.getByRole("dialog");
      await dialog.getByLabel("What it is for").fill(EVIL);
      await judge(all, own, `new-key${path.replaceAll("/", "-")}`);
      await dialog.getByRole("button", { name: "Make the key" }).click();
      const key = await own.tab.locator("code[data-secret]").innerText();
      const answer = await fetch(`${all.freshet.url}/projects`, { headers: { "X-Client-Key": key } });
      expect(answer.status).toBe(200);
      await judge(all, own, `key-made${path.replaceAll("/", "-")}`);
      await own.tab.getByRole("button", { name: "I have noted it" }).click();
      expect(await own.tab.getByText(key).count()).toBe(0);
      await own.tab.getByRole("button", { name: `Revoke ${EVIL}` }).click();
      await own.tab.getByRole("button", { name: "Revoke the key" }).click();
      await own.tab.getByText("There is no key yet.").waitFor();
      expect((await all.ask(`GET ${list}`)).body.keys).toEqual([]);
    }
  });

  test("shows who changed what", async () => {
    await visit(all, own, {
      path: "/audit",
      name: "audit",
      ready: (tab) => tab.getByRole("cell", { name: "user.deleted" }).first(),
    });
    await visit(all, own, {
      path: "/p/demo/audit",
      name: "audit-project",
      ready: (tab) => tab.getByRole("cell", { name: "key.revoked" }).first(),
    });
    expect(await own.tab.getByRole("cell", { name: "user.deleted" }).count()).toBe(0);
  });

  test("lets everybody change their own password, and end their other sessions", async () => {
    const other = await all.signIn(ADMIN);
    await visit(all, own, {
      path: "/profile",
      name: "profile",
      ready: (tab) => tab.getByRole("button", { name: "End all others" }),
    });
    await own.tab.getByRole("button", { name: "End all others" }).click();
    await own.tab.getByText("All others were ended.").waitFor();
    const gone = await all.tab(other);
    await gone.tab.goto(`${all.freshet.url}/console/users`);
    await gone.tab.getByRole("button", { name: "Sign in" }).waitFor();
    expect(gone.tab.url()).toContain("back=%2Fusers");
    await gone.tab.close();

    const next = "two rivers, and no lock";
    await own.tab.getByLabel("The password you have").fill(ADMIN.password);
    await own.tab.getByLabel("New password").fill(next);
    await own.tab.getByRole("button", { name: "Change the password" }).click();
    await own.tab.getByText("The password was changed").waitFor();
    await expect(all.signIn(ADMIN)).rejects.toThrow("SIGN_IN_REFUSED");
    expect(await all.signIn({ ...ADMIN, password: next })).toMatch(/^fs_/);
  });

  test("keeps the colours that were chosen, and answers the keyboard first of all with a way to the page", async () => {
    const { tab } = own;
    await tab.emulateMedia({ colorScheme: "light" });
    await tab.setViewportSize({ width: 1440, height: 900 });
    await tab.goto(`${all.freshet.url}/console/profile`);
    await tab.getByText("Dark", { exact: true }).click();
    await tab.reload();
    await tab.getByRole("heading", { name: "Profile" }).waitFor();
    expect(await tab.evaluate("document.documentElement.dataset.mantineColorScheme")).toBe("dark");
    await tab.keyboard.press("Tab");
    expect(await tab.evaluate("document.activeElement.textContent")).toBe("Skip to the page");
    await tab.keyboard.press("Enter");
    expect(await tab.evaluate("document.activeElement.id")).toBe("main");
    await tab.getByRole("link", { name: "Overview" }).first().click();
    await tab.getByRole("heading", { name: "Overview" }).waitFor();
    await expect.poll(() => tab.evaluate("document.activeElement.textContent")).toBe("Overview");
    await tab.getByRole("button", { name: /^Account of/ }).click();
    await tab.getByRole("menuitem", { name: "Sign out" }).click();
    await tab.getByRole("button", { name: "Sign in" }).waitFor();
    await tab.goBack();
    await tab.getByRole("button", { name: "Sign in" }).waitFor();
  });
});

describe.skipIf(missing)("an installation that nobody has set up", () => {
  test("lets whoever has the token make the first user, and nobody else", async () => {
    const freshet = await startFreshet();
    try {
      const { openBrowser } = await import("../support/browser.ts");
      const browser = await openBrowser();
      try {
        const page = (await browser.page()) as unknown as Watched["tab"];
        await page.goto(`${freshet.url}/console/users`);
        await page.getByLabel("Setup token").fill("ft_wrong");
        await page.getByLabel("Your name").fill(ADMIN.name);
        await page.getByLabel("E-mail address").fill(ADMIN.email);
        await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
        await page.getByRole("button", { name: "Make the first user" }).click();
        await page.getByText("SETUP_TOKEN_WRONG").waitFor();
        const token = (await readFile(join(freshet.dataFolder, "setup.token"), "utf8")).trim();
        await page.getByLabel("Setup token").fill(token);
        await page.getByRole("button", { name: "Make the first user" }).click();
        await page.getByRole("heading", { name: "Overview" }).waitFor();
      } finally {
        await browser.close();
      }
    } finally {
      await freshet.stop();
    }
  });
});
