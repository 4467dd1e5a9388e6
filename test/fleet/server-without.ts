import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replaceOnce } from "../support/replace-once.ts";

const SERVER = join(import.meta.dirname, "../../apps/server");
const MODULES = join(import.meta.dirname, "../../node_modules");

/** A text that stands exactly once in a file of the built server, and what stands there instead. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A copy of the built server with these edits, carried out in their order. */
export async function serverWithout(
  edits: readonly Edit[],
): Promise<{ readonly main: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-server-"));
  const dist = join(folder, "dist");
  // Without what the build makes of them: the files themselves are edited, and run.
  const bundle = join(SERVER, "dist/bundle");
  await cp(join(SERVER, "dist"), dist, { recursive: true, filter: (from) => from !== bundle });
  await cp(join(SERVER, "package.json"), join(folder, "package.json"));
  await symlink(MODULES, join(folder, "node_modules"));
  for (const { file, from, to } of edits) {
    const path = join(dist, file);
    await writeFile(path, replaceOnce(await readFile(path, "utf8"), from, to));
  }
  return { main: join(dist, "main.js"), remove: () => rm(folder, { recursive: true, force: true }) };
}
