import { DIGITS, NameShelf, NEWER, OLDER, SIZE } from "./name-shelf.ts";

/** Nobody: what has no older or no newer neighbour. */
export const NONE = 0xffff_ffff;
/** Largest size of an entry. */
export const MOST_SIZE = 0xffff_ffff;

const NAME_BYTES = 32;
const SHELVES = 256;
const SLOT_BITS = 24;
const SLOT_MASK = 2 ** SLOT_BITS - 1;

/**
 * Names of 8 to 64 hex digits with a size each, in the order in which they were used last. Entries are numbers (`id`), which hold until
 * the entry is removed. Everything takes the same short time however many there are, and an entry takes about 70 bytes.
 */
export class NameIndex {
  readonly #shelves: (NameShelf | undefined)[] = Array.from({ length: SHELVES }, () => undefined);
  readonly #bytesOfName = Buffer.alloc(NAME_BYTES);
  readonly #name = new Uint32Array(this.#bytesOfName.buffer, this.#bytesOfName.byteOffset, NAME_BYTES / 4);
  #digits = 0;
  #oldest = NONE;
  #newest = NONE;
  #walker = NONE;
  #size = 0;
  #bytes = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Their sizes together. */
  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): number {
    return this.#oldest;
  }

  find(name: string): number {
    this.#take(name);
    return this.#find();
  }

  /** Enters a name or gives it another size; it is the newest then. */
  set(name: string, size: number): number {
    this.#take(name);
    return this.#set(size);
  }

  /** The same for a name of eight words that stand at `at`. */
  setWords(words: Uint32Array, at: number, digits: number, size: number): number {
    this.#takeWords(words, at, digits);
    return this.#set(size);
  }

  findWords(words: Uint32Array, at: number, digits: number): number {
    this.#takeWords(words, at, digits);
    return this.#find();
  }

  sizeOf(id: number): number {
    return this.#get(id, SIZE);
  }

  digitsOf(id: number): number {
    return this.#get(id, DIGITS);
  }

  nameOf(id: number): string {
    const words = new Uint32Array(NAME_BYTES / 4);
    this.copyName(id, words, 0);
    return textOf(words, 0, this.digitsOf(id));
  }

  /** Writes the eight words of a name, whether it is there or not. */
  writeName(name: string, target: Uint32Array, at: number): void {
    this.#take(name);
    target.set(this.#name, at);
  }

  copyName(id: number, target: Uint32Array, at: number): void {
    this.#shelf(id).copyName(id & SLOT_MASK, target, at);
  }

  /** It was used just now. */
  touch(id: number): void {
    if (id === this.#newest) return;
    this.#unlink(id);
    this.#link(id);
  }

  remove(id: number): void {
    this.#unlink(id);
    this.#size -= 1;
    this.#bytes -= this.sizeOf(id);
    this.#shelf(id).remove(id & SLOT_MASK);
  }

  /** The entries of one of the 256 shelves; what comes and goes meanwhile may be among them or not. */
  *idsOf(shelf: number): Generator<number> {
    const names = this.#shelves[shelf];
    for (let slot = 0; slot < (names?.used ?? 0); slot += 1) {
      if (names?.get(slot, DIGITS) !== 0) yield idOf(shelf, slot);
    }
  }

  /**
   * Walks from the oldest to the newest, while entries come, go and are used: `next` answers an id, or NONE at the end. What is used
   * meanwhile may come twice, what is there throughout comes. There is one walk at a time.
   */
  walk(): { next(): number } {
    this.#walker = this.#oldest;
    return {
      next: () => {
        const id = this.#walker;
        if (id !== NONE) this.#walker = this.#get(id, NEWER);
        return id;
      },
    };
  }

  #find(): number {
    const shelf = this.#bytesOfName[0] as number;
    const slot = this.#shelves[shelf]?.find(this.#name, this.#digits) ?? -1;
    return slot === -1 ? NONE : idOf(shelf, slot);
  }

  #set(size: number): number {
    let id = this.#find();
    if (id === NONE) {
      const at = this.#bytesOfName[0] as number;
      let shelf = this.#shelves[at];
      if (!shelf) {
        shelf = new NameShelf();
        this.#shelves[at] = shelf;
      }
      id = idOf(at, shelf.add(this.#name, this.#digits));
      this.#size += 1;
      this.#link(id);
    } else {
      this.#bytes -= this.sizeOf(id);
      this.touch(id);
    }
    this.#put(id, SIZE, size);
    this.#bytes += size;
    return id;
  }

  #take(name: string): void {
    this.#name.fill(0);
    this.#digits = name.length;
    this.#bytesOfName.write(name.length % 2 === 0 ? name : `${name}0`, "hex");
  }

  #takeWords(words: Uint32Array, at: number, digits: number): void {
    for (let word = 0; word < this.#name.length; word += 1) this.#name[word] = words[at + word] as number;
    this.#digits = digits;
  }

  #link(id: number): void {
    this.#put(id, OLDER, this.#newest);
    this.#put(id, NEWER, NONE);
    if (this.#newest === NONE) this.#oldest = id;
    else this.#put(this.#newest, NEWER, id);
    this.#newest = id;
  }

  #unlink(id: number): void {
    const older = this.#get(id, OLDER);
    const newer = this.#get(id, NEWER);
    if (id === this.#walker) this.#walker = newer;
    if (older === NONE) this.#oldest = newer;
    else this.#put(older, NEWER, newer);
    if (newer === NONE) this.#newest = older;
    else this.#put(newer, OLDER, older);
  }

  #get(id: number, word: number): number {
    return this.#shelf(id).get(id & SLOT_MASK, word);
  }

  #put(id: number, word: number, value: number): void {
    this.#shelf(id).set(id & SLOT_MASK, word, value);
  }

  #shelf(id: number): NameShelf {
    return this.#shelves[id >>> SLOT_BITS] as NameShelf;
  }
}

/** The name whose eight words stand at `at`. */
export function textOf(words: Uint32Array, at: number, digits: number): string {
  const bytes = Buffer.from(words.buffer, words.byteOffset + 4 * at, NAME_BYTES);
  return bytes.toString("hex", 0, Math.ceil(digits / 2)).slice(0, digits);
}

const idOf = (shelf: number, slot: number): number => ((shelf << SLOT_BITS) | slot) >>> 0;
