import { cp, mkdir, readFile } from "node:fs/promises";
import { Server } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Part } from "../../test/support/part.ts";
import { ROOT } from "../steps.mjs";

const PHP = "8.3";
const INSIDE = "/wordpress/wp-content/plugins/freshet";

/** A site on a laptop, which asks nobody else anything. */
const SILENT = {
  WP_ENVIRONMENT_TYPE: "local",
  AUTOMATIC_UPDATER_DISABLED: true,
  WP_HTTP_BLOCK_EXTERNAL: true,
  WP_ACCESSIBLE_HOSTS: "127.0.0.1,localhost",
  // Visitors would wait for it here: a request to the site itself holds the one that made it.
  DISABLE_WP_CRON: true,
  IMAGE_EDIT_OVERWRITE: true,
};

/** As many as the Playground recommends: with fewer, workers that wait for each other's file locks wait for ever. */
const WORKERS = 6;

/** How often the schedule is looked at, as a system's own cron would. */
const CRON_MS = 60_000;

export interface Playground {
  /** Id of the picture in the media library that the guide leads to. */
  readonly picture: number;
  /** URL of a post that shows it. */
  readonly post: string;
  stop(): Promise<void>;
}

export interface WordPressOptions {
  readonly part: Part;
  /** Folder with the files of a WordPress; undefined lets the Playground fetch the newest. */
  readonly files: string | undefined;
  /** Folder with the pictures of the first posts. */
  readonly pictures: string;
  /** Where the site may be put. */
  readonly folder: string;
  readonly port: number;
  readonly constants: Readonly<Record<string, string>>;
}

/** Starts PHP compiled to WebAssembly with WordPress over SQLite, installs both and the plugin, and writes the first posts. */
export async function startWordPress(options: WordPressOptions): Promise<Playground> {
  const { part, files, pictures, folder, port, constants } = options;
  const { runCLI } = (await import(
    pathToFileURL(part.require.resolve("@wp-playground/cli")).href
  )) as PlaygroundCli;
  const site = join(folder, "site");
  if (files !== undefined) await cp(files, site, { recursive: true });
  // A folder to hand out what was made, which the Playground sees as well.
  const out = join(folder, "out");
  await mkdir(out);
  const listenWide = listenOnLoopback();
  const cli = await runCLI({
    command: "server",
    php: PHP,
    port,
    verbosity: "quiet",
    "site-url": `http://127.0.0.1:${port}`,
    ...(files !== undefined && {
      wordpressInstallMode: "install-from-existing-files-if-needed",
      "mount-before-install": [{ hostPath: site, vfsPath: "/wordpress" }],
    }),
    mount: [
      { hostPath: join(ROOT, "apps/wordpress/plugin"), vfsPath: INSIDE },
      { hostPath: join(import.meta.dirname, "mu-plugins"), vfsPath: "/wordpress/wp-content/mu-plugins" },
      { hostPath: pictures, vfsPath: "/pictures" },
      { hostPath: out, vfsPath: "/out" },
    ],
    workers: WORKERS,
    blueprint: {
      preferredVersions: { php: PHP, wp: "latest" },
      steps: [
        { step: "defineWpConfigConsts", consts: { ...SILENT, ...constants } },
        { step: "activatePlugin", pluginPath: INSIDE },
        { step: "runPHP", code: await readFile(join(import.meta.dirname, "content.php"), "utf8") },
      ],
    },
  }).finally(listenWide);
  // The first request of its life is answered by a redirect to the same address.
  await fetch(`http://127.0.0.1:${port}/wp-login.php`);
  const { picture, post } = JSON.parse(await readFile(join(out, "content.json"), "utf8")) as {
    picture: number;
    post: string;
  };
  const cron = setInterval(() => void fetch(`http://127.0.0.1:${port}/wp-cron.php`).catch(() => {}), CRON_MS);
  return {
    picture,
    post,
    async stop() {
      clearInterval(cron);
      await cli[Symbol.asyncDispose]();
    },
  };
}

/** The Playground listens on every address, and whoever opens the site is its administrator: until undone, ports are of loopback. */
function listenOnLoopback(): () => void {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...options: unknown[]) {
    const [port, ...more] = options;
    const isWide = typeof port === "number" && typeof more[0] !== "string";
    return Reflect.apply(listen, this, isWide ? [port, "127.0.0.1", ...more] : options);
  };
  return () => {
    Server.prototype.listen = listen;
  };
}

interface PlaygroundCli {
  runCLI(options: object): Promise<AsyncDisposable>;
}
