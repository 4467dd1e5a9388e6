import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { cached } from "./wordpress/cache.ts";

const run = promisify(execFile);

/** npm packages that only one suite needs: kept outside the workspaces and installed on first use. */
export interface Part {
  /** Where `node_modules` is. */
  readonly folder: string;
  /** `require` as a file of that folder would use it. */
  readonly require: NodeJS.Require;
}

/**
 * Installs what `<source>/package-lock.json` says into the ignored cache, without install scripts, once per content of
 * that lock. Rejects with npm's words when the packages cannot be had.
 */
export async function installPart(source: string): Promise<Part> {
  const lock = await readFile(join(source, "package-lock.json"));
  const content = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const folder = await cached(`part-${basename(source)}-${content}`, async (draft) => {
    for (const name of ["package.json", "package-lock.json"])
      await copyFile(join(source, name), join(draft, name));
    const options = ["--prefix", draft, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    await run("npm", ["ci", ...options], { cwd: draft });
  });
  return { folder, require: createRequire(join(folder, "package.json")) };
}
