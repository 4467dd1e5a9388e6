import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { answers, silent, startDaemon } from "./daemon.ts";
import { findProgram, missingPart } from "./find.ts";
import { freePort } from "./freshet.ts";
import { childrenOf } from "./processes.ts";
import { replaceOnce } from "./replace-once.ts";

/** The edge as it is shipped. */
const SHIPPED_NGINX = fileURLToPath(new URL("../../packages/cdn/edge/nginx", import.meta.url));

const LUA_MODULE = "/usr/lib/nginx/modules/ngx_http_lua_module.so";
const RESTY_CORE = ["/usr/share/lua/5.1/resty/core.lua", "/usr/local/share/lua/5.1/resty/core.lua"];

/** Why suites with an nginx do not run here, as part of their name; undefined if they do. Throws with CI set. */
export function nginxIsMissing(): string | undefined {
  const found =
    findProgram("nginx") !== undefined &&
    existsSync(LUA_MODULE) &&
    RESTY_CORE.some((path) => existsSync(path));
  return missingPart("nginx with Lua", found, "apt-get install nginx libnginx-mod-http-lua lua-resty-core");
}

export interface NginxOptions {
  /** Port on 127.0.0.1 of the server behind the node. */
  readonly backendPort: number;
  /** Exact texts of fence.conf and what stands there instead. */
  readonly changes?: readonly (readonly [from: string, to: string])[];
  /** Addresses that may send control requests; loopback unless told. */
  readonly purgers?: readonly string[];
  /** Size of the dictionary of numbers, e.g. "64k"; the shipped one unless told. */
  readonly numbers?: string;
  /** The same of the dictionary of objects. */
  readonly objects?: string;
  /** A command that starts it, such as `["taskset", "-c", "0"]`. */
  readonly launcher?: readonly string[];
  /** Processes that serve; 2 unless told. */
  readonly workers?: number;
}

export interface Nginx {
  /** e.g. "http://127.0.0.1:43127" */
  readonly url: string;
  /** Where it keeps everything, its cache in "cache". */
  readonly folder: string;
  /** Process id of the master. */
  readonly pid: number;
  /** What it wrote to its log. */
  log(): string;
  /** Ends it as a crash does; its port and disk stay, for `restart`. */
  kill(): Promise<void>;
  /** Ends it as a shutdown ("quit"), a stop or a crash does and starts it again: its disk stays, its memory does not. */
  restart(how?: "quit" | "stop" | "crash"): Promise<void>;
  /** Loads its configuration anew, as an operator does after an edit, and resolves when the earlier workers are gone. */
  reload(): Promise<void>;
  /** Files in the cache on disk. */
  filesOnDisk(): Promise<number>;
  stop(): Promise<void>;
}

const SIGNALS = { quit: "SIGQUIT", stop: "SIGTERM", crash: "SIGKILL" } as const;

/** Starts an nginx of its own on a free port and resolves when it answers. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-nginx-"));
  await chmod(folder, 0o755);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  for (const [name, text] of await configuration(options, port)) await writeFile(join(folder, name), text);
  let output = "";
  let master = await start();

  async function start() {
    const program = [findProgram("nginx") ?? "nginx", "-p", folder, "-c", join(folder, "nginx.conf")];
    const started = startDaemon([...(options.launcher ?? []), ...program], (text) => {
      output += text;
    });
    for (let wait = 0; wait < 400 && !started.hasEnded(); wait++) {
      if (await answers(url)) return started;
      await sleep(25);
    }
    await started.end("SIGKILL");
    throw new Error(`nginx did not come up:\n${output}`);
  }

  async function end(how: keyof typeof SIGNALS): Promise<void> {
    if (master.hasEnded()) return;
    await master.end(SIGNALS[how]);
    await silent(url);
  }

  return {
    url,
    folder,
    get pid() {
      return master.pid;
    },
    log: () => output,
    kill: () => end("crash"),
    async restart(how = "stop") {
      await end(how);
      master = await start();
    },
    async reload() {
      const before = await childrenOf(master.pid);
      master.signal("SIGHUP");
      for (let wait = 0; wait < 400; wait++) {
        const now = await childrenOf(master.pid);
        if (now.length > 0 && !now.some((pid) => before.includes(pid))) return;
        await sleep(25);
      }
      throw new Error(`nginx did not load its configuration anew:\n${output}`);
    },
    async filesOnDisk() {
      const found = await readdir(join(folder, "cache"), { recursive: true, withFileTypes: true });
      return found.filter((entry) => entry.isFile()).length;
    },
    async stop() {
      await end("stop");
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function configuration(options: NginxOptions, port: number): Promise<readonly [string, string][]> {
  const shipped = (name: string) => readFile(join(SHIPPED_NGINX, name), "utf8");
  const { backendPort, changes = [], purgers, numbers, objects, workers = 2 } = options;
  let main = replaceOnce(await shipped("nginx.conf"), "listen 6082;", `listen 127.0.0.1:${port};`);
  main = replaceOnce(main, "worker_processes auto;", `worker_processes ${workers};`);
  if (numbers) main = replaceOnce(main, "freshet_numbers 64m;", `freshet_numbers ${numbers};`);
  if (objects) main = replaceOnce(main, "freshet_objects 64m;", `freshet_objects ${objects};`);
  let backend = replaceOnce(await shipped("backend.conf"), "127.0.0.1:8080", `127.0.0.1:${backendPort}`);
  if (purgers) {
    const list = purgers.map((address) => `    ${address} 1;\n`).join("");
    backend = replaceOnce(backend, "    127.0.0.1 1;\n    ::1 1;\n", list);
  }
  let fence = await shipped("fence.conf");
  for (const [from, to] of changes) fence = replaceOnce(fence, from, to);
  return [
    ["nginx.conf", main],
    ["backend.conf", backend],
    ["fence.conf", fence],
    ["edge.conf", await shipped("edge.conf")],
  ];
}
