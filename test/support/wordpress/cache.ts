import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Where fetched parts are kept between runs; git ignores it. */
export const CACHE = join(import.meta.dirname, "../../../.cache");

/**
 * The folder `name` of the cache, made by `fill` on first use. Made beside it and renamed, so that a run that is cut
 * off leaves nothing half done and two runs at once do not meet.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name);
  if (await isThere(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, `${name}.`));
  try {
    await fill(draft);
    await rename(draft, folder);
  } catch (error) {
    if (!(await isThere(folder))) throw error; // Otherwise another run was first.
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
