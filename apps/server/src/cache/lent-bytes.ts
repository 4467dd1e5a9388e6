/** Smaller ones are read again: that costs less than remembering them. */
const WORTH = 262_144;

/**
 * Large bytes by their digest for as long as somebody holds them: many who are sent the same file at once share its memory, and nothing
 * is kept for nobody.
 */
export class LentBytes {
  readonly #lent = new Map<string, WeakRef<Uint8Array>>();
  readonly #reading = new Map<string, Promise<Uint8Array | undefined>>();
  readonly #gone = new FinalizationRegistry<string>((digest) => {
    if (this.#lent.get(digest)?.deref() === undefined) this.#lent.delete(digest);
  });

  /** What somebody holds, else what `read` gives, once for all who ask meanwhile. */
  async get(digest: string, read: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    const held = this.#lent.get(digest)?.deref();
    if (held) return held;
    const reading = this.#reading.get(digest) ?? this.#read(digest, read);
    return await reading;
  }

  /** Somebody holds these, such as whoever writes them to the disk, which cannot give them before it has them. */
  hold(digest: string, bytes: Uint8Array): void {
    if (bytes.length < WORTH) return;
    this.#lent.set(digest, new WeakRef(bytes));
    this.#gone.register(bytes, digest);
  }

  #read(digest: string, read: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    const reading = read()
      .then((bytes) => {
        if (bytes) this.hold(digest, bytes);
        return bytes;
      })
      .finally(() => this.#reading.delete(digest));
    this.#reading.set(digest, reading);
    return reading;
  }
}
