import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf, kill } from "./processes.ts";

/** A server of others that stays in the foreground and has children of its own. */
export interface Daemon {
  readonly pid: number;
  hasEnded(): boolean;
  signal(name: NodeJS.Signals): void;
  /** Ends it and resolves when it is over. One that is killed leaves its children behind, and they go on serving: they are killed too. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts it; `write` gets what it says. It ends with us, however we end, and its children with it. */
export function startDaemon(
  [command = "", ...rest]: readonly string[],
  write: (text: string) => void,
): Daemon {
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", write);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const endWithUs = () => child.kill("SIGTERM");
  process.once("exit", endWithUs);
  void ended.then(() => process.off("exit", endWithUs));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    hasEnded,
    signal: (name) => void child.kill(name),
    async end(signal) {
      if (hasEnded()) return;
      const children = signal === "SIGKILL" ? await childrenOf(pid) : [];
      child.kill(signal);
      await ended;
      for (const each of children) kill(each);
    },
  };
}

/** Whether somebody answers at this address. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/livez`);
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Waits until nobody does, or four seconds. */
export async function silent(url: string): Promise<void> {
  for (let wait = 0; wait < 400 && (await answers(url)); wait++) await sleep(10);
}
