/** Words of one entry: eight of its name, then these. */
const NAME_WORDS = 8;
export const SIZE = 8;
export const OLDER = 9;
export const NEWER = 10;
/** Hex digits of the name; 0 where the slot is free. */
export const DIGITS = 11;
const WORDS = 12;

const FIRST_SLOTS = 8;
const MOST_SLOTS = 2 ** 24 - 1;
const NO_SLOT = -1;

/**
 * The names of one shelf, as numbers: slots of 48 bytes, found by an open table of their places. A slot keeps its number for as long as
 * its name is there. Nothing here is an object, so a million entries are nothing to the collector; and because each shelf grows
 * alone, nobody waits for a table to be made anew. Names are hashes: their own digits spread them.
 */
export class NameShelf {
  words = new Uint32Array(FIRST_SLOTS * WORDS);
  /** Number of a slot and one more; 0 where there is none. */
  #places = new Uint32Array(2 * FIRST_SLOTS);
  #free: number[] = [];
  #used = 0;
  #count = 0;

  /** Slots that have been in use: those above it are empty. */
  get used(): number {
    return this.#used;
  }

  /** The slot of a name of eight words, or -1. */
  find(name: Uint32Array, digits: number): number {
    const mask = this.#places.length - 1;
    for (let place = hashOf(name, 0) & mask; ; place = (place + 1) & mask) {
      const slot = (this.#places[place] as number) - 1;
      if (slot === NO_SLOT || this.#isAt(slot, name, digits)) return slot;
    }
  }

  /** Takes a slot for a name that is not there yet. */
  add(name: Uint32Array, digits: number): number {
    const slot = this.#free.pop() ?? this.#next();
    this.words.set(name, slot * WORDS);
    this.words[slot * WORDS + DIGITS] = digits;
    this.#count += 1;
    if (this.#count * 4 > this.#places.length * 3) this.#spread(this.#places.length * 2);
    else this.#enter(slot);
    return slot;
  }

  remove(slot: number): void {
    const mask = this.#places.length - 1;
    let hole = hashOf(this.words, slot * WORDS) & mask;
    while (this.#places[hole] !== slot + 1) hole = (hole + 1) & mask;
    // Whoever was pushed on by what stood here moves up: a search must never meet a gap before its end.
    for (let place = (hole + 1) & mask; this.#places[place] !== 0; place = (place + 1) & mask) {
      const moved = this.#places[place] as number;
      const home = hashOf(this.words, (moved - 1) * WORDS) & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      this.#places[hole] = moved;
      hole = place;
    }
    this.#places[hole] = 0;
    this.words[slot * WORDS + DIGITS] = 0;
    this.#free.push(slot);
    this.#count -= 1;
  }

  get(slot: number, word: number): number {
    return this.words[slot * WORDS + word] as number;
  }

  set(slot: number, word: number, value: number): void {
    this.words[slot * WORDS + word] = value;
  }

  /** Copies the name of a slot to where `target` begins at `at`. */
  copyName(slot: number, target: Uint32Array, at: number): void {
    const from = slot * WORDS;
    for (let word = 0; word < NAME_WORDS; word += 1) target[at + word] = this.words[from + word] as number;
  }

  #isAt(slot: number, name: Uint32Array, digits: number): boolean {
    const at = slot * WORDS;
    if (this.words[at + DIGITS] !== digits) return false;
    for (let word = 0; word < NAME_WORDS; word += 1) {
      if (this.words[at + word] !== name[word]) return false;
    }
    return true;
  }

  #next(): number {
    const slot = this.#used;
    if (slot === MOST_SLOTS) throw new RangeError("a shelf is full");
    if ((slot + 1) * WORDS > this.words.length) {
      const grown = new Uint32Array(Math.ceil(slot * 1.25) * WORDS);
      grown.set(this.words);
      this.words = grown;
    }
    this.#used += 1;
    return slot;
  }

  #enter(slot: number): void {
    const mask = this.#places.length - 1;
    let place = hashOf(this.words, slot * WORDS) & mask;
    while (this.#places[place] !== 0) place = (place + 1) & mask;
    this.#places[place] = slot + 1;
  }

  #spread(length: number): void {
    this.#places = new Uint32Array(length);
    for (let slot = 0; slot < this.#used; slot += 1) if (this.get(slot, DIGITS) !== 0) this.#enter(slot);
  }
}

/** The first byte is the shelf's own. */
const hashOf = (words: Uint32Array, at: number): number =>
  ((words[at] as number) >>> 8) ^ (words[at + 1] as number);
