import { createHash } from "node:crypto";
import type { ImageFacts } from "@freshet/core/resize";
import type { Refusal } from "./refusal.ts";
import type { Inspect } from "./source.ts";

/** Bytes that are hashed at once: the event loop is held up for no longer than writing an answer takes. */
const PIECE = 65_536;
/**
 * Bytes that are there when the beginning is looked at. The first say which format it is, if any; sizes stand within the next, unless
 * a preview or a long profile comes first.
 */
const LOOKS = [4_096, 65_536, 524_288] as const;
/** Where less than this is missing, the end is there sooner than a look pays. */
const WORTH = 65_536;

/** What is done with a body while it arrives: its digest, so that nothing of it is left to do at the end, and looks at its beginning. */
export class Arrival {
  readonly #hash = createHash("sha256");
  readonly #announced: number;
  #hashed = 0;
  #inspect: Inspect | undefined;
  #looks = 0;
  #refusal: Refusal | undefined;
  #facts: ImageFacts | undefined;

  /** `announced` are the bytes that the whole body should have, where its sender says so. */
  constructor(inspect: Inspect | undefined, announced: number | undefined) {
    this.#inspect = inspect;
    this.#announced = announced ?? Number.POSITIVE_INFINITY;
  }

  /** So many bytes are there; why the rest is not wanted, once that is known. */
  take(total: number, soFar: () => Uint8Array): Refusal | undefined {
    if (total - this.#hashed >= PIECE) this.#add(soFar());
    const look = LOOKS[this.#looks];
    if (this.#inspect && look !== undefined && total >= look) this.#look(this.#inspect, soFar, look);
    return this.#refusal;
  }

  /** SHA-256 in hex of the whole; to be asked for once. */
  digest(whole: Uint8Array): string {
    this.#add(whole);
    return this.#hash.digest("hex");
  }

  /** Of the whole, where its beginning told them in time. */
  get facts(): ImageFacts | undefined {
    return this.#facts;
  }

  #add(soFar: Uint8Array): void {
    this.#hash.update(soFar.subarray(this.#hashed));
    this.#hashed = soFar.length;
  }

  #look(inspect: Inspect, soFar: () => Uint8Array, bytes: number): void {
    this.#looks += 1;
    if (this.#announced - bytes < WORTH) return;
    // Nobody looks twice at once. The bytes are copied: their buffer moves while the body grows.
    this.#inspect = undefined;
    void inspect(soFar().slice(0, bytes)).then((verdict) => {
      if (verdict === "more") this.#inspect = inspect;
      else if (verdict === "enough") return;
      else if ("kind" in verdict) this.#refusal = verdict;
      else this.#facts = verdict;
    });
  }
}
