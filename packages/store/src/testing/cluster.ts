import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { chown, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { ownerOfData, postgresIsMissing, programs } from "./programs.ts";

const run = promisify(execFile);

/** A PostgreSQL server of its own on loopback, with its data in a temporary folder and fsync on. */
export interface PostgresServer {
  /** Address of the database "postgres" for the superuser; stays the same through restarts. */
  readonly url: string;
  /** Of the process that runs now or ran last. */
  readonly pid: number;
  /** Ends it, and its connections with it, and removes its folder. */
  stop(): Promise<void>;
  /** Starts it again on the same data and port; ends it first if it still runs. As a standby it takes no changes until it is promoted. */
  restart(as?: "primary" | "standby"): Promise<void>;
  /** Ends it at once (SIGKILL); the data stays for `restart`. */
  kill(): Promise<void>;
  /** Takes a copy of the data while the server runs, for `restore`. */
  backUp(): Promise<void>;
  /** Ends it at once and starts it again on the copy that was taken last: what was committed since is gone. */
  restore(): Promise<void>;
}

const USER = "freshet";
const READY_MS = 30_000;
const STOP_MS = 10_000;
const MOST_PORTS = 5;

/** Starts a server and waits until it takes connections; rejects with what it wrote when it does not. */
export async function startPostgres(): Promise<PostgresServer> {
  const missing = postgresIsMissing();
  const bin = programs();
  if (missing !== undefined || bin === undefined) throw new Error(`No server can be started: ${missing}.`);
  const owner = ownerOfData();
  const folder = await mkdtemp(join(tmpdir(), "freshet-postgres-"));
  const data = join(folder, "data");
  const copy = join(folder, "copy");
  const password = randomBytes(12).toString("hex");
  await writeFile(join(folder, "password"), password);
  for (const path of owner ? [folder, join(folder, "password")] : [])
    await chown(path, owner?.uid ?? 0, owner?.gid ?? 0);
  const as = { ...owner, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" } };
  // biome-ignore format: one option a line
  await run(join(bin, "initdb"), [
    "-D", data, "-U", USER, "--encoding=UTF8", "--locale=C",
    "--auth=scram-sha-256", `--pwfile=${join(folder, "password")}`,
    "--no-sync", // of the empty data alone; the server itself syncs
  ], as);

  let port = 0;
  let running: Running;
  const start = async (): Promise<void> => {
    // biome-ignore format: one option a line
    const child = spawn(join(bin, "postgres"), [
      "-D", data, "-p", String(port),
      "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
      "-c", "max_connections=200", "-c", "shared_buffers=32MB", "-c", "fsync=on",
    ], { ...as, stdio: ["ignore", "ignore", "pipe"] });
    running = watch(child, folder);
    await running.ready();
  };
  const startAgain = async (): Promise<void> => {
    for (let begun = Date.now(); ; await sleep(50)) {
      try {
        return await start();
      } catch (error) {
        // Children of a killed server take a moment to notice that it is gone.
        if (!/still in use|lock file/.test(String(error)) || Date.now() - begun > STOP_MS) throw error;
      }
    }
  };
  for (let attempt = 1; ; attempt += 1) {
    port = await freePort();
    try {
      await start();
      break;
    } catch (error) {
      // Somebody else may take the free port before the server does.
      if (/could not create any TCP/.test(String(error)) && attempt < MOST_PORTS) continue;
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }
  return {
    url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
    get pid() {
      return running.pid;
    },
    async stop() {
      await running.end("SIGINT");
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
    async restart(role = "primary") {
      await running.end("SIGINT");
      const signal = join(data, "standby.signal");
      if (role === "standby") await writeFile(signal, "");
      else await rm(signal, { force: true });
      await startAgain();
    },
    kill: () => running.end("SIGKILL"),
    async backUp() {
      await rm(copy, { recursive: true, force: true });
      // biome-ignore format: one option a line
      await run(join(bin, "pg_basebackup"), [
        "-h", "127.0.0.1", "-p", String(port), "-U", USER, "-D", copy, "--checkpoint=fast", "--no-sync",
      ], { ...as, env: { ...as.env, PGPASSWORD: password } });
    },
    async restore() {
      await running.end("SIGKILL");
      await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
      await rename(copy, data);
      await startAgain();
    },
  };
}

interface Running {
  readonly pid: number;
  ready(): Promise<void>;
  end(signal: "SIGINT" | "SIGKILL"): Promise<void>;
}

function watch(child: ReturnType<typeof spawn>, folder: string): Running {
  let written = "";
  const isReady = Promise.withResolvers<"ready">();
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    written += text;
    if (/database system is ready to accept/.test(written)) isReady.resolve("ready");
  });
  const isOver = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const ended = once(child, "close").catch((error: unknown) => {
    written += String(error);
  });
  const endWithUs = (): void => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", endWithUs);
  void ended.then(() => process.removeListener("exit", endWithUs));
  const end = async (signal: "SIGINT" | "SIGKILL"): Promise<void> => {
    if (!isOver()) child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(late);
  };
  return {
    pid: child.pid ?? 0,
    end,
    async ready() {
      const late = Promise.withResolvers<"late">();
      const timer = setTimeout(() => late.resolve("late"), READY_MS);
      const outcome = await Promise.race([isReady.promise, ended, late.promise]);
      clearTimeout(timer);
      if (outcome === "ready") return;
      await end("SIGKILL");
      throw new Error(`PostgreSQL did not come up:\n${written}`);
    },
  };
}
