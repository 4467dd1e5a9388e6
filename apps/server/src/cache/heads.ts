import type { HitCounter } from "../analytics/recorder.ts";
import type { Answer } from "./answers.ts";
import { textOf } from "./head-text.ts";
import { TwoQueues } from "./two-queues.ts";
import { frontOf, type Shape } from "./wire.ts";

const NOTHING = new Uint8Array(0);
/** Three to four kilobytes each. */
const MOST_HEADS = 8_192;
/** Of these a twenty-fifth are answers that nobody asked for again; who comes back later than that is known by his key, and stays. */
const NEWCOMERS = { room: 0, remembered: MOST_HEADS };
/** For so long memory is not given a body a second time that it has let go. */
const REST_MS = 60_000;

/** A finished answer without its body, which the disk has. */
export interface Head {
  readonly answer: Answer;
  /** Key of the variant that is the body. */
  readonly variant: string;
  /** Its lines, and the bytes that they may come to with what is said besides. */
  readonly lines: string;
  readonly front: number;
  /** What one more answer from the disk is told to; made by whoever sends the first one. */
  readonly counters: { [Which in Shape]?: HitCounter };
  /** Memory takes none as large. */
  isTooLarge: boolean;
  /** When memory was given the body again, by `performance.now()`. */
  keptAt: number;
  /** Of the reads of the disk for all heads, which one was its last. */
  readAs: number;
}

/**
 * Heads of answers whose bodies memory refuses, or may have to let go: with the body from the disk such an answer is finished again, and
 * nothing has to be chosen or written anew. It holds for exactly as long as the whole answer would.
 */
export class Heads {
  readonly #heads = new TwoQueues<Head>(MOST_HEADS, NEWCOMERS);
  #reads = 0;

  get(key: string): Head | undefined {
    return this.#heads.find(key)?.value;
  }

  set(key: string, answer: Answer, variant: string): void {
    const { head } = answer;
    const kept: Head = {
      ...{ lines: textOf(head).lines, front: frontOf(head) },
      ...{ answer: { ...answer, body: NOTHING }, variant, counters: {}, isTooLarge: false },
      ...{ keptAt: Number.NEGATIVE_INFINITY, readAs: Number.NEGATIVE_INFINITY },
    };
    this.#heads.set(key, kept, 1);
  }

  /**
   * Whether memory, which holds so many answers, should be given the body that is read now. At first, yes: the next one who asks finds it there.
   * If memory has let it go since, more is asked for than it holds, and to give it everything again and again costs more than it spares: then only
   * what comes back so soon that memory would still have had it, until a minute is over.
   */
  isForMemory(head: Head, answers: number, now = performance.now()): boolean {
    this.#reads += 1;
    const isSoon = this.#reads - head.readAs <= answers;
    head.readAs = this.#reads;
    if (head.isTooLarge || (now - head.keptAt < REST_MS && !isSoon)) return false;
    head.keptAt = now;
    return true;
  }
}
