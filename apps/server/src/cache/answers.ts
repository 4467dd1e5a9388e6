import type { Cutout } from "../cutouts/cutout.ts";
import type { FileBody } from "../delivery/file-body.ts";
import type { Project } from "../projects/project.ts";
import { textOf } from "./head-text.ts";
import type { Improvement } from "./improvement.ts";
import { type Entry, TwoQueues } from "./two-queues.ts";
import { frontOf, Kept } from "./wire.ts";

/** A finished answer: what is written for a hit without looking at pixels, disk or query. */
export interface Answer {
  /** Header names and values in turn, everything but the stamp and `Cache-Status`. */
  readonly head: readonly string[];
  readonly etag: string;
  readonly body: Uint8Array;
  /** In place of a body; such an answer is not kept in memory. */
  readonly file?: FileBody;
  readonly contentType: string;
  /** It is still being made: this says how far it is, and is kept by nobody. */
  readonly status?: 202;
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
  /** Of a file: what its origin calls it, "" for nothing. It holds only while that is so. */
  readonly said?: string;
  /** Present where a better answer may follow: this one holds until then. */
  readonly improvement?: Improvement;
  /** Present where the background is still to be removed: this one holds until it is. */
  readonly awaits?: Cutout;
}

/**
 * What one answer takes beside its room and the characters of its texts: objects, the slots of maps, its key among those that went, and
 * what the hot path remembers of its URL. Measured; a test holds it to that.
 */
const OVERHEAD = 3_000;

/** Memory tier: finished answers by raw URL and accepted formats, bounded by bytes. Every use is checked against the record. */
export class Answers {
  readonly #entries: TwoQueues<Kept>;
  readonly #largest: number;

  constructor(maxBytes: number) {
    this.#largest = maxBytes / 8;
    this.#entries = new TwoQueues(maxBytes);
  }

  get bytes(): number {
    return this.#entries.bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Answer | undefined {
    return this.find(key)?.value?.answer;
  }

  /** What `get` gives, for whoever wants to come back without asking by key; every use is told by `touch`. */
  find(key: string): Entry<Kept> | undefined {
    return this.#entries.find(key);
  }

  touch(entry: Entry<Kept>): void {
    this.#entries.touch(entry);
  }

  /** Answers how it is kept now; undefined where it is too large. `room` is what `Kept` takes it for. */
  set(key: string, answer: Answer, room?: Buffer): Kept | undefined {
    const bytes = frontOf(answer.head) + answer.body.length + charactersOf(answer, key) + OVERHEAD;
    if (bytes <= this.#largest) return this.#entries.set(key, new Kept(answer, room), bytes)?.value;
    this.#entries.delete(key);
    return undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

/** The key stands in two maps, once with the host and once without; the head is remembered as a text too. */
function charactersOf({ head, etag, digests }: Answer, key: string): number {
  let characters = 2 * key.length + 2 * etag.length + 2 * textOf(head).characters;
  for (const text of digests) characters += text.length;
  return characters;
}
