import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { RenderError } from "@freshet/core/resize";
import { meterOf } from "../cells/meter.ts";
import { beNice } from "../niceness.ts";

/** What one run of a program may take; beyond it the process is killed. */
export interface Bounds {
  readonly cpuMs: number;
  /** Resident memory, where the system tells. */
  readonly bytes: number;
  /** File that it writes, and how large that may grow. */
  readonly output?: { readonly path: string; readonly bytes: number };
}

/** How the program is run. */
export interface Running {
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
  /** Hears each line of its standard output. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** A run may take so many times its processor time by the clock: it runs behind everybody else. */
const PATIENCE = 6;
const LOOK_MS = 50;
/** Behind everybody, renders too. */
const NICENESS = 15;
const MOST_TEXT = 200_000;
/** Of the environment only what a program needs to start: what reads bytes of strangers knows no secret. */
const NEEDED = /^(?:PATH|TMPDIR|TZ|LANG|LC_\w+|LD_\w+|SystemRoot)$/;

/**
 * Runs a program to its end, behind everybody and within bounds, and gives what it wrote to its standard output. A program that cannot be
 * started rejects with what the system says.
 * @throws RenderError for whatever ends it otherwise, and the reason of the signal.
 */
export async function runBounded(
  program: string,
  parameters: readonly string[],
  bounds: Bounds,
  { cwd, signal, onLine }: Running,
): Promise<string> {
  signal?.throwIfAborted();
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => NEEDED.test(name)));
  const child = spawn(program, parameters, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const end = (error: unknown) => {
    reject(error);
    child.kill("SIGKILL");
  };
  const said = { text: "", rest: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => hear(said, text, onLine));
  // It has to be read, or the program would wait for whoever reads it.
  child.stderr.resume();
  child.once("error", reject);
  child.once("spawn", () => child.pid !== undefined && beNice(child.pid, NICENESS));
  child.once("close", (code, cause) => {
    if (code === 0) resolve(said.text);
    else reject(cause === "SIGKILL" ? tooLarge() : unreadable());
  });
  const { cpuMs, bytes, output } = bounds;
  const exceeded = meterOf(child.pid, { cpuMs, longestMs: cpuMs * PATIENCE, bytes });
  const watch = setInterval(() => {
    const what = exceeded();
    if (what !== undefined) end(what === "time" ? tooSlow() : tooLarge());
    else if (output && sizeOf(output.path) > output.bytes) end(tooLong(output.bytes));
  }, LOOK_MS);
  const stop = () => end(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  return promise.finally(() => {
    clearInterval(watch);
    signal?.removeEventListener("abort", stop);
  });
}

function hear(said: { text: string; rest: string }, text: string, onLine?: (line: string) => void): void {
  if (!onLine) {
    if (said.text.length < MOST_TEXT) said.text += text;
    return;
  }
  const lines = (said.rest + text).split("\n");
  said.rest = (lines.pop() ?? "").slice(-MOST_TEXT);
  for (const line of lines) onLine(line);
}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const tooSlow = () =>
  new RenderError(
    "IMAGE_TOO_SLOW",
    "The video took too long to be converted. Publish a shorter or smaller one.",
  );
const tooLarge = () =>
  new RenderError("IMAGE_TOO_LARGE", "The video takes too much memory. Publish a smaller one.");
const tooLong = (most: number) =>
  new RenderError("IMAGE_TOO_LARGE", `What was made of the video has more than ${most} bytes.`);
export const unreadable = () =>
  new RenderError(
    "IMAGE_UNREADABLE",
    "The video cannot be read. Publish it as MP4, MOV, WebM or MKV, undamaged.",
  );
