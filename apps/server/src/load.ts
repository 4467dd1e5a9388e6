import { existsSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { dataFolderOf } from "./config/data-folder.ts";
import { keepSlack } from "./heap-slack.ts";

/** By then the first pictures were made, and what that needed is compiled too. */
const KEPT_AFTER_MS = 10_000;

/** What shares the thread pool with renders: files, names, hashes. */
const THREADS_BESIDE_RENDERS = 4;

/**
 * Loads the server for a start: in the one file that the build made of it, where there is one, and as the start before left it compiled in the
 * data folder. `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE=1` keeps nothing.
 */
export async function loadRun(from: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}): Promise<Pick<typeof import("./run.ts"), "run">> {
  // The pool begins with its first use, so this is early enough; what the environment says holds.
  process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + THREADS_BESIDE_RENDERS);
  keepSlack();
  // Never in a folder that others can write to: what is read there is run.
  enableCompileCache(join(dataFolderOf(from.env, from.cwd), "compiled"));
  // A process that is killed writes nothing at its end.
  setTimeout(flushCompileCache, KEPT_AFTER_MS).unref();
  const bundle = new URL("./bundle/run.js", import.meta.url);
  return existsSync(bundle) ? await import(bundle.href) : await import("./run.ts");
}
