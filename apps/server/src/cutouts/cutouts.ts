import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { estimateCost, type ImageFacts } from "@freshet/core/resize";
import { LRUCache } from "lru-cache";
import { growing } from "../cache/growing.ts";
import { createPatience } from "../cache/patience.ts";
import type { Variants } from "../cache/variants.ts";
import { allowanceToCutOut } from "../cells/allowance.ts";
import { Cutout } from "./cutout.ts";
import type { CutoutMaker } from "./makers.ts";

/** How an attempt ended. `stand-in`: Freshet's own mask, because the configured provider failed; `empty`: no subject was seen; `interrupted`: for a visitor, it comes again. */
export type CutoutEnd =
  | "made"
  | "found"
  | "stand-in"
  | "empty"
  | "failed"
  | "lost"
  | "interrupted"
  | "dropped";

export interface CutoutsParts {
  readonly variants: Pick<Variants, "make" | "find" | "isKept">;
  readonly bytesOf: (digest: string) => Promise<Uint8Array | undefined>;
  /** In the order in which they are asked: the next where one fails. */
  readonly makers: readonly CutoutMaker[];
  readonly report?: (end: CutoutEnd) => void;
  readonly log?: (event: string, details: object) => void;
  /** Before what gave way or failed is tried again; it doubles each time, to ten seconds. */
  readonly pauseMs?: number;
}

const MOST_KNOWN = 20_000;
const MOST_WAITING = 1_000;
/** After so many failures the picture stays as it is, for so long. */
const MOST_ATTEMPTS = 3;
const FAILED_FOR_MS = 3_600_000;
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Kept in place of a mask where there is no subject, so that nobody looks again. No picture begins like it. */
const EMPTY = new TextEncoder().encode("no subject");

interface Waiting {
  readonly cutout: Cutout;
  readonly digest: string;
  readonly facts: ImageFacts;
  readonly failures: number;
}

/**
 * Masks of subjects, one for each original and provider, kept by content address like variants: whatever sizes are asked for, the removal is done
 * once. One after the other, in a cell, where no visitor waits and a place stays free for the next; who would wait has it at once.
 */
export class Cutouts {
  readonly #parts: CutoutsParts;
  readonly #known = new LRUCache<string, Cutout>(growing(MOST_KNOWN));
  readonly #looks = new Map<string, Promise<void>>();
  /** By digest of the mask: where it is kept, and whose it is. */
  readonly #masks = new LRUCache<string, { readonly key: string; readonly digest: string }>(
    growing(MOST_KNOWN),
  );
  readonly #waiting = new Set<Waiting>();
  readonly #stop = new AbortController();
  #run: Promise<void> | undefined;

  constructor(parts: CutoutsParts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** What is known of an original; who asks first has it made. Undefined for what is left as it is: what moves, and drawings. */
  async of(digest: string, facts: ImageFacts): Promise<Cutout | undefined> {
    if (facts.pages > 1 || facts.format === "svg") return undefined;
    const known = this.#known.get(digest) ?? this.#begin(digest, facts);
    await this.#looks.get(digest);
    return known;
  }

  /** The bytes of a mask by its digest. Where they are gone the original's mask is made anew, and undefined is the answer. */
  async bytesOf(mask: string): Promise<Uint8Array | undefined> {
    const place = this.#masks.get(mask);
    if (!place) return undefined;
    const found = await this.#parts.variants.find(place.key);
    if (found) return found.bytes;
    this.#masks.delete(mask);
    this.#known.delete(place.digest);
    return undefined;
  }

  /** Breaks off what is under way and begins nothing more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#waiting.clear();
    await this.#run;
  }

  #begin(digest: string, facts: ImageFacts): Cutout {
    const cutout = new Cutout();
    this.#known.set(digest, cutout);
    const look = this.#look(cutout, digest)
      .then((isKept) => {
        if (!isKept) this.#enter({ cutout, digest, facts, failures: 0 });
      })
      .finally(() => this.#looks.delete(digest));
    this.#looks.set(digest, look);
    return cutout;
  }

  /** What an earlier process has made. */
  async #look(cutout: Cutout, digest: string): Promise<boolean> {
    const { variants, makers } = this.#parts;
    const [first] = makers;
    const key = first && keyOf(first, digest);
    const kept = key && variants.isKept(key) ? await variants.find(key) : undefined;
    if (!key || !kept) return false;
    this.#settle(cutout, digest, key, kept.bytes);
    return true;
  }

  #enter(waiting: Waiting): void {
    if (this.#stop.signal.aborted) return;
    if (this.#waiting.size >= MOST_WAITING) {
      // It is asked for again before long.
      this.#lose(waiting);
      this.#ended("dropped");
      return;
    }
    this.#waiting.add(waiting);
    this.#run ??= this.#workOff().finally(() => {
      this.#run = undefined;
    });
  }

  async #workOff(): Promise<void> {
    const shortest = this.#parts.pauseMs ?? PAUSE_MS;
    let pauseMs = shortest;
    for (let next = this.#next(); next; next = this.#next()) {
      const end = await this.#attempt(next);
      this.#ended(end);
      if (this.#stop.signal.aborted) return;
      if (end === "failed" && next.failures + 1 >= MOST_ATTEMPTS) {
        this.#known.set(next.digest, next.cutout, { ttl: FAILED_FOR_MS });
        next.cutout.settle(undefined);
      } else if (end === "failed" || end === "interrupted") {
        const failures = next.failures + (end === "failed" ? 1 : 0);
        this.#waiting.add({ ...next, failures });
        await sleep(pauseMs, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
        continue;
      }
      pauseMs = shortest;
    }
  }

  #next(): Waiting | undefined {
    const [next] = this.#waiting;
    if (next) this.#waiting.delete(next);
    return next;
  }

  async #attempt({ cutout, digest, facts }: Waiting): Promise<CutoutEnd> {
    const { makers, log } = this.#parts;
    for (const [place, maker] of makers.entries()) {
      const stop = new AbortController();
      const patience = createPatience(AbortSignal.any([stop.signal, this.#stop.signal]), () => stop.abort());
      try {
        const key = keyOf(maker, digest);
        const made = await this.#parts.variants.make(
          {
            ...{ key, digest, patience, isLate: true, bytesOf: this.#parts.bytesOf },
            needs: () => ({
              cost: estimateCost(facts, COARSE, "png") + COST,
              allowance: allowanceToCutOut(facts, maker.isOwn ? "own" : "operators"),
            }),
          },
          async (run, original) => (await maker.make(run, original, patience.signal)) ?? EMPTY,
        );
        if (!made) {
          // Whoever asks next has the original brought back.
          this.#lose({ cutout, digest });
          return "lost";
        }
        // What the disk refuses would be made for every request anew.
        if (made.from === "rendered" && !this.#parts.variants.isKept(key)) return "failed";
        const isSubject = this.#settle(cutout, digest, key, made.bytes);
        if (!isSubject) return "empty";
        if (place > 0) return "stand-in";
        return made.from === "rendered" ? "made" : "found";
      } catch (error) {
        if (patience.signal.aborted) return "interrupted";
        log?.("a background could not be removed", { provider: maker.name, original: digest, err: error });
      }
    }
    return "failed";
  }

  #settle(cutout: Cutout, digest: string, key: string, bytes: Uint8Array): boolean {
    const isSubject = Buffer.compare(bytes, EMPTY) !== 0;
    const mask = isSubject ? hash("sha256", bytes) : undefined;
    if (mask) this.#masks.set(mask, { key, digest });
    cutout.settle(mask);
    return isSubject;
  }

  #lose({ cutout, digest }: Pick<Waiting, "cutout" | "digest">): void {
    this.#known.delete(digest);
    cutout.lose();
  }

  #ended(end: CutoutEnd): void {
    this.#parts.report?.(end);
  }
}

/** The picture that a provider looks at. */
const COARSE = { resize: { w: 1024, h: 1024, func: "bound", org_if_sml: true } } as const;
/** What looking takes, in hundredths of a second. */
const COST = 200;

const keyOf = ({ name }: CutoutMaker, digest: string): string =>
  hash("sha256", `cutout ${name}\n${digest}`).slice(0, 40);
