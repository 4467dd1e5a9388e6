/** With their digest, a fifth of a millisecond. */
const MOST_BYTES = 2 ** 18;

/**
 * What all bodies that arrive may take of a turn of the event loop together. A socket that is read as fast as it can be gives megabytes
 * in one turn, and several at once hold up everybody's hits for as long as it takes to copy and to hash them.
 */
export class LoopShare {
  #taken = 0;
  #next: Promise<void> | undefined;

  /** Tells of bytes that were taken in; until when to wait with more, if this turn has had its share. */
  pauseAfter(bytes: number): Promise<void> | undefined {
    this.#taken += bytes;
    this.#next ??= this.#turn();
    return this.#taken < MOST_BYTES ? undefined : this.#next;
  }

  async #turn(): Promise<void> {
    await new Promise(setImmediate);
    this.#taken = 0;
    this.#next = undefined;
  }
}
