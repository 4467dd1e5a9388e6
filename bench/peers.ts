import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startFreshet } from "../test/support/freshet.ts";
import { installPart } from "../test/support/part.ts";
import { QUALITY, WIDTH } from "./peers/loop/picture.ts";
import type { Pictures } from "./pictures.ts";
import { onCore, startProgram } from "./programs.ts";

/** A server under comparison. */
export interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const HERE = import.meta.dirname;

/** The origin of everyone, and what it counts. */
export interface Origin {
  /** URL of a picture that nobody asked for yet under this token. */
  pictureUrl(token: string, name: string): string;
  /** How often each method asked under the token. */
  asked(token: string): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

export async function startOrigin({ folder, names }: Pictures): Promise<Origin> {
  const port = await freePort();
  const command = [process.execPath, join(HERE, "origin-server.ts"), String(port), folder, ...names];
  const program = await startProgram(command);
  const url = `http://127.0.0.1:${port}`;
  return {
    pictureUrl: (token, name) => `${url}/${token}/${name}`,
    asked: async (token) =>
      (await fetch(`${url}/log/${token}`)).json() as Promise<Readonly<Record<string, number>>>,
    stop: program.stop,
  };
}

/** Freshet as its launcher starts it, on a data folder of its own; on one core where that is asked for, with what else is configured. */
export async function startOwn(core?: number, more: object = {}): Promise<Server> {
  return startFreshet({
    config: {
      ...more,
      projects: {
        bench: {
          apiKey: "client_0123456789abcdef",
          origins: { allow: ["127.0.0.1"], allowPrivate: true },
        },
      },
    },
    launcher: core === undefined ? [] : onCore(core),
  });
}

/** The delivery URL of a rendition. */
export const deliveryUrl = (server: Server, original: string, width = WIDTH, quality = QUALITY): string =>
  `${server.url}/v7/${original}?w=${width}&force_format=webp&q=${quality}`;

/** ipx from npm, in the environment it would find: its memory is what its users see. */
export async function startIpx(): Promise<Server> {
  const part = await installPart(join(HERE, "peers/ipx"));
  const port = await freePort();
  const program = await startProgram([
    process.execPath,
    join(HERE, "peers/ipx/server.ts"),
    part.folder,
    String(port),
  ]);
  return { url: `http://127.0.0.1:${port}`, pid: program.pid, stop: program.stop };
}

/** ipx's URL of the same rendition. */
export const ipxUrl = (server: Server, original: string): string =>
  `${server.url}/w_${WIDTH},f_webp,q_${QUALITY}/${original}`;

/** One file from memory with nothing but node:http. */
export async function startNode(file: string, core: number): Promise<Server> {
  const port = await freePort();
  const program = await startProgram([
    ...onCore(core),
    process.execPath,
    join(HERE, "peers/node/server.ts"),
    file,
    String(port),
  ]);
  return { url: `http://127.0.0.1:${port}`, pid: program.pid, stop: program.stop };
}

/** nginx with one worker, serving the files of a folder as fast as it can. */
export async function startNginx(folder: string, core: number): Promise<Server> {
  const port = await freePort();
  const prefix = await mkdtemp(join(tmpdir(), "freshet-nginx-"));
  await mkdir(join(prefix, "temp"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${prefix}/temp;`,
  );
  await writeFile(
    join(prefix, "nginx.conf"),
    `${process.getuid?.() === 0 ? "user root;" : ""}
daemon off; worker_processes 1; pid ${prefix}/nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
  ${temporary.join(" ")}
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;
  types { image/webp webp; }
  server {
    listen 127.0.0.1:${port}; root ${folder};
    add_header Cache-Control "public, max-age=60"; add_header Vary Accept; add_header Access-Control-Allow-Origin "*";
  }
}`,
  );
  const url = `http://127.0.0.1:${port}`;
  const command = ["nginx", "-p", prefix, "-c", join(prefix, "nginx.conf"), "-e", "stderr"];
  const program = await startProgram([...onCore(core), ...command], { answers: url });
  return {
    url,
    pid: program.pid,
    async stop() {
      await program.stop();
      await rm(prefix, { recursive: true, force: true });
    },
  };
}
