import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { RenderError } from "@freshet/core/resize";
import type { JobInput, JobName, JobOutput, Reply } from "./jobs.ts";
import { meterOf } from "./meter.ts";
import { usageOf } from "./usage.ts";

/** What one job may use; beyond it the process is killed. */
export interface Allowance {
  /** Resident memory of a process that has done nothing else before. */
  readonly bytes: number;
  /** Milliseconds of processor time, so that a busy machine refuses nobody. Where only the clock can be read, it counts. */
  readonly cpuMs: number;
  /** It goes before what is not: reading a drawing never waits for others to be drawn. */
  readonly isQuick: boolean;
  /** The process ends with the job: what the job has loaded or allocated is none of the next one's. */
  readonly ends?: true;
}

/** Resident memory of a process that has done nothing yet. */
export const EMPTY_CELL = 75_000_000;
/** A job may take so many times its processor time by the clock: it runs behind everybody else. */
const PATIENCE = 10;
const LOOK_MS = 8;
/** Time to start a process, by the clock. */
const START_MS = 30_000;
/** Of V8: jobs that run in JavaScript are bounded by their input. */
const HEAP_MB = 128;

// Beside this file, in the form that this file is in.
const CHILD = fileURLToPath(new URL(`./child${extname(import.meta.filename)}`, import.meta.url));

/** Of the environment of the server only what a program needs to start: what reads bytes of strangers knows no secret. */
const NEEDED = /^(?:PATH|HOME|TMPDIR|TZ|LANG|LC_\w+|FONTCONFIG_\w+|LD_\w+|NODE_COMPILE_CACHE|SystemRoot)$/;

/** A process in which the bytes of strangers are read, one job at a time. It may be killed at any moment. */
export class Cell {
  readonly #child: ChildProcess;
  readonly #started: Promise<void>;
  #isOver = false;

  constructor() {
    const env = Object.entries(process.env).filter(([name]) => NEEDED.test(name));
    this.#child = fork(CHILD, {
      env: {
        ...Object.fromEntries(env),
        // What a large picture took goes back to the system when it is done.
        MALLOC_ARENA_MAX: "1",
        MALLOC_TRIM_THRESHOLD_: "131072",
        UV_THREADPOOL_SIZE: "2",
      },
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    // It never keeps the server alive.
    this.#child.unref();
    this.#child.channel?.unref();
    this.#child.on("error", () => this.end());
    this.#child.once("exit", () => {
      this.#isOver = true;
    });
    this.#started = this.#next(START_MS, { bytes: Number.POSITIVE_INFINITY, cpuMs: START_MS }).then(() => {});
    this.#started.catch(() => {}); // told to whoever runs the first job
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resident memory, where the system tells. */
  get bytes(): number {
    return usageOf(this.#child.pid ?? 0)?.residentBytes ?? 0;
  }

  /** Rejects with a `RenderError` for what the job refuses and for whatever ends the process. */
  async run<Name extends JobName>(
    name: Name,
    input: JobInput<Name>,
    allowance: Allowance,
  ): Promise<JobOutput<Name>> {
    await this.#started;
    const answer = this.#next(allowance.cpuMs * PATIENCE, allowance);
    this.#child.send({ name, input }, () => {}); // a process that is gone says so by its end
    const reply = (await answer) as Reply;
    if ("done" in reply) return reply.done as JobOutput<Name>;
    if ("refused" in reply) throw new RenderError(reply.refused.code, reply.refused.message);
    throw new Error(reply.broken);
  }

  end(): void {
    this.#isOver = true;
    this.#child.kill("SIGKILL");
  }

  /** The next message, or the reason why there is none. */
  #next(longestMs: number, { bytes, cpuMs }: Pick<Allowance, "bytes" | "cpuMs">): Promise<unknown> {
    const child = this.#child;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    // What allocators kept of earlier jobs is none of this one's.
    const exceeded = meterOf(child.pid, { cpuMs, longestMs, bytes, emptyBytes: EMPTY_CELL });
    const killFor = (error: RenderError) => {
      reject(error);
      this.end();
    };
    const watch = setInterval(() => {
      const what = exceeded();
      if (what !== undefined) killFor(what === "time" ? tooSlow() : tooLarge());
    }, LOOK_MS);
    const died = (code: number | null, signal: NodeJS.Signals | null) => reject(causeOf(code, signal));
    child.once("message", resolve);
    child.once("exit", died);
    const settle = () => {
      clearInterval(watch);
      child.off("message", resolve);
      child.off("exit", died);
    };
    return promise.finally(settle);
  }
}

/** Nobody here has killed it: the system ends what it has no memory for, V8 and allocators abort, and everything else is damage. */
function causeOf(code: number | null, signal: NodeJS.Signals | null): RenderError {
  if (signal === "SIGKILL" || signal === "SIGABRT") return tooLarge();
  return new RenderError(
    "IMAGE_UNREADABLE",
    `The original broke what reads it (${signal ?? code}). Replace it with an undamaged image.`,
  );
}

const tooSlow = () =>
  new RenderError("IMAGE_TOO_SLOW", "The image took too long to render. Publish a simpler original.");
const tooLarge = () =>
  new RenderError(
    "IMAGE_TOO_LARGE",
    "The image takes too much memory to render. Publish a simpler original.",
  );
