import { spawn } from "node:child_process";
import { once } from "node:events";

/** A program of ours that a test runs as its operator would. */
export interface Program {
  readonly pid: number;
  /** Everything it and its children wrote, both streams together. */
  logs(): string;
  /** Sends the signal to the program alone and resolves when it is over; what is still there of it then, or after 15 s, is killed. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** How it ended, once it has. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export interface ProgramOptions {
  /** The Node that runs the test unless told. */
  readonly command?: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to an otherwise clean environment: nothing named FRESHET_… and no PORT come in from outside. */
  readonly env: Readonly<Record<string, string>>;
  /** Lines that say, all together, that it is ready. */
  readonly ready: readonly RegExp[];
  /** Longest wait for them in milliseconds; 30,000 unless told. */
  readonly readyMs?: number;
}

const STOP_MS = 15_000;

/** Starts it and waits until it says that it is ready; rejects with what it wrote when it does not. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { command = process.execPath, args, cwd, env, ready, readyMs = 30_000 } = options;
  // A group of its own: whatever it starts ends with it, even when the test is cut off.
  const child = spawn(command, args, {
    cwd,
    env: { ...inherited(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  const isReady = Promise.withResolvers<"ready">();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (ready.every((line) => line.test(output))) isReady.resolve("ready");
    });
  }
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  };
  process.once("exit", killGroup);
  const over = once(child, "exit").then(
    ([code, signal]) => ({ code, signal }),
    (error) => {
      output += String(error);
      return { code: null, signal: null };
    },
  );
  const ended = over.finally(() => process.off("exit", killGroup));
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const late = setTimeout(killGroup, STOP_MS);
    await ended;
    clearTimeout(late);
    killGroup();
  };

  const timer = setTimeout(() => isReady.reject(new Error(`not ready within ${readyMs / 1_000} s`)), readyMs);
  try {
    const outcome = await Promise.race([isReady.promise, ended]);
    if (outcome !== "ready") throw new Error(`ended with ${outcome.code ?? outcome.signal}`);
  } catch (error) {
    await end("SIGKILL");
    throw new Error(`${args[0]}: ${error instanceof Error ? error.message : error}:\n${output}`);
  } finally {
    clearTimeout(timer);
  }
  return { pid: child.pid ?? 0, logs: () => output, end, ended };
}

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("FRESHET_") && name !== "PORT"),
  );
}
