import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../test/support/find.ts";
import { type Freshet, freePort, startFreshet } from "../test/support/freshet.ts";
import { installPart } from "../test/support/part.ts";
import { NotHere } from "./cell.ts";
import { removeLater } from "./leavings.ts";
import { startNginxWith } from "./nginx.ts";
import { QUALITY, WIDTH } from "./peers/loop/picture.ts";
import type { Pictures } from "./pictures.ts";
import { onCore, startIn, startProgram } from "./programs.ts";

/** A server under comparison. */
export interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const HERE = import.meta.dirname;

/** The origin of everyone, and what it counts. */
export interface Origin {
  readonly url: string;
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
    url,
    pictureUrl: (token, name) => `${url}/${token}/${name}`,
    asked: async (token) =>
      (await fetch(`${url}/log/${token}`)).json() as Promise<Readonly<Record<string, number>>>,
    stop: program.stop,
  };
}

/** Freshet as its launcher starts it, on a data folder of its own; on one core where that is asked for, with what else is configured. */
export async function startOwn(core?: number, more: object = {}): Promise<Freshet> {
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
    remove: removeLater,
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

/** ipx's URL of the same rendition, in another format if one is named. */
export const ipxUrl = (server: Server, original: string, format = "webp"): string =>
  `${server.url}/w_${WIDTH},f_${format},q_${QUALITY}/${original}`;

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

/** nginx with one worker, serving the files of a folder as fast as it can; on any core unless told. */
export const startNginx = (folder: string, core?: number): Promise<Server> =>
  startNginxWith({
    ...(core !== undefined && { core }),
    server: `root ${folder};
    add_header Cache-Control "public, max-age=31536000"; add_header Vary Accept; add_header Access-Control-Allow-Origin "*";`,
  });

/** nginx keeping what another server answers, on its disk. */
export const startProxyCache = (behind: Server, core: number): Promise<Server> =>
  startNginxWith({
    core,
    http: "proxy_cache_path {prefix}/cache keys_zone=hits:1m max_size=100m;",
    server: `location / { proxy_pass ${behind.url}; proxy_cache hits; proxy_cache_valid 200 1h; }`,
  });

/** Varnish with its built-in program, keeping what another server answers in memory. */
export async function startPlainVarnish(behind: Server, core: number): Promise<Server> {
  const varnishd = findProgram("varnishd");
  if (varnishd === undefined) throw new NotHere("not installed (apt-get install varnish)");
  const folder = await mkdtemp(join(tmpdir(), "freshet-varnish-"));
  await chmod(folder, 0o755);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const backend = new URL(behind.url).host;
  const options = ["-F", "-n", join(folder, "work"), "-a", `127.0.0.1:${port}`, "-b", backend];
  const command = [...onCore(core), varnishd, ...options, "-s", "malloc,64m"];
  const { pid, stop } = await startIn(folder, command, { answers: url });
  return { url, pid, stop };
}
