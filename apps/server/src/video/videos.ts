import { hash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import { isRenderError, probe, type RenderError } from "@freshet/core/resize";
import { LRUCache } from "lru-cache";
import type { ByteTiers } from "../cache/byte-tiers.ts";
import { growing } from "../cache/growing.ts";
import type { Patience } from "../cache/patience.ts";
import { NOBODYS } from "../cache/render-queue.ts";
import type { Turn } from "../cache/turn.ts";
import { ServerError } from "../errors.ts";
import { type Bounds, type Running, runBounded, unreadable } from "./bounded.ts";
import {
  clipCommand,
  encoderFor,
  lengthOf,
  posterCommand,
  previewCommand,
  probeCommand,
  type VideoFile,
} from "./commands.ts";
import { Line } from "./line.ts";
import { QUESTIONS, readProbe, type VideoFacts } from "./probe.ts";
import type { Container } from "./sniff.ts";
import type { Tools } from "./tools.ts";
import type { ClipFormat, Work } from "./wish.ts";

/** A video that something is to be made of. */
export interface Original {
  readonly digest: string;
  readonly container: Container;
  /** Puts its bytes, and perhaps something behind them, under a path; how many are its own, or undefined when they are gone. */
  readonly lend: (path: string) => Promise<number | undefined>;
}

/** Who wants it. */
export interface Asking {
  readonly turn?: Turn | undefined;
  /** Nobody waits for it: then it is waited for to its end. */
  readonly patience?: Patience | undefined;
}

/** What is made with time. */
export type Made =
  | { readonly kind: "clip"; readonly format: ClipFormat; readonly work: Work }
  | {
      readonly kind: "preview";
      readonly work: Work;
    };

/** Where work stands that goes on. */
export interface Progress {
  /** From 0 to 1; undefined while it waits, or where nobody knows how long the video is. */
  readonly done: number | undefined;
  readonly isWaiting: boolean;
}

export type Finished = { readonly bytes: Uint8Array; readonly from: "disk" | "shared" | "rendered" };

/** Raised by hand whenever something else is made of the same video. */
const REVISION = 1;

/** A picture of a film of 4K; what it is looked up with takes less. */
const QUICK: Bounds = { cpuMs: 20_000, bytes: 1_000_000_000 };
/** A minute of 4K at its full size was seen to take two and a half minutes of one core, and 0.7 (H.264) or 1.1 GB (VP9) of memory. */
const SLOW: Bounds = { cpuMs: 300_000, bytes: 1_500_000_000 };
/** Bytes of a clip or a preview: a minute at 8 megabits a second. */
const MOST_BYTES = 64_000_000;
/** Charged to whoever asks, in hundredths of a second of one core: what a short clip takes. */
const COSTS = { quick: 20, slow: 500 } as const;
const MOST_WAITING = { quick: 200, slow: 100 } as const;

/** What was just made is given from here, also where the disk has no room for it. */
const RECENT = { bytes: 2 * MOST_BYTES, ms: 60_000 } as const;
const SLOW_FOR_MS = 600_000;
/** For as long what nobody waits for is waited for. */
const PATIENT_MS = 3_600_000;

interface Job {
  readonly result: Promise<Uint8Array>;
  readonly progress: Progress;
}

/**
 * What is made of videos, by ffmpeg: kept by content address like variants, under the digest of the video, what is made of it and which
 * ffmpeg made it. Pictures are made while their visitor waits, clips and previews one at a time behind everybody.
 */
export class Videos {
  readonly #tools: () => Promise<Tools>;
  readonly #tiers: Pick<ByteTiers, "get" | "write" | "locate">;
  readonly #scratch: string;
  readonly #waitMs: number;
  readonly #lines = { quick: new Line(MOST_WAITING.quick), slow: new Line(MOST_WAITING.slow) };
  readonly #jobs = new Map<string, Job>();
  readonly #facts = new LRUCache<string, VideoFacts | RenderError>(growing(5_000));
  readonly #refused = new LRUCache<string, RenderError>(growing(5_000));
  readonly #recent = new LRUCache<string, Uint8Array>({
    maxSize: RECENT.bytes,
    sizeCalculation: (bytes) => Math.max(1, bytes.length),
    ...{ ttl: RECENT.ms, ttlAutopurge: true },
  });
  readonly #stop = new AbortController();
  #files = 0;
  #ready: Promise<void> | undefined;

  constructor(parts: {
    readonly tools: () => Promise<Tools>;
    /** Where variants are kept. */
    readonly tiers: Pick<ByteTiers, "get" | "write" | "locate">;
    /** A folder of its own, for what is under way; beside originals, so that they can be linked. */
    readonly scratch: string;
    /** Milliseconds that a visitor waits before he is told that it takes longer. */
    readonly waitMs: number;
  }) {
    this.#tools = parts.tools;
    this.#tiers = parts.tiers;
    this.#scratch = parts.scratch;
    this.#waitMs = parts.waitMs;
  }

  /** Clips and previews that wait. */
  get waiting(): number {
    return this.#lines.slow.waiting;
  }

  /** The content address of what is made: 40 hex digits. @throws ServerError VIDEO_UNSUPPORTED. */
  async keyOf(digest: string, what: string): Promise<string> {
    const { version } = await this.#tools();
    return hash("sha256", `video ${REVISION} ${version}\n${what}\n${digest}`).slice(0, 40);
  }

  /**
   * A picture of the video, as JPEG, and what it is. Undefined when the video's bytes are gone.
   * @throws RenderError for a video that cannot be read, ServerError VIDEO_UNSUPPORTED, SERVER_BUSY.
   */
  async poster(original: Original, seconds: number | undefined, asking: Asking) {
    const key = await this.keyOf(original.digest, `poster ${seconds ?? ""}`);
    const made = await this.#quick(key, original, asking, async (file, run) => {
      const facts = await this.#factsOf(original, file, run);
      const out = `${file.path}.jpg`;
      const draw = async (isDarkToo: boolean) => {
        await run("ffmpeg", posterCommand(file, facts, { seconds, isDarkToo }, out), out);
        return readMade(out);
      };
      return (await brightest(draw, seconds)) ?? Promise.reject(unreadable());
    });
    return made && { key, bytes: made, facts: await probe(made) };
  }

  /** What is the clip's or the preview's content address, and which it is. @throws ServerError VIDEO_UNSUPPORTED. */
  async describe(digest: string, made: Made): Promise<{ readonly key: string; readonly encoder: string }> {
    const what = made.kind === "clip" ? made.format : "preview";
    const encoder = encoderFor(what, await this.#tools());
    return { key: await this.keyOf(digest, `${what} ${encoder} ${made.work.text}`), encoder };
  }

  /**
   * The clip or the preview, or how far it is: it is begun with the first who asks, and goes on without him. Undefined when the video's
   * bytes are gone.
   * @throws as `poster` does.
   */
  async made(original: Original, made: Made, asking: Asking): Promise<Finished | Progress | undefined> {
    const { key, encoder } = await this.describe(original.digest, made);
    const kept = await this.#kept(key);
    if (kept) return kept;
    const begun = this.#jobs.get(key) ?? this.#begin(key, original, { ...made, encoder }, asking);
    const { signal } = asking.patience ?? {};
    const late = new AbortController();
    const waiting = rest(asking.patience ? PATIENT_MS : this.#waitMs, undefined, {
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    });
    try {
      const bytes = await Promise.race([begun.result, waiting.catch(() => undefined)]);
      signal?.throwIfAborted();
      if (bytes) return { bytes, from: "rendered" };
      return begun.progress;
    } catch (error) {
      if (error === GONE) return undefined;
      throw error;
    } finally {
      late.abort();
    }
  }

  /** The file of what was made before, if the disk has it. */
  locate(key: string) {
    return this.#tiers.locate(key);
  }

  /** Ends everything that is under way. */
  async stop(): Promise<void> {
    this.#stop.abort(new ServerError("SERVER_BUSY", "It is being stopped."));
    await Promise.allSettled([...this.#jobs.values()].map(({ result }) => result));
    await rm(this.#scratch, { recursive: true, force: true }).catch(() => {});
  }

  async #kept(key: string): Promise<Finished | undefined> {
    const recent = this.#recent.get(key);
    if (recent) return { bytes: recent, from: "disk" };
    const refused = this.#refused.get(key);
    if (refused) throw refused;
    return await this.#tiers.get(key);
  }

  /** Small things, for which somebody waits: one at a time, whatever is converted meanwhile. */
  async #quick(
    key: string,
    original: Original,
    { turn }: Asking,
    work: Doing,
  ): Promise<Uint8Array | undefined> {
    const kept = await this.#kept(key);
    if (kept) return kept.bytes;
    const job = this.#jobs.get(key) ?? this.#start(key, original, turn, "quick", work);
    return job.result.catch((error) => (error === GONE ? undefined : Promise.reject(error)));
  }

  #begin(key: string, original: Original, made: Made & { readonly encoder: string }, { turn }: Asking): Job {
    return this.#start(key, original, turn, "slow", async (file, run, tell) => {
      const facts = await this.#factsOf(original, file, run);
      const out = `${file.path}.out`;
      const length = lengthOf(made.kind, facts);
      const onLine = (line: string) => {
        const [, microseconds] = /^out_time_us=(\d+)/.exec(line) ?? [];
        if (microseconds !== undefined && length !== undefined)
          tell(Math.min(0.99, Number(microseconds) / 1e6 / length));
      };
      const write = async (isDarkToo: boolean) => {
        const parameters =
          made.kind === "clip"
            ? clipCommand(file, facts, made, out)
            : previewCommand(file, facts, { ...made, isDarkToo }, out);
        await run("ffmpeg", parameters, out, onLine);
        return readMade(out);
      };
      const start = made.kind === "clip" ? 0 : made.work.seconds;
      return (await brightest(write, start)) ?? Promise.reject(unreadable());
    });
  }

  #start(key: string, original: Original, turn: Turn | undefined, how: "quick" | "slow", work: Doing): Job {
    const cost = COSTS[how];
    turn?.pay?.(cost);
    const queued = { cost, lane: turn?.lane ?? NOBODYS };
    const state: { progress: Progress } = { progress: { isWaiting: true, done: undefined } };
    const result = this.#lines[how]
      .run(queued, async () => {
        this.#stop.signal.throwIfAborted();
        state.progress = { isWaiting: false, done: undefined };
        const tell = (done: number) => {
          state.progress = { isWaiting: false, done };
        };
        const bytes = await this.#withFile(original, (file) => work(file, this.#runner(how), tell));
        this.#recent.set(key, bytes);
        await this.#tiers.write(key, bytes, true);
        return bytes;
      })
      .catch((error) => {
        if (isRenderError(error))
          this.#refused.set(key, error, error.code === "IMAGE_TOO_SLOW" ? { ttl: SLOW_FOR_MS } : {});
        throw error;
      })
      .finally(() => this.#jobs.delete(key));
    const job: Job = {
      result,
      get progress() {
        return state.progress;
      },
    };
    // Whoever asked may have been told to come again.
    result.catch(() => {});
    this.#jobs.set(key, job);
    return job;
  }

  /** Lends the video to `work` under a name of its own, and takes everything away that is called like it. */
  async #withFile<Result>(
    { container, lend }: Original,
    work: (file: VideoFile) => Promise<Result>,
  ): Promise<Result> {
    this.#ready ??= rm(this.#scratch, { recursive: true, force: true }).then(async () => {
      await mkdir(this.#scratch, { recursive: true });
    });
    await this.#ready;
    this.#files += 1;
    const path = join(this.#scratch, String(this.#files));
    try {
      const bytes = await lend(path);
      if (bytes === undefined) throw GONE;
      return await work({ path, bytes, container });
    } finally {
      await Promise.all([path, `${path}.jpg`, `${path}.out`].map((each) => rm(each, { force: true })));
    }
  }

  async #factsOf({ digest }: Original, file: VideoFile, run: Run): Promise<VideoFacts> {
    const facts: VideoFacts | RenderError =
      this.#facts.get(digest) ??
      (await run("ffprobe", probeCommand(file, QUESTIONS))
        .then(readProbe)
        .catch((error: unknown) => {
          if (isRenderError(error)) return error;
          throw error;
        }));
    this.#facts.set(digest, facts);
    if (isRenderError(facts)) throw facts;
    return facts;
  }

  #runner(how: "quick" | "slow"): Run {
    return async (program, parameters, out, onLine) => {
      const bounds = {
        ...(how === "quick" ? QUICK : SLOW),
        ...(out && { output: { path: out, bytes: MOST_BYTES } }),
      };
      const running: Running = { cwd: this.#scratch, signal: this.#stop.signal, onLine };
      return runBounded((await this.#tools())[program], parameters, bounds, running);
    };
  }
}

type Run = (
  program: "ffmpeg" | "ffprobe",
  parameters: readonly string[],
  out?: string,
  onLine?: (line: string) => void,
) => Promise<string>;

type Doing = (file: VideoFile, run: Run, tell: (done: number) => void) => Promise<Uint8Array>;

/** The bytes of the video were evicted: its origin has to be asked again. */
const GONE = Symbol("gone");

/** Tries pictures that are not black first, unless a second is named; of those there may be none, which not every ffmpeg takes for success. */
async function brightest(
  make: (isDarkToo: boolean) => Promise<Uint8Array | undefined>,
  seconds: number | undefined,
): Promise<Uint8Array | undefined> {
  if (seconds !== undefined) return make(true);
  const bright = await make(false).catch((error: unknown) => {
    if (isRenderError(error) && error.code === "IMAGE_UNREADABLE") return undefined;
    throw error;
  });
  return bright ?? (await make(true));
}

/** Undefined for what has no picture in it. */
async function readMade(path: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes && bytes.length > 0 ? bytes : undefined;
}

/** Whether it has ended. */
export const isFinished = (made: Finished | Progress): made is Finished => "bytes" in made;
