import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export const PROGRAM = join(import.meta.dirname, "../../apps/server/bin/freshet.mjs");

/** How a command went. */
export interface Went {
  /** Its exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  readonly cwd: string;
  /** Added to an environment without anything named FRESHET_… and PORT. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads on stdin. */
  readonly input?: string;
  /** Called with the process; for signals and pipes. */
  readonly with?: (child: ReturnType<typeof start>) => unknown;
}

/** Runs the built `freshet` as a user would and waits for its end. */
export async function freshet(args: readonly string[], options: CommandOptions): Promise<Went> {
  const child = start(args, options);
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  child.stdin.on("error", () => {}).end(options.input ?? "");
  const [[code]] = await Promise.all([once(child, "close"), options.with?.(child)]);
  return { code, out, err };
}

function start(args: readonly string[], { cwd, env = {} }: CommandOptions) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^FRESHET_|^PORT$/.test(name));
  return spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}
