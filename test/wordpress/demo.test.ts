import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Program, startProgram } from "../support/program.ts";
import { full } from "../support/size.ts";
import { fetchWordPress } from "../support/wordpress/tree.ts";
import { wordpressIsMissing } from "../support/wordpress.ts";

const ROOT = join(import.meta.dirname, "../..");

const missing = wordpressIsMissing();

describe.skipIf(missing)(`npm run demo:wordpress ${missing ?? ""}`, () => {
  let demo: Program;
  let site = "";
  let post = "";
  let freshet = "";

  beforeAll(async () => {
    demo = await startProgram({
      args: [join(ROOT, "scripts/demo-wordpress.mjs")],
      cwd: ROOT,
      // At full size as where the web is not reached; else with the files that other tests have fetched already.
      env: { FRESHET_DEMO_WORDPRESS: full ? "npm" : await fetchWordPress() },
      ready: [/^Ready after/m, /Ctrl-C ends it/],
      readyMs: 560_000,
    });
    post = /^ {2}a post +(\S+)$/m.exec(demo.logs())?.[1] ?? "";
    site = new URL(post).origin;
    freshet = /every picture comes from (\S+)\/v7\//.exec(demo.logs())?.[1] ?? "";
  }, 600_000);
  afterAll(() => demo?.end("SIGKILL"));

  test("says what it does while it starts, and where to click", () => {
    expect(demo.logs()).toMatch(/- fetching PHP .*…[\s\S]*- starting WordPress/);
    expect(site).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(demo.logs()).toContain(`${site}/wp-admin/options-general.php?page=freshet`);
  });

  test.each(["front page", "post"])("shows a %s whose pictures come from Freshet", async (which) => {
    const page = await (await fetch(which === "post" ? post : site)).text();
    const urls = [...page.matchAll(/<img[^>]* src="([^"]+\/v7\/[^"]+)"/g)].map(([, url = ""]) =>
      url.replaceAll(/&(?:amp|#0?38);/g, "&"),
    );
    expect(urls.length).toBeGreaterThan(1);
    for (const url of urls) {
      expect(url.startsWith(`${freshet}/v7/${site}/wp-content/uploads/`), url).toBe(true);
      const response = await fetch(url);
      expect(response.status, url).toBe(200);
      expect(response.headers.get("freshet-stamp"), url).not.toBeNull();
      await response.body?.cancel();
    }
  });

  test("leads to a picture of the library, and to what Freshet did about it", async () => {
    const [, picture = ""] = /(http:\S+action=edit)/.exec(demo.logs()) ?? [];
    const editor = await signedIn(picture);
    expect(editor).toContain("imgedit-open-btn");
    const [, key = "", address = ""] = /curl -H "X-Client-Key: (\S+)" (\S+)/.exec(demo.logs()) ?? [];
    const log = await fetch(address, { headers: { "x-client-key": key } });
    expect(log.status).toBe(200);
  });

  test("shows in the library that every picture is fresh, which the connector told it", async () => {
    await vi
      .waitFor(
        async () => {
          const library = await signedIn(`${site}/wp-admin/upload.php?mode=list`);
          const states = [...library.matchAll(/freshet-state freshet-(\w+)/g)].map(([, state]) => state);
          expect(states).toEqual(["fresh", "fresh", "fresh"]);
        },
        { timeout: 100_000, interval: 500 },
      )
      .catch(async (error: Error) => {
        error.message += await whatEachSays();
        throw error;
      });
  });

  test("ends with everything that it started", async () => {
    await demo.end("SIGTERM");
    expect(await demo.ended).toEqual({ code: 0, signal: null });
    for (const address of [site, freshet]) await expect(fetch(address)).rejects.toThrow();
  });

  /** Where an event may have been lost: the connector's side, the plugin's, and the last that the demo wrote. */
  async function whatEachSays(): Promise<string> {
    const [, key = ""] = /curl -H "X-Client-Key: (\S+)"/.exec(demo.logs()) ?? [];
    const text = async (url: string) => (await fetch(url, { headers: { "x-client-key": key } })).text();
    const connector = async (what: string) => {
      const [, url = ""] = /"status_url":"([^"]+)"/.exec(await text(`${freshet}/connectors`)) ?? [];
      return text(new URL(`/wordpress/${what}`, url).href);
    };
    const plugin = async () => {
      const [, widget = ""] = (await signedIn(`${site}/wp-admin/`)).split('<div id="freshet"');
      return widget.slice(0, 2_000).replaceAll(/(?:<[^>]*>|\s)+/g, " ");
    };
    const said = [connector("status"), connector("events"), plugin(), demo.logs().slice(-2_000)];
    return (await Promise.allSettled(said))
      .map((it) => `\n\n${it.status === "fulfilled" ? it.value.slice(0, 2_000) : it.reason}`)
      .join("");
  }
});

/** A page of the admin, as a browser gets it: logged in by the first visit. */
async function signedIn(url: string): Promise<string> {
  const cookies = new Map<string, string>();
  let at = url;
  for (let hop = 0; hop < 8; hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const next = response.headers.get("location");
    if (next === null) return await response.text();
    at = new URL(next, at).href;
  }
  throw new Error(`${url} leads round and round.`);
}
