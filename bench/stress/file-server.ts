import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNginx } from "../peers.ts";
import { isInstalled } from "../programs.ts";
import { HEADERS } from "./steady-hits.ts";

/** nginx serving files; where another server's hits wait longer than its, they do not wait for the machine. */
export interface FileServer {
  /** Answers under an address of its own what `url` answers now. */
  serve(url: string): Promise<string>;
  stop(): Promise<void>;
}

/** One on any core, as the server beside it is; undefined where nginx is not installed. */
export async function startFileServer(): Promise<FileServer | undefined> {
  if (!isInstalled("nginx")) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "freshet-files-"));
  const nginx = await startNginx(folder);
  let served = 0;
  return {
    async serve(url) {
      served += 1;
      await writeFile(join(folder, `${served}.jpg`), await (await fetch(url, { headers: HEADERS })).bytes());
      return `${nginx.url}/${served}.jpg`;
    },
    async stop() {
      await nginx.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
