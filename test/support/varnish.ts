import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { answers, silent, startDaemon } from "./daemon.ts";
import { findProgram, missingPart } from "./find.ts";
import { replaceOnce } from "./replace-once.ts";

const run = promisify(execFile);

/** The edge as it is shipped. */
export const SHIPPED_VCL = fileURLToPath(
  new URL("../../packages/cdn/edge/varnish/freshet.vcl", import.meta.url),
);

const VMOD_FOLDERS = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/** Why suites with a Varnish do not run here, as part of their name; undefined if they do. Throws with CI set. */
export async function varnishIsMissing(): Promise<string | undefined> {
  const found =
    findProgram("varnishd") !== undefined && findProgram("varnishadm") !== undefined && (await hasXkey());
  return missingPart("Varnish", found, "apt-get install varnish varnish-modules");
}

export interface VarnishOptions {
  /** Port on 127.0.0.1 of the server behind the node. */
  readonly backendPort: number;
  /** Path of the VCL; the shipped one unless told. Its backend.vcl is always the shipped one with this port. */
  readonly vcl?: string;
  /** Addresses that may send control requests; loopback unless told. */
  readonly purgers?: readonly string[];
  /** Memory for objects, e.g. "1g"; 200 MB unless told. */
  readonly memory?: string;
  /** A command that starts it, such as `["taskset", "-c", "0"]`. */
  readonly launcher?: readonly string[];
}

export interface Varnish {
  /** e.g. "http://127.0.0.1:43127" */
  readonly url: string;
  /** Process id of varnishd, the parent of the process that caches; of the one that runs now or ran last. */
  readonly adminPid: number;
  /** Ends the caching process, and its cache and fence with it, and starts another on the same port. */
  restartChild(): Promise<void>;
  /** Loads another copy of the same VCL into the running child and uses it, as an operator does after an edit. */
  reload(): Promise<void>;
  /** Ends both processes at once; the port stays, for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port with an empty cache; ends it first if it still runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Varnish of its own on a free port and resolves when it answers. */
export async function startVarnish(options: VarnishOptions): Promise<Varnish> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-varnish-"));
  await chmod(folder, 0o755);
  const vcl = join(folder, "freshet.vcl");
  const work = join(folder, "work");
  await mkdir(work, { mode: 0o755 });
  await writeFile(vcl, await readFile(options.vcl ?? SHIPPED_VCL, "utf8"));
  await writeFile(join(folder, "backend.vcl"), await backendVcl(options));

  let output = "";
  let url: string | undefined;
  let varnishd = launch();

  function launch() {
    const address = url === undefined ? "127.0.0.1:0" : new URL(url).host;
    // biome-ignore format: one option a line
    const program = [...(options.launcher ?? []), findProgram("varnishd") ?? "varnishd",
      "-F", "-n", work, "-a", address, "-f", vcl,
      "-p", "vcc_allow_inline_c=on", "-p", "thread_pools=1", "-p", "thread_pool_min=50",
      "-s", `malloc,${options.memory ?? "200m"}`,
    ];
    return startDaemon(program, (text) => {
      output += text;
    });
  }

  const admin = async (...command: readonly string[]) =>
    (await run(findProgram("varnishadm") ?? "varnishadm", ["-n", work, "-t", "20", ...command])).stdout;
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (varnishd.hasEnded()) return;
    await varnishd.end(signal);
    if (url !== undefined) await silent(url);
  };
  const stop = async () => {
    await end("SIGTERM");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  /** `debug.listen_address` prints name, address and port of each socket. */
  async function listening(): Promise<string> {
    for (let wait = 0; wait < 600; wait++) {
      if (varnishd.hasEnded()) break;
      const port = /127\.0\.0\.1 (\d+)/.exec(await admin("debug.listen_address").catch(() => ""))?.[1];
      if (port && (await answers(`http://127.0.0.1:${port}`))) return `http://127.0.0.1:${port}`;
      await sleep(50);
    }
    await stop();
    throw new Error(`Varnish did not come up:\n${output}`);
  }

  url = await listening();
  let loads = 0;
  return {
    url,
    get adminPid() {
      return varnishd.pid;
    },
    async restartChild() {
      await admin("stop");
      await admin("start");
      await listening();
    },
    async reload() {
      const name = `again${++loads}`;
      await admin("vcl.load", name, vcl);
      await admin("vcl.use", name);
    },
    kill: () => end("SIGKILL"),
    async restart() {
      await end("SIGTERM");
      varnishd = launch();
      await listening();
    },
    stop,
  };
}

async function backendVcl({ backendPort, purgers }: VarnishOptions): Promise<string> {
  const shipped = await readFile(join(SHIPPED_VCL, "../backend.vcl"), "utf8");
  let text = replaceOnce(shipped, '.port = "8080"', `.port = "${backendPort}"`);
  if (purgers) {
    const list = purgers.map((address) => `    "${address}";\n`).join("");
    text = replaceOnce(text, '    "127.0.0.1";\n    "::1";\n', list);
  }
  return text;
}

async function hasXkey(): Promise<boolean> {
  for (const top of VMOD_FOLDERS.filter(existsSync)) {
    for (const folder of ["varnish/vmods", ...(await readdir(top)).map((name) => `${name}/varnish/vmods`)]) {
      if (existsSync(join(top, folder, "libvmod_xkey.so"))) return true;
    }
  }
  return false;
}
