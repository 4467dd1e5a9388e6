import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { render } from "@freshet/core/resize";
import { isStoreError } from "@freshet/store";
import { type Config, ConfigError, loadConfig } from "./config.ts";
import { DataFolderInUse, lockDataFolder } from "./data-folder.ts";
import { writeSamples } from "./demo/samples.ts";
import { letPixelsGiveWay } from "./pixel-threads.ts";
import { createServer } from "./server.ts";

/** Milliseconds to put everything away after the last answer. */
const CLOSING_MS = 3_000;

/** A signal repeated sooner is the same one: terminals and launchers both pass it on. */
const IMPATIENT_MS = 1_000;

/** Starts the server by configuration and environment and sees it through to its end. */
export async function run(): Promise<void> {
  try {
    const config = await loadConfig({ env: process.env, cwd: process.cwd() });
    const lock = await lockDataFolder(config.dataFolder);
    if (config.isBuiltIn) await prepareSamples(config);
    const server = await createServer(config);
    await server.serve();
    const port = await server.listen({ host: config.host, port: config.port });
    // Who has found that it listens may stop it at once.
    const { drainPauseMs, drainMs } = config.limits;
    const isStopping = stopOnSignal(
      async () => {
        await server.stop();
        lock.release();
      },
      drainPauseMs + drainMs + CLOSING_MS,
    );
    letPixelsGiveWay();
    if (server.reopenLog) reopenOnHangUp(server.reopenLog);
    await server.complete();
    if (isStopping()) return;
    // The line about listening comes first, ours is the last of the start.
    await setImmediate();
    announce(config, port, server.setupToken);
    process.send?.("ready"); // to a launcher, if one is there
  } catch (error) {
    console.error(sentenceOf(error));
    process.exit(1);
  }
}

async function prepareSamples(config: Config): Promise<void> {
  const rasterise = async (svg: Uint8Array, format: "jpeg" | "png") =>
    (await render(svg, {}, { format })).bytes;
  await writeSamples(join(config.dataFolder, "sample"), rasterise);
}

function announce(config: Config, port: number, setupToken: string | undefined): void {
  const base = `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`;
  console.log(`Freshet is ready: ${base}`);
  if (config.role !== "delivery" && existsSync(join(config.consoleFolder, "index.html")))
    console.log(`  The console: ${base}/console`);
  if (config.isBuiltIn) {
    console.log(`  Open ${base}/demo to see pictures of the built-in project in several transformations.`);
    console.log(
      `  Its files are in ${join(config.dataFolder, "sample")}: replace one, then invalidate it as the page shows.`,
    );
  }
  if (setupToken !== undefined) {
    const link = `${config.console.url ?? base}/console/setup#${setupToken}`;
    console.log(`  Nobody can sign in to the console yet. This link makes the first user, once: ${link}`);
  }
  if (config.freshAdminKey) {
    console.log(`  API key of the installation (shown once): ${config.freshAdminKey}`);
  }
  if (config.freshKey) {
    console.log(`  API key of project "${config.freshKey.project}" (shown once): ${config.freshKey.key}`);
  }
}

/** What logrotate sends. From a terminal it says that the terminal is gone, which ends a program as ever. */
function reopenOnHangUp(reopen: () => void): void {
  if (!process.stdin.isTTY) process.on("SIGHUP", reopen);
}

/** Whatever happens, it has ended after so many milliseconds. Answers with whether a signal has come. */
function stopOnSignal(stop: () => Promise<void>, longestMs: number): () => boolean {
  let first: number | undefined;
  const end = () => {
    if (first !== undefined) {
      if (performance.now() - first > IMPATIENT_MS) process.exit(1);
      return;
    }
    first = performance.now();
    setTimeout(() => process.exit(1), longestMs).unref();
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error(sentenceOf(error));
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  return () => first !== undefined;
}

function sentenceOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DataFolderInUse || isStoreError(error))
    return error.message;
  const { code, port, address } = error as { code?: string; port?: number; address?: string };
  if (code === "EADDRINUSE") {
    return `Port ${port} of ${address} is in use by another program. Stop it, or choose another port with PORT.`;
  }
  if (code === "EACCES" && port !== undefined) {
    return `This user may not listen on port ${port}. Choose one above 1023 with PORT.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
