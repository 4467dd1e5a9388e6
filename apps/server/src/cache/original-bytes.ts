import { writeFile } from "node:fs/promises";
import { LRUCache } from "lru-cache";
import { ByteTiers } from "./byte-tiers.ts";
import type { DiskStore } from "./disk-store.ts";
import { LentBytes } from "./lent-bytes.ts";
import type { Shelf } from "./shared/shared-tier.ts";

/** What is larger is read from the disk. */
export const RECENT_BYTES = 16 * 2 ** 20;
/** What originals should take that are read and not rendered: so much less that they are still recent when their turn comes. */
export const AHEAD_BYTES = 10 * 2 ** 20;
/** Before any was read; and what one more counts beside all before it. */
const FIRST_BYTES = 4 * 2 ** 20;
const MEMORY = 0.95;
const RECENT_MS = 5_000;

interface Recent {
  readonly bytes: Uint8Array;
  /** They are no longer. */
  readonly leave: () => void;
}

/** The bytes of originals by their digests: read lately, on the disk, or in the tier that instances share. */
export class OriginalBytes {
  readonly #tiers: ByteTiers;
  readonly #isShared: boolean;
  /** Bytes just fetched: the renders that waited for the flight take them from here, not from the disk. */
  readonly #recent = new LRUCache<string, Recent>({
    maxSize: RECENT_BYTES,
    sizeCalculation: ({ bytes }) => Math.max(1, bytes.length),
    dispose: ({ leave }) => leave(),
    ttl: RECENT_MS,
    // What nobody took in time is not held until somebody looks for it.
    ttlAutopurge: true,
  });
  readonly #lent = new LentBytes();
  #typicalSize = FIRST_BYTES;

  constructor(disk: DiskStore, shared: Shelf | undefined) {
    this.#tiers = new ByteTiers(disk, shared);
    this.#isShared = shared !== undefined;
  }

  /** Bytes of one original that was fetched lately. */
  get typicalSize(): number {
    return this.#typicalSize;
  }

  /** Whether `get` will probably find them. */
  holds(digest: string): boolean {
    return this.#recent.has(digest) || this.#tiers.holds(digest);
  }

  /** From memory, disk or the shared tier; undefined when they were evicted. Who says until when they are needed finds them empty then. */
  async get(digest: string, until?: Promise<unknown>): Promise<Uint8Array | undefined> {
    // Looked at, not used: those that wait go before those that had their turn stay.
    const recent = this.#recent.peek(digest)?.bytes;
    if (recent) return this.#lent.use(recent, this.#end(until));
    return this.#lent.get(digest, async () => (await this.#tiers.get(digest))?.bytes, this.#end(until));
  }

  /** The file that holds the bytes, if the disk has them; it may go at any moment. */
  locate(digest: string) {
    return this.#tiers.locate(digest);
  }

  /** Puts bytes under a path of the caller's, with something behind them; how many they are, or undefined when they were evicted. */
  async lend(digest: string, path: string): Promise<number | undefined> {
    const lent = await this.#tiers.lend(digest, path);
    if (lent !== undefined) return lent;
    // On their way to the disk.
    const recent = this.#recent.peek(digest)?.bytes;
    if (!recent) return undefined;
    const { length } = recent;
    await writeFile(path, this.#lent.use(recent));
    return length;
  }

  /** Keeps bytes that were just fetched; settles as soon as `get` gives them. */
  async keep(digest: string, bytes: Uint8Array): Promise<void> {
    const size = bytes.length;
    this.#typicalSize = this.#typicalSize * MEMORY + size * (1 - MEMORY);
    // What is too large to be recent is there for as long as it is written to the disk, and then on it: a program reads it from there.
    const written = this.#tiers.write(digest, bytes, false);
    this.#lent.hold(digest, bytes, this.#end(written));
    if (size > RECENT_BYTES) {
      await written;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lent.use(bytes, this.#end(promise));
    this.#recent.set(digest, { bytes, leave: resolve });
  }

  /** When the shared tier has sent what it was offered, nobody knows. */
  #end(until: Promise<unknown> | undefined): Promise<unknown> | undefined {
    return this.#isShared ? undefined : until;
  }
}
