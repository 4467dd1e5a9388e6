import { setTimeout as sleep } from "node:timers/promises";
import { isImprovable, isRenderError } from "@freshet/core/resize";
import { Improvement } from "./improvement.ts";
import { createPatience } from "./patience.ts";
import { TwoQueues } from "./two-queues.ts";
import { type Better, betterKeyOf, type VariantRequest, type Variants } from "./variants.ts";

/** How an attempt ended. `lost`: the original is not here any more; `interrupted`: for a visitor, it comes again; `dropped`: too many wait, or it was interrupted too often. */
export type ImprovementEnd = "better" | "none" | "found" | "failed" | "lost" | "interrupted" | "dropped";

/** What hears of attempts. */
export interface ImprovementReport {
  ended(end: ImprovementEnd): void;
  /** Bytes that a better answer takes less than the first. */
  saved(bytes: number): void;
}

export interface ImprovementsParts {
  readonly variants: Pick<Variants, "improve" | "isKept" | "kept">;
  readonly bytesOf: (digest: string) => Promise<Uint8Array | undefined>;
  readonly report?: ImprovementReport;
  readonly log?: (event: string, details: object) => void;
  /** A clock in milliseconds. */
  readonly now?: () => number;
  /** Before what gave way is tried again; it doubles each time. */
  readonly pauseMs?: number;
}

/** Variants of which is known how often they are asked for, about 1 kB each; and that wait to be improved. */
const MOST_KNOWN = 10_000;
/** Of these a twenty-fifth are variants that nobody asked for again; what comes back later than that is known by its key, and stays. */
const NEWCOMERS = { room: 0, remembered: MOST_KNOWN };
const MOST_WAITING = 1_000;
/** So often an attempt gives way before the variant has to deserve it anew. */
const MOST_INTERRUPTIONS = 8;
const PAUSE_MS = 500;

interface Waiting {
  readonly improvement: Improvement;
  readonly request: VariantRequest;
  readonly interruptions: number;
}

/**
 * Better answers to variants that were answered quickly. What is asked for again and again is made anew with more time, one after the
 * other, where no visitor waits and a place stays free for the next; what a visitor would wait for is broken off. A better answer has a key
 * of its own, so nothing of one is ever mixed with the other, and is kept and shared as variants are. So is that there is none.
 */
export class Improvements {
  readonly #parts: ImprovementsParts;
  readonly #known = new TwoQueues<Improvement>(MOST_KNOWN, NEWCOMERS);
  readonly #waiting = new Map<Improvement, Waiting>();
  readonly #stop = new AbortController();
  #run: Promise<void> | undefined;

  constructor(parts: ImprovementsParts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** What is known of the better answer to a variant; undefined for one that will never have any. */
  async of(key: string, request: VariantRequest): Promise<Improvement | undefined> {
    const known = this.#known.find(key)?.value;
    if (known) return known;
    const { facts, transformation, format, rival } = request;
    if (!isImprovable(facts, transformation, format, { rival })) return undefined;
    const due = (improvement: Improvement) => this.#enter({ improvement, request, interruptions: 0 });
    const improvement = new Improvement(betterKeyOf(key), due, this.#parts.now ?? Date.now);
    // What an earlier process, or another instance, has found.
    if (this.#parts.variants.isKept(improvement.key)) await this.bytesOf(improvement);
    const first = this.#known.find(key)?.value;
    if (first) return first;
    this.#known.set(key, improvement, 1);
    return improvement;
  }

  /** The better answer, if it is here. What was said of it before is true afterwards. */
  async bytesOf(improvement: Improvement): Promise<Extract<Better, { kind: "better" }> | undefined> {
    const kept = await this.#parts.variants.kept(improvement.key);
    if (kept) improvement.settle(kept.kind);
    // It was evicted: who asks for it now gets the first answer.
    else if (improvement.state === "better") improvement.settle("open");
    return kept?.kind === "better" ? kept : undefined;
  }

  /** Breaks off what is under way and begins nothing more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#waiting.clear();
    await this.#run;
  }

  #enter(waiting: Waiting): boolean {
    if (this.#stop.signal.aborted) return false;
    if (this.#waiting.size >= MOST_WAITING) {
      this.#ended("dropped");
      return false;
    }
    this.#waiting.set(waiting.improvement, waiting);
    this.#run ??= this.#workOff().finally(() => {
      this.#run = undefined;
    });
    return true;
  }

  async #workOff(): Promise<void> {
    let pauseMs = this.#parts.pauseMs ?? PAUSE_MS;
    for (let next = this.#next(); next; next = this.#next()) {
      const end = await this.#attempt(next);
      this.#ended(end);
      if (end !== "interrupted") {
        pauseMs = this.#parts.pauseMs ?? PAUSE_MS;
        continue;
      }
      if (this.#stop.signal.aborted) return;
      if (next.interruptions < MOST_INTERRUPTIONS) {
        this.#waiting.set(next.improvement, { ...next, interruptions: next.interruptions + 1 });
      } else {
        next.improvement.settle("open");
        this.#ended("dropped");
      }
      await sleep(pauseMs, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
      pauseMs *= 2;
    }
  }

  #next(): Waiting | undefined {
    const [next] = this.#waiting.values();
    if (next) this.#waiting.delete(next.improvement);
    return next;
  }

  async #attempt({ improvement, request }: Waiting): Promise<ImprovementEnd> {
    const { variants, bytesOf, report, log } = this.#parts;
    const stop = new AbortController();
    const patience = createPatience(AbortSignal.any([stop.signal, this.#stop.signal]), () => stop.abort());
    const saved = (bytes: number) => report?.saved(bytes);
    try {
      const made = await variants.improve(improvement.key, request, bytesOf, { patience, saved });
      // What the disk refuses is made for nobody.
      const isRefused = made?.from === "rendered" && !variants.isKept(improvement.key);
      improvement.settle(isRefused ? "none" : (made?.kind ?? "open"));
      if (!made) return "lost";
      if (isRefused) return "failed";
      return made.from === "rendered" ? made.kind : "found";
    } catch (error) {
      if (patience.signal.aborted) return "interrupted";
      // The first answer stays: nobody hears of what could not be made better.
      improvement.settle("none");
      if (!isRenderError(error)) log?.("a better answer could not be made", { err: error });
      return "failed";
    }
  }

  #ended(end: ImprovementEnd): void {
    this.#parts.report?.ended(end);
  }
}
