import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../test/support/freshet.ts";
import type { Server } from "./peers.ts";
import { onCore, startIn } from "./programs.ts";

export interface NginxWishes {
  /** Lines of the server block. */
  readonly server: string;
  /** Lines of the http block; `{prefix}` is a folder of its own. */
  readonly http?: string;
  /** Files of dynamic modules. */
  readonly modules?: readonly string[];
  readonly workers?: number;
  /** The core it runs on alone. */
  readonly core?: number;
}

/** An nginx of its own as fast as it can be: sendfile, kept descriptors, connections that stay open, no log. */
export async function startNginxWith({
  server,
  http = "",
  modules = [],
  workers = 1,
  core,
}: NginxWishes): Promise<Server> {
  const port = await freePort();
  const prefix = await mkdtemp(join(tmpdir(), "freshet-nginx-"));
  await mkdir(join(prefix, "temp"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${prefix}/temp;`,
  );
  const conf = join(prefix, "nginx.conf");
  await writeFile(
    conf,
    `${modules.map((file) => `load_module ${file};`).join(" ")}
${process.getuid?.() === 0 ? "user root;" : ""}
daemon off; worker_processes ${workers}; pid ${prefix}/nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
  ${temporary.join(" ")}
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;
  types { image/webp webp; image/jpeg jpg; }
  ${http.replaceAll("{prefix}", prefix)}
  server { listen 127.0.0.1:${port}${workers > 1 ? " reuseport" : ""}; ${server} }
}`,
  );
  const url = `http://127.0.0.1:${port}`;
  const command = ["nginx", "-p", prefix, "-c", conf, "-e", "stderr"];
  const pinned = core === undefined ? [] : onCore(core);
  const { pid, stop } = await startIn(prefix, [...pinned, ...command], { answers: url });
  return { url, pid, stop };
}
