import { resolve } from "node:path";

/** Absolute path of the data folder. It stands alone because it is needed before anything else of the server is loaded. */
export function dataFolderOf(env: { readonly FRESHET_DATA?: string | undefined }, cwd: string): string {
  return resolve(cwd, env.FRESHET_DATA || ".freshet");
}
