import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { type Constants, writeConfig } from "./config.ts";
import { type Mariadb, startMariadb } from "./mariadb.ts";
import { useSqlite } from "./sqlite.ts";
import { cloneTree, fetchWordPress, type Release } from "./tree.ts";

const run = promisify(execFile);

/** An installed WordPress that nothing serves yet. */
export interface Site {
  readonly url: string;
  readonly port: number;
  /** Folder of wp-config.php. */
  readonly folder: string;
  /** Value of an Authorization header that WordPress's REST API takes for the administrator. */
  readonly authorization: string;
  /** What the administrator logs in with in wp-admin. */
  readonly login: { readonly user: string; readonly password: string };
  /** For example "6.8.7". */
  readonly version: string;
  remove(): Promise<void>;
}

export interface SiteOptions {
  /** Folders of plugins to copy and activate; each is named in WordPress after its main file. */
  readonly plugins?: readonly string[];
  readonly constants?: Constants;
  readonly port?: number;
  /** Absent is 6.8. */
  readonly release?: Release;
  /** Absent is SQLite. */
  readonly database?: "sqlite" | "mariadb";
  /** PHP files that WordPress loads before plugins. */
  readonly muPlugins?: readonly string[];
  /** Whether it is a network of blogs in folders, with one blog to begin with. */
  readonly isNetwork?: boolean;
}

/** Installs a WordPress in a fresh folder, with plugins activated; a database server of its own ends with `remove`. */
export async function installSite(options: SiteOptions): Promise<Site> {
  const work = await mkdtemp(join(tmpdir(), "freshet-wordpress-"));
  let database: Mariadb | undefined;
  const remove = async () => {
    await database?.stop();
    await rm(work, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const folder = join(work, "site");
    const port = options.port ?? (await freePort());
    const url = `http://127.0.0.1:${port}`;
    await cloneTree(await fetchWordPress(options.release), folder);
    if (options.database === "mariadb") database = await startMariadb(join(work, "mariadb"));
    else await useSqlite(folder);
    for (const file of options.muPlugins ?? [])
      await cp(file, join(folder, "wp-content/mu-plugins", basename(file)));
    const plugins = await Promise.all((options.plugins ?? []).map((plugin) => copyPlugin(plugin, folder)));
    const constants = { ...database?.constants, ...options.constants };
    await writeConfig(folder, url, constants);
    const script = join(import.meta.dirname, "install.php");
    const kind = options.isNetwork ? ["network"] : [];
    const { stdout } = await run("php", [script, folder, url, plugins.join(","), ...kind]);
    const made: Made = JSON.parse(stdout);
    if (options.isNetwork) await writeConfig(folder, url, { ...constants, ...networkConstants(url) });
    const authorization = `Basic ${Buffer.from(`${made.user}:${made.password}`).toString("base64")}`;
    const login = { user: made.user, password: made.login };
    return { url, port, folder, authorization, login, version: made.wordpress, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Made {
  readonly user: string;
  /** An application password, for the REST API. */
  readonly password: string;
  /** The password of the log-in form. */
  readonly login: string;
  readonly wordpress: string;
}

function networkConstants(url: string): Constants {
  return {
    MULTISITE: true,
    SUBDOMAIN_INSTALL: false,
    DOMAIN_CURRENT_SITE: new URL(url).host,
    PATH_CURRENT_SITE: "/",
    SITE_ID_CURRENT_SITE: 1,
    BLOG_ID_CURRENT_SITE: 1,
  };
}

/** Copies a plugin and gives its name in WordPress ("freshet/freshet.php"). */
async function copyPlugin(plugin: string, folder: string): Promise<string> {
  const main = await mainFile(plugin);
  const slug = basename(main, ".php");
  await cp(plugin, join(folder, "wp-content/plugins", slug), { recursive: true });
  return `${slug}/${main}`;
}

async function mainFile(plugin: string): Promise<string> {
  for (const name of await readdir(plugin)) {
    if (name.endsWith(".php") && (await readFile(join(plugin, name), "utf8")).includes("Plugin Name:"))
      return name;
  }
  throw new Error(`${plugin} has no file with a plugin header.`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
