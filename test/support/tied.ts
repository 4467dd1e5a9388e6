import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A program that ends, with everything it started, when this process ends: also when that is killed and can tell nobody. */
export interface Tied {
  /** How it ended by itself; null while it runs. */
  exitCode(): number | null;
  /** Kills it and everything it started. */
  end(): Promise<void>;
}

/** The pipe on descriptor 3 ends with the process that holds its other end; then all of the group is killed. */
const WATCH = `exec 3<&0 </dev/null
"$@" 3<&- &
program=$!
{ cat <&3 >/dev/null; kill -9 0; } &
exec 3<&-
wait "$program"`;

/** Starts a program of which nothing is read. */
export function spawnTied(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Tied {
  const shell = spawn("sh", ["-c", WATCH, "sh", command, ...args], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // A group of its own.
    env,
  });
  // When the program ended by itself, what it started and the watch are still there.
  shell.once("exit", () => killGroup(shell));
  return {
    exitCode: () => shell.exitCode,
    async end() {
      if (shell.pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return;
      const ended = once(shell, "exit");
      killGroup(shell);
      await ended;
    },
  };
}

function killGroup(shell: ChildProcess): void {
  try {
    if (shell.pid !== undefined) process.kill(-shell.pid, "SIGKILL");
  } catch {
    // All of it ended by itself.
  }
}
