/** From here on a read of a small file has waited for something: from memory it takes a tenth of a millisecond. */
const SLOW_MS = 4;
/** A thread is stopped in the middle of a read now and then, where others want its core. More of them in a row are the disk's. */
const MOST_SLOW = 2.5;
/** Of a slow one, what a quick one makes good again. */
const MADE_GOOD = 1 / 32;
const REST_MS = 5_000;

/**
 * Whether files are read in the event loop. That is cheap as long as their pages are in memory, which nobody can ask; where some reads took long, they
 * are not, or the disk is a slow one, and everything is left to the thread pool for a while. Then one slow read more is enough for another rest.
 */
export class AtOnce {
  #slow = 0;
  #until = Number.NEGATIVE_INFINITY;

  may(now: number): boolean {
    return now >= this.#until;
  }

  /** A read has ended at `now`, after so many milliseconds. */
  took(milliseconds: number, now: number): void {
    if (milliseconds < SLOW_MS) {
      if (this.#slow > 0) this.#slow = Math.max(0, this.#slow - MADE_GOOD);
      return;
    }
    this.#slow += 1;
    if (this.#slow <= MOST_SLOW) return;
    this.#slow = MOST_SLOW;
    this.#until = now + REST_MS;
  }
}
