/** A first answer deserves a better one when it was asked for so many times within so many milliseconds: what is asked for once costs nothing. */
export const ASKED = 3;
export const WITHIN_MS = 86_400_000;

/**
 * What is known of the better answer to a variant. `open`: nobody has made it; `waiting`: somebody will; `better`: it is here; `none`: there is none.
 */
export type ImprovementState = "open" | "waiting" | "better" | "none";

/**
 * A quick first answer that may be followed by a better one to the same question. Finished answers hold on to it, so that a hit learns by
 * one call whether it is still the one to give.
 */
export class Improvement {
  /** Of the better answer: its content address. */
  readonly key: string;
  readonly #due: (improvement: Improvement) => boolean;
  readonly #now: () => number;
  #state: ImprovementState = "open";
  #asked = 0;
  #since = 0;

  /** `due` hears when it deserves to be made, and says whether it will be. `now` is a clock in milliseconds. */
  constructor(key: string, due: (improvement: Improvement) => boolean, now: () => number) {
    this.key = key;
    this.#due = due;
    this.#now = now;
  }

  get state(): ImprovementState {
    return this.#state;
  }

  /** Whether a better answer may still come. */
  get isExpected(): boolean {
    return this.#state === "open" || this.#state === "waiting";
  }

  /** Notes that the first answer was asked for once more; false when it is not the one to give any more. */
  ask(): boolean {
    if (this.#state === "open") this.#count();
    return this.isExpected;
  }

  /** What became of it; `open` begins anew. */
  settle(state: Exclude<ImprovementState, "waiting">): void {
    this.#state = state;
    this.#asked = 0;
  }

  #count(): void {
    if (this.#asked === 0) this.#since = this.#now();
    this.#asked += 1;
    if (this.#asked < ASKED) return;
    const isSoon = this.#now() - this.#since <= WITHIN_MS;
    this.#asked = 0;
    if (!isSoon) this.#count();
    else if (this.#due(this)) this.#state = "waiting";
  }
}
