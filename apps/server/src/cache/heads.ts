import { LRUCache } from "lru-cache";
import type { Answer } from "./answers.ts";
import { growing } from "./growing.ts";

const NOTHING = new Uint8Array(0);
/** About two kilobytes each. */
const MOST_HEADS = 8_192;

/** A finished answer without its body, which the disk has. */
export interface Head {
  readonly answer: Answer;
  /** Key of the variant that is the body. */
  readonly variant: string;
}

/**
 * Heads of answers whose bodies memory refuses, or may have to let go: with the body from the disk such an answer is finished again, and
 * nothing has to be chosen or written anew. It holds for exactly as long as the whole answer would.
 */
export class Heads {
  readonly #heads = new LRUCache<string, Head>(growing(MOST_HEADS));

  get(key: string): Head | undefined {
    return this.#heads.get(key);
  }

  set(key: string, answer: Answer, variant: string): void {
    this.#heads.set(key, { answer: { ...answer, body: NOTHING }, variant });
  }
}
