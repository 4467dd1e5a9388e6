import { spawn } from "node:child_process";
import { behindAnswers, beNice } from "../niceness.ts";
import type { Allowance } from "./cell.ts";
import { meterOf } from "./meter.ts";

/** Between two looks: what recurses takes a gigabyte in a second. */
const LOOK_MS = 5;
/** It may take so many times its processor time by the clock. */
const PATIENCE = 10;

/** What a program has to say about its input. */
export interface Said {
  readonly code: number;
  readonly out: Buffer;
  /** What it wrote beside it; only whether that is much or little means something. */
  readonly aside: number;
}

/**
 * Runs a program over bytes of strangers, with nothing of this server's environment. Undefined for one that was killed because it took more memory,
 * processor time or room for its answer than it may, or that broke.
 * @throws Error where it could not be started.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  input: Uint8Array,
  {
    env,
    mostOut,
    bytes,
    cpuMs,
  }: { readonly env: NodeJS.ProcessEnv; readonly mostOut: number } & Pick<Allowance, "bytes" | "cpuMs">,
): Promise<Said | undefined> {
  const child = spawn(file, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  const { promise, resolve, reject } = Promise.withResolvers<Said | undefined>();
  const out: Buffer[] = [];
  let size = 0;
  let aside = 0;
  child.once("error", reject);
  // It may end before it has read everything.
  child.stdin.on("error", () => {});
  child.stdout.on("data", (piece: Buffer) => {
    size += piece.length;
    if (size > mostOut) child.kill("SIGKILL");
    else out.push(piece);
  });
  child.stderr.on("data", (piece: Buffer) => {
    aside += piece.length;
  });
  child.once("close", (code) =>
    resolve(code === null || size > mostOut ? undefined : { code, out: Buffer.concat(out), aside }),
  );
  const exceeded = meterOf(child.pid, { cpuMs, longestMs: cpuMs * PATIENCE, bytes });
  const watch = setInterval(() => {
    if (exceeded() !== undefined) child.kill("SIGKILL");
  }, LOOK_MS);
  if (child.pid !== undefined) beNice(child.pid, behindAnswers());
  child.stdin.end(input);
  return await promise.finally(() => clearInterval(watch));
}
