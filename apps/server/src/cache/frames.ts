import type { Frames } from "@freshet/core/resize";

/** Sizes of one original that are asked for within so many milliseconds are a burst; a frame is kept as long after its last use. */
const BURST_MS = 5_000;
/** Originals and large frames that are watched for it, and for how long: a render may wait for a while until it asks whether it is one of several. */
const MOST_WATCHED = 10_000;
const WATCHED_MS = 60_000;
/** A frame that takes more of the room than this has to be asked for twice itself: sizes that need so many pixels are seldom several. */
const LARGE = 1 / 3;

interface Kept {
  readonly bytes: number;
  readonly frame: Promise<Uint8Array>;
  isMade: boolean;
  usedAt: number;
}

interface Asked {
  readonly at: number;
  /** Another time shortly before. */
  readonly isBurst: boolean;
}

/**
 * Decoded pixels of originals of which several sizes are asked for at once, as the renditions of a `srcset` are: for a few seconds, in a
 * bounded number of bytes. The first of them is not held up to see whether others come.
 */
export class FrameShelf {
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** In the order of their last use. */
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Asked>();
  readonly #largeAsked = new Map<string, Asked>();
  #bytes = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(maxBytes: number, now: () => number = () => performance.now()) {
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /** Bytes of the frames that are there or under way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Notes that a size of the original with this digest is going to be rendered. */
  expect(digest: string): void {
    this.#note(this.#asked, digest);
  }

  /** What a render of that original may use. */
  of(digest: string): Frames {
    return { take: (name, bytes, make) => this.#take(digest, `${digest} ${name}`, bytes, make) };
  }

  #take(
    digest: string,
    name: string,
    bytes: number,
    make: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> | undefined {
    const kept = this.#kept.get(name);
    if (kept) {
      this.#kept.delete(name);
      this.#kept.set(name, kept);
      kept.usedAt = this.#now();
      return kept.frame;
    }
    const isLarge = bytes > this.#maxBytes * LARGE;
    const isWanted =
      this.#asked.get(digest)?.isBurst === true && (!isLarge || this.#note(this.#largeAsked, name));
    if (!isWanted || !this.#makeRoom(bytes)) return undefined;
    const entry: Kept = { bytes, frame: make(), isMade: false, usedAt: this.#now() };
    this.#kept.set(name, entry);
    this.#bytes += bytes;
    entry.frame.then(
      () => {
        entry.isMade = true;
        entry.usedAt = this.#now();
        this.#sweep ??= setInterval(() => this.#forgetOld(), BURST_MS / 5).unref();
      },
      () => this.#forget(name),
    );
    return entry.frame;
  }

  /** Whether it was asked for shortly before as well. */
  #note(asked: Map<string, Asked>, name: string): boolean {
    const at = this.#now();
    const before = asked.get(name);
    const isBurst = before !== undefined && at - before.at <= BURST_MS;
    asked.delete(name);
    asked.set(name, { at, isBurst });
    for (const [oldest, { at: then }] of asked) {
      if (at - then <= WATCHED_MS && asked.size <= MOST_WATCHED) break;
      asked.delete(oldest);
    }
    return isBurst;
  }

  /** Frames that are being made stay: their bytes are taken whether they are kept or not. */
  #makeRoom(bytes: number): boolean {
    const settled = [...this.#kept].filter(([, { isMade }]) => isMade);
    const movable = settled.reduce((sum, [, kept]) => sum + kept.bytes, 0);
    if (this.#bytes - movable + bytes > this.#maxBytes) return false;
    for (const [name] of settled) {
      if (this.#bytes + bytes <= this.#maxBytes) break;
      this.#forget(name);
    }
    return true;
  }

  #forgetOld(): void {
    const before = this.#now() - BURST_MS;
    for (const [name, { isMade, usedAt }] of this.#kept) if (isMade && usedAt < before) this.#forget(name);
    if (this.#kept.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #forget(name: string): void {
    const kept = this.#kept.get(name);
    if (!kept) return;
    this.#kept.delete(name);
    this.#bytes -= kept.bytes;
  }
}
