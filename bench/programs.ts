import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";

/** A process of a peer that runs until it is stopped. */
export interface Program {
  readonly pid: number;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

const READY_MS = 20_000;
const STOP_MS = 3_000;

/** Starts a server and waits for its line "ready", or for `answers` where it writes none. */
export async function startProgram(
  command: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly answers?: string } = {},
): Promise<Program> {
  const [name = "", ...args] = command;
  const child = spawn(name, args, {
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      if (output.length < 10_000) output += text;
    });
  }
  const program = watched(child);
  const isReady = async () =>
    options.answers === undefined
      ? /^ready$/m.test(output)
      : fetch(options.answers).then(
          (answer) => answer.arrayBuffer().then(() => true),
          () => false,
        );
  for (const begun = Date.now(); !(await isReady()); await pause(25)) {
    if (isOver(child) || Date.now() - begun > READY_MS) {
      await program.stop();
      throw new Error(`${command.join(" ")} did not start:\n${output}`);
    }
  }
  return program;
}

/** The same for one that has a folder of its own, which goes with it. */
export async function startIn(
  folder: string,
  command: readonly string[],
  options: Parameters<typeof startProgram>[1] = {},
): Promise<Program> {
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const program = await startProgram(command, options).catch(async (error) => {
    await remove();
    throw error;
  });
  return {
    ...program,
    async stop() {
      await program.stop();
      await remove();
    },
  };
}

/** Starts a script that talks by messages and waits for its "ready". */
export async function forkProgram(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Program> {
  const child = fork(script, [...args], { env: { ...process.env, ...env }, serialization: "advanced" });
  const program = watched(child);
  const [message] = await Promise.race([once(child, "message"), once(child, "exit")]);
  if (message !== "ready") throw new Error(`${script} ended before it was ready.`);
  return program;
}

function watched(child: ChildProcess): Program {
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  child.once("exit", () => process.removeListener("exit", killWithUs));
  child.once("error", () => {});
  return {
    pid: child.pid ?? 0,
    child,
    async stop() {
      if (isOver(child)) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

const isOver = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** What stands before a command so that it runs on one core alone; nothing where that cannot be had. */
export function onCore(core: number): readonly string[] {
  if (availableParallelism() <= core || !isInstalled("taskset")) return [];
  return ["taskset", "-c", String(core)];
}

export const isInstalled = (name: string): boolean =>
  spawnSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" }).status === 0;

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
