import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPart } from "../../test/support/part.ts";
import { startFreshet } from "../demo/freshet.ts";
import { firstFree } from "../demo/ports.ts";
import { firstVisit, runDemo, step } from "../demo/run.ts";
import { build, ROOT, seconds } from "../steps.mjs";
import { startWordPress } from "./wordpress.ts";
import { findWordPress } from "./wordpress-files.ts";

const PART = join(ROOT, "test/parts/playground");

/** Runs until somebody ends it. FRESHET_DEMO_WORDPRESS names a folder with a WordPress that should be used. */
export async function demo(): Promise<void> {
  const begun = Date.now();
  await runDemo(join(tmpdir(), "freshet-demo-"), async ({ folder, onEnd, end }) => {
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
    const [secret, key] = [randomBytes(32).toString("hex"), randomBytes(16).toString("hex")];
    const origins = { allow: [new URL(site).hostname], allowPrivate: true };
    const config = {
      projects: { blog: { apiKey: key, origins } },
      connectors: { wordpress: [{ site, secret, project: "blog" }] },
    };
    const freshet = await step("starting Freshet and its connector", () =>
      startFreshet({
        folder,
        connector: { title: "WordPress connector", port: "FRESHET_WORDPRESS_PORT" },
        config: () => config,
      }),
    );
    onEnd(freshet.stop);
    const { url, connector } = freshet;
    void freshet.ended.then(() => end(1));
    const wordpress = await step("starting WordPress, installing it and its pictures", () =>
      startWordPress({
        part,
        files,
        pictures,
        folder,
        port,
        constants: { FRESHET_ENDPOINT: url, FRESHET_CONNECTOR: connector, FRESHET_SECRET: secret },
      }),
    );
    onEnd(wordpress.stop);
    const { post, picture } = wordpress;
    for (const page of [site, post]) await step(`opening ${page}`, () => firstVisit(page));
    console.log(guide({ site, freshet: url, key, post, picture, took: seconds(begun) }));
  });
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
