import { LRUCache } from "lru-cache";
import type { Project } from "../projects/project.ts";
import type { Improvement } from "./improvement.ts";

/** A finished answer: what is written for a hit without looking at pixels, disk or query. */
export interface Answer {
  /** Header names and values in turn, everything but the stamp and `Cache-Status`. */
  readonly head: readonly string[];
  readonly etag: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Whether byte ranges of the body may be asked for. */
  readonly ranges: boolean;
  /** Of a picture: its format, and the bytes that its original has. */
  readonly picture?: { readonly format: string; readonly originalBytes: number };
  /** The settings it was made by: under others it is another answer. */
  readonly project: Project;
  /** Digests of the sources it was made from, in their order: it holds while the records say the same. */
  readonly digests: readonly string[];
  /** The newest invalidation that covered one of them when it was made. */
  readonly generation: number;
  /** Present where a better answer may follow: this one holds until then. */
  readonly improvement?: Improvement;
}

/** Memory tier: finished answers by raw URL and accepted formats, bounded by bytes. Every use is checked against the record. */
export class Answers {
  readonly #entries: LRUCache<string, Answer>;
  readonly #largest: number;

  constructor(maxBytes: number) {
    this.#largest = maxBytes / 8;
    this.#entries = new LRUCache<string, Answer>({
      maxSize: Math.max(1, maxBytes),
      // Heads and the entry itself take about 2 kB beside the body.
      sizeCalculation: (answer) => answer.body.length + 2_048,
    });
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get(key: string): Answer | undefined {
    return this.#entries.get(key);
  }

  set(key: string, answer: Answer): void {
    if (answer.body.length <= this.#largest) this.#entries.set(key, answer);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
