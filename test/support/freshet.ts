import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../packages/store/src/testing/free-port.ts";
import { MEMORY_ENV } from "../../scripts/memory.mjs";

export { freePort };

const MAIN = join(import.meta.dirname, "../../apps/server/dist/main.js");
const READY = /^Freshet is ready: \S+$/m;
/** A start takes a second or two; many at once on a busy machine take their time. */
const READY_MS = 90_000;
/** A little more than the server gives its own drain. */
const STOP_MS = 15_000;
const MOST_PORTS = 5;

/** What a Freshet is started with. */
export interface FreshetOptions {
  /** What `freshet.config.json` says; absent is a start without a file: the built-in project `demo`. */
  readonly config?: unknown;
  /** Added to an otherwise clean environment: nothing named FRESHET_… comes in from outside. */
  readonly env?: Readonly<Record<string, string>>;
  /** 0 to 65535; absent is a free one. */
  readonly port?: number;
  /** A command that starts Node, such as `["taskset", "-c", "0"]`. */
  readonly launcher?: readonly string[];
  /** How its folder is removed when it was stopped; absent is at once. */
  readonly remove?: (folder: string) => Promise<void>;
  /** Another build of the server, by its main.js, than the one in the tree. */
  readonly main?: string;
}

/** The built server as a process of its own, with a data folder of its own, on loopback. */
export interface Freshet {
  readonly url: string;
  readonly port: number;
  readonly dataFolder: string;
  /** Of the process that runs now or ran last. */
  readonly pid: number;
  /** Everything it wrote since the first start, both streams together. */
  logs(): string;
  /** Ends it as an operator would (SIGTERM, answers under way are finished) and removes its folder. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL); data folder and port stay, for `restart`. */
  kill(): Promise<void>;
  /** It stands still (SIGSTOP) until `thaw`: its port goes on taking connections, clocks go on. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same data folder and port, after SIGTERM if it still runs. Options given replace the first ones. */
  restart(options?: Pick<FreshetOptions, "config" | "env">): Promise<void>;
  /** How the process ended, once it has. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts a Freshet and waits until it says that it is ready; rejects with what it wrote when it does not. */
export async function startFreshet(options: FreshetOptions = {}): Promise<Freshet> {
  const { main = MAIN, remove = removeNow } = options;
  if (!existsSync(main)) throw new Error(`${main} is missing. Build the server first: npm run build.`);
  const folder = await mkdtemp(join(tmpdir(), "freshet-"));
  const dataFolder = join(folder, "data");
  let current: { config?: unknown; env?: Readonly<Record<string, string>> } = options;
  let port = options.port ?? 0;
  let output = "";
  let running: Running;

  const start = async () => {
    const config = join(folder, "freshet.config.json");
    if (current.config === undefined) await rm(config, { force: true });
    else await writeFile(config, JSON.stringify(current.config));
    const [command = process.execPath, ...rest] = [...(options.launcher ?? []), process.execPath];
    const child = spawn(command, [...rest, main], {
      cwd: folder,
      env: {
        ...inherited(),
        // As the launcher sets them.
        ...MEMORY_ENV,
        UV_THREADPOOL_SIZE: String(availableParallelism() + 4),
        FRESHET_DATA: dataFolder,
        PORT: String(port),
        ...current.env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running = watch(child, (text) => {
      output += text;
    });
    await running.ready();
  };

  for (let attempt = 1; ; attempt += 1) {
    if (options.port === undefined) port = await freePort();
    try {
      await start();
      break;
    } catch (error) {
      // Somebody else may take the free port before the server does.
      const isTaken = options.port === undefined && /port \d+ .*in use/i.test(String(error));
      if (isTaken && attempt < MOST_PORTS) continue;
      await remove(folder);
      throw error;
    }
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    dataFolder,
    get pid() {
      return running.pid;
    },
    get ended() {
      return running.ended;
    },
    logs: () => output,
    async stop() {
      await running.end("SIGTERM");
      await remove(folder);
    },
    kill: () => running.end("SIGKILL"),
    freeze: () => running.send("SIGSTOP"),
    thaw: () => running.send("SIGCONT"),
    async restart(again = {}) {
      await running.end("SIGTERM");
      current = { ...current, ...again };
      await start();
    },
  };
}

const removeNow = (folder: string) => rm(folder, { recursive: true, force: true, maxRetries: 5 });

interface Running {
  readonly pid: number;
  readonly ended: Freshet["ended"];
  /** Resolves when the ready line was written. */
  ready(): Promise<void>;
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Nothing happens when it has ended. */
  send(signal: "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGKILL"): void;
}

function watch(child: ChildProcess, write: (text: string) => void): Running {
  let written = "";
  const { promise: isReady, resolve: becomeReady } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      write(text);
      written += text;
      if (READY.test(written)) becomeReady();
    });
  }
  // "close" comes after the last byte of output, "exit" may come before it.
  const ended = once(child, "close").then(
    ([code, signal]) => ({ code, signal }),
    (error) => {
      write(String(error));
      written += String(error);
      return { code: null, signal: null };
    },
  );
  const isOver = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  void ended.then(() => process.removeListener("exit", killWithUs));

  const send: Running["send"] = (signal) => {
    if (!isOver()) child.kill(signal);
  };
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    send(signal);
    // What stands still hears no SIGTERM.
    send("SIGCONT");
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(late);
  };
  return {
    pid: child.pid ?? 0,
    ended,
    end,
    send,
    async ready() {
      const late = Promise.withResolvers<"late">();
      const timer = setTimeout(() => late.resolve("late"), READY_MS);
      const outcome = await Promise.race([isReady, ended, late.promise]);
      clearTimeout(timer);
      if (outcome === undefined) return;
      await end("SIGKILL");
      const how =
        outcome === "late"
          ? `was not ready within ${READY_MS / 1000} s`
          : `ended with ${outcome.code ?? outcome.signal}`;
      throw new Error(`Freshet ${how}:\n${written}`);
    },
  };
}

/** The environment of this process without what would configure the server. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("FRESHET_") && name !== "PORT"),
  );
}
