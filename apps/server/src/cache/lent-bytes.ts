import { letGo } from "@freshet/core/resize";

/** Smaller ones are read again: that costs less than remembering them. */
const WORTH = 262_144;

/**
 * Large bytes by their digest for as long as somebody uses them: many who are sent the same file at once share its memory, and nothing
 * is kept for nobody. Where everybody has said until when, the memory is given back at once: left to the garbage collector, originals of a
 * few megabytes lead it through the whole heap every eighth picture.
 */
export class LentBytes {
  readonly #lent = new Map<string, WeakRef<Uint8Array>>();
  readonly #reading = new Map<string, Promise<Uint8Array | undefined>>();
  /** How many use them; infinitely many where somebody did not say until when. */
  readonly #users = new WeakMap<Uint8Array, number>();
  readonly #gone = new FinalizationRegistry<string>((digest) => {
    if (this.#lent.get(digest)?.deref() === undefined) this.#lent.delete(digest);
  });

  /** What somebody uses, else what `read` gives, once for all who ask meanwhile. `until` as for `use`. */
  async get(
    digest: string,
    read: () => Promise<Uint8Array | undefined>,
    until?: Promise<unknown>,
  ): Promise<Uint8Array | undefined> {
    for (;;) {
      const held = this.#lent.get(digest)?.deref();
      const bytes =
        held && !isGone(held) ? held : await (this.#reading.get(digest) ?? this.#read(digest, read));
      // Others who waited for the same may have been done with it before this one was told.
      if (bytes === undefined || !isGone(bytes)) return bytes && this.use(bytes, until);
    }
  }

  /** Somebody uses these, such as whoever writes them to the disk, which cannot give them before it has them. */
  hold(digest: string, bytes: Uint8Array, until?: Promise<unknown>): void {
    if (bytes.length < WORTH) return;
    this.use(bytes, until);
    this.#lend(digest, bytes);
  }

  /** The same bytes, which are needed until that settles and no longer, on which they are empty; without it for good. */
  use(bytes: Uint8Array, until?: Promise<unknown>): Uint8Array {
    if (bytes.length < WORTH) return bytes;
    this.#users.set(bytes, until ? this.#usersOf(bytes) + 1 : Number.POSITIVE_INFINITY);
    const leave = () => {
      const left = this.#usersOf(bytes) - 1;
      this.#users.set(bytes, left);
      if (left === 0) letGo(bytes);
    };
    until?.then(leave, leave);
    return bytes;
  }

  #usersOf(bytes: Uint8Array): number {
    return this.#users.get(bytes) ?? 0;
  }

  #lend(digest: string, bytes: Uint8Array): void {
    this.#lent.set(digest, new WeakRef(bytes));
    this.#gone.register(bytes, digest);
  }

  #read(digest: string, read: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    const reading = read()
      .then((bytes) => {
        if (bytes && bytes.length >= WORTH) this.#lend(digest, bytes);
        return bytes;
      })
      .finally(() => this.#reading.delete(digest));
    this.#reading.set(digest, reading);
    return reading;
  }
}

/** Large once, and given back. */
const isGone = ({ buffer }: Uint8Array): boolean => buffer instanceof ArrayBuffer && buffer.detached;
