import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../steps.mjs";
import { firstFree } from "./ports.ts";

const READY_MS = 300_000;
const ATTEMPTS = 5;
const PORT_TAKEN = / in use by another program|EADDRINUSE/;

/** Who is told twice stops at once instead of gracefully: nothing of the demo is worth waiting longer for. */
const PATIENCE_MS = 2_000;

/** The server and the connector as `npm start` runs them. */
export interface Freshet {
  readonly url: string;
  readonly connector: string;
  readonly apiKey: string;
  /** Resolves when it ended, by itself or by `stop`. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

interface FreshetOptions {
  readonly folder: string;
  readonly site: string;
  readonly secret: string;
}

/** Starts both for one site, with all they keep in `folder`; resolves when both are ready. */
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

async function startOnce({ folder, site, secret }: FreshetOptions): Promise<Freshet> {
  const apiKey = randomBytes(16).toString("hex");
  const [port, connectorPort] = [await firstFree(8080), await firstFree(8180)];
  const config = join(folder, "freshet.config.json");
  await writeFile(
    config,
    JSON.stringify({
      projects: { blog: { apiKey, origins: { allow: [new URL(site).hostname], allowPrivate: true } } },
      connectors: { wordpress: [{ site, secret, project: "blog" }] },
    }),
  );
  const env = {
    ...process.env,
    FRESHET_CONFIG: config,
    FRESHET_DATA: join(folder, "data"),
    PORT: String(port),
    FRESHET_WORDPRESS_PORT: String(connectorPort),
  };
  const child = spawn(process.execPath, [join(ROOT, "scripts/start.mjs")], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // "exit" and not "close": whatever it left behind may hold the pipes.
  const ended = once(child, "exit");
  process.once("exit", () => child.kill("SIGTERM"));
  await ready(child, ended).catch(async (error: unknown) => {
    child.kill("SIGTERM");
    await ended;
    throw error;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    connector: `http://127.0.0.1:${connectorPort}`,
    apiKey,
    ended,
    async stop() {
      const tell = () => child.exitCode === null && child.signalCode === null && child.kill("SIGTERM");
      tell();
      const again = setInterval(tell, PATIENCE_MS);
      await ended;
      clearInterval(again);
    },
  };
}

async function ready(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  let output = "";
  const isReady = Promise.withResolvers<void>();
  const fail = (how: string) => isReady.reject(new Error(`Freshet ${how}:\n${output}`));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (/^Freshet is ready/m.test(output) && /^WordPress connector is ready/m.test(output))
        isReady.resolve();
      else if (PORT_TAKEN.test(output)) fail("found its port taken");
    });
  }
  const late = setTimeout(() => fail(`was not ready within ${READY_MS / 1_000} s`), READY_MS);
  void ended.then(() => fail("ended"));
  try {
    await isReady.promise;
  } finally {
    clearTimeout(late);
  }
}
