import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Fetches a package of npm as the archive it is, into a folder, and gives its path. Nothing of it is installed or run;
 * rejects when its bytes do not have this SHA-512 (base64).
 */
export async function packNpm(spec: string, integrity: string, folder: string): Promise<string> {
  const { stdout } = await run("npm", ["pack", "--silent", "--ignore-scripts", spec], { cwd: folder });
  const tarball = join(folder, stdout.trim().split("\n").at(-1) ?? "");
  const digest = createHash("sha512")
    .update(await readFile(tarball))
    .digest("base64");
  if (digest !== integrity) throw new Error(`${spec} is not the package this test was written with.`);
  return tarball;
}
