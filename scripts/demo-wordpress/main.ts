import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { installPart } from "../../test/support/part.ts";
import { build, ROOT, seconds, stillGoing } from "../steps.mjs";
import { type Freshet, startFreshet } from "./freshet.ts";
import { firstFree } from "./ports.ts";
import { type Playground, startWordPress } from "./wordpress.ts";
import { findWordPress } from "./wordpress-files.ts";

const PART = join(ROOT, "test/parts/playground");

/** Whoever presses Ctrl-C waits no longer than this. */
const LONGEST_END_MS = 8_000;

/** Runs until somebody ends it. FRESHET_DEMO_WORDPRESS names a folder with a WordPress that should be used. */
export async function demo(): Promise<void> {
  const begun = Date.now();
  const folder = await mkdtemp(join(tmpdir(), "freshet-demo-"));
  let freshet: Freshet | undefined;
  let wordpress: Playground | undefined;
  let ending: Promise<void> | undefined;
  const end = (code: number) => {
    ending ??= (async () => {
      console.log("Ending …");
      const all = Promise.all([wordpress?.stop().catch(() => {}), freshet?.stop()]);
      // Those told end by themselves, even where nobody waits for them any more.
      await Promise.race([all, pause(LONGEST_END_MS)]);
      // A WordPress that is still being installed may write on.
      await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
      process.exit(code);
    })();
    return ending;
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(0));

  try {
    const faultOfBuild = await step("building Freshet", build);
    if (faultOfBuild !== undefined) throw new Error(faultOfBuild);
    const part = await step("fetching PHP (once, 60 MB)", () => installPart(PART));
    const files = await step("fetching WordPress (once)", () => findWordPress(part));
    const pictures = await step("drawing pictures", async () => {
      const { drawPictures } = await import("./pictures.ts"); // Its brushes are there once Freshet is built.
      return drawPictures(join(folder, "pictures"));
    });

    const port = await firstFree(9400);
    const site = `http://127.0.0.1:${port}`;
    const secret = randomBytes(32).toString("hex");
    freshet = await step("starting Freshet and its connector", () => startFreshet({ folder, site, secret }));
    const { url, connector } = freshet;
    void freshet.ended.then(() => end(1));
    wordpress = await step("starting WordPress, installing it and its pictures", () =>
      startWordPress({
        part,
        files,
        pictures,
        folder,
        port,
        constants: { FRESHET_ENDPOINT: url, FRESHET_CONNECTOR: connector, FRESHET_SECRET: secret },
      }),
    );
    for (const page of [site, wordpress.post]) await step(`opening ${page}`, () => firstVisit(page));
    console.log(
      guide({
        site,
        freshet: url,
        key: freshet.apiKey,
        post: wordpress.post,
        picture: wordpress.picture,
        took: seconds(begun),
      }),
    );
  } catch (error) {
    if (ending) return; // Somebody ended it meanwhile.
    console.error(reason(error));
    await end(1);
  }
}

/** Says what is going on, and how long it took where that was noticeable. */
async function step<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const begun = Date.now();
  console.log(`- ${what} …`);
  const stop = stillGoing(what);
  try {
    const value = await work();
    if (Date.now() - begun > 1_000) console.log(`  ${seconds(begun)}`);
    return value;
  } finally {
    stop();
  }
}

/** What went wrong, with what that came from: "fetch failed" alone says nothing. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reason(error.cause)}`;
}

/** Makes WordPress and Freshet do once what a visitor should not have to wait for. */
async function firstVisit(address: string): Promise<void> {
  const page = await (await fetch(address)).text();
  const urls = [...page.matchAll(/<img[^>]* src="([^"]*\/v7\/[^"]*)"/g)].map(([, url = ""]) =>
    url.replaceAll(/&(?:amp|#0?38);/g, "&"),
  );
  if (urls.length === 0) throw new Error(`${address} shows no picture through Freshet.`);
  for (const url of urls) {
    const response = await fetch(url);
    await response.arrayBuffer();
    if (!response.ok)
      throw new Error(`${url}: ${response.status} ${response.headers.get("freshet-error") ?? ""}`);
  }
}

function guide(facts: {
  site: string;
  freshet: string;
  key: string;
  post: string;
  picture: number;
  took: string;
}): string {
  const { site, freshet, key, post, picture, took } = facts;
  return `
Ready after ${took}. The admin opens without a password (else: name admin, password "password").

  the front page              ${site}/
  a post                      ${post}
                              every picture comes from ${freshet}/v7/…
  replace a picture           ${site}/wp-admin/post.php?post=${picture}&action=edit
                              press "Edit Image", turn or crop it, save; then look at the post again
  what became of it           ${site}/wp-admin/upload.php?mode=list
                              the column Freshet; each picture's own page has its history
  what WordPress was told     ${site}/wp-admin/options-general.php?page=freshet
                              press "Test the connection"
  what Freshet did about it   curl -H "X-Client-Key: ${key}" ${freshet}/invalidate

Nothing leaves this machine, and nothing of it is kept. Ctrl-C ends it.`;
}
