import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../steps.mjs";
import { firstFree } from "./ports.ts";

const READY_MS = 300_000;
/** Where ports that are free are looked for. */
const SERVER_PORT = 8080;
const CONNECTOR_PORT = 8180;
const ATTEMPTS = 5;
const PORT_TAKEN = / in use by another program|EADDRINUSE/;

/** Who is told twice stops at once instead of gracefully: nothing of the demo is worth waiting longer for. */
const PATIENCE_MS = 2_000;

/** The server and a connector as `npm start` runs them. */
export interface Freshet {
  readonly url: string;
  readonly connector: string;
  /** Resolves when it ended, by itself or by `stop`. */
  readonly ended: Promise<unknown>;
  /** Everything both wrote. */
  logs(): string;
  stop(): Promise<void>;
}

/** Where the two will be. */
export interface Places {
  readonly url: string;
  readonly connector: string;
}

interface FreshetOptions {
  /** What both keep is kept in there. */
  readonly folder: string;
  /** As its ready line and its variables name it. */
  readonly connector: { readonly title: "WordPress connector" | "Shopify app"; readonly port: string };
  /** What `freshet.config.json` says. */
  readonly config: (places: Places) => object;
  /** Further variables of the environment. */
  readonly env?: (places: Places) => Readonly<Record<string, string>>;
}

/** Starts both; resolves when both are ready. */
export async function startFreshet(options: FreshetOptions): Promise<Freshet> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Somebody took a port that was free a moment ago.
      if (attempt === ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error;
    }
  }
}

async function startOnce(options: FreshetOptions): Promise<Freshet> {
  const { folder } = options;
  const [port, connectorPort] = [await firstFree(SERVER_PORT), await firstFree(CONNECTOR_PORT)];
  const places = { url: `http://127.0.0.1:${port}`, connector: `http://127.0.0.1:${connectorPort}` };
  const config = join(folder, "freshet.config.json");
  await writeFile(config, JSON.stringify(options.config(places)));
  const env = {
    // What somebody has set for a Freshet of his own is not about this one.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("FRESHET_"))),
    FRESHET_CONFIG: config,
    FRESHET_DATA: join(folder, "data"),
    PORT: String(port),
    [options.connector.port]: String(connectorPort),
    ...options.env?.(places),
  };
  const child = spawn(process.execPath, [join(ROOT, "scripts/start.mjs")], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // "exit" and not "close": whatever it left behind may hold the pipes.
  const ended = once(child, "exit");
  process.once("exit", () => child.kill("SIGTERM"));
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const logs = () => output;
  await ready(child, ended, options.connector.title, logs).catch(async (error: unknown) => {
    child.kill("SIGTERM");
    await ended;
    throw error;
  });
  return {
    ...{ ...places, ended, logs },
    async stop() {
      const tell = () => child.exitCode === null && child.signalCode === null && child.kill("SIGTERM");
      tell();
      const again = setInterval(tell, PATIENCE_MS);
      await ended;
      clearInterval(again);
    },
  };
}

async function ready(
  child: ChildProcess,
  ended: Promise<unknown>,
  connector: string,
  logs: () => string,
): Promise<void> {
  const isReady = Promise.withResolvers<void>();
  const fail = (how: string) => isReady.reject(new Error(`Freshet ${how}:\n${logs()}`));
  const look = () => {
    if (/^Freshet is ready/m.test(logs()) && new RegExp(`^${connector} is ready`, "m").test(logs()))
      isReady.resolve();
    else if (PORT_TAKEN.test(logs())) fail("found its port taken");
  };
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", look);
  const late = setTimeout(() => fail(`was not ready within ${READY_MS / 1_000} s`), READY_MS);
  void ended.then(() => fail("ended"));
  try {
    await isReady.promise;
  } finally {
    clearTimeout(late);
    for (const stream of [child.stdout, child.stderr]) stream?.off("data", look);
  }
}
