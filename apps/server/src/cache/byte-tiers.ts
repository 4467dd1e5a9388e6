import type { DiskStore } from "./disk-store.ts";
import type { Rooms } from "./rooms.ts";
import type { Shelf } from "./shared/shared-tier.ts";

/** Bytes of one kind by content address: on the local disk and, behind it, in the shared tier where there is one. */
export class ByteTiers {
  readonly #disk: DiskStore;
  readonly #shared: Shelf | undefined;

  constructor(disk: DiskStore, shared?: Shelf) {
    this.#disk = disk;
    this.#shared = shared;
  }

  /** Whether `get` will probably find them. */
  holds(name: string): boolean {
    return this.#disk.has(name) || this.#shared?.knows(name) === true;
  }

  /** What the shared tier has goes to the disk, and what only the disk has to the shared tier. Never rejects. */
  async get(
    name: string,
  ): Promise<{ readonly bytes: Uint8Array; readonly from: "disk" | "shared" } | undefined> {
    const kept = await this.#disk.get(name);
    if (kept) {
      this.#shared?.offer(name, kept, false);
      return { bytes: kept, from: "disk" };
    }
    const found = await this.#shared?.find(name);
    if (!found) return undefined;
    void this.#disk.put(name, found).catch(() => {});
    return { bytes: found, from: "shared" };
  }

  /** Where the disk has them, if it does. */
  locate(name: string) {
    return this.#disk.locate(name);
  }

  /** `lend` of the disk, which is given first what only the shared tier has. */
  async lend(name: string, path: string): Promise<number | undefined> {
    const kept = await this.#disk.lend(name, path);
    if (kept !== undefined) return kept;
    const found = await this.#shared?.find(name);
    if (!found) return undefined;
    await this.#disk.put(name, found).catch(() => {});
    return this.#disk.lend(name, path);
  }

  /** What `get` would give, if the disk can give it at once: `length` bytes from `front` on of a room that is taken for them. */
  readNow(name: string, front: number, rooms: Rooms) {
    const kept = this.#disk.readNow(name, front, rooms);
    // An upload takes its time, and the room may be another answer's by then.
    if (kept && this.#shared?.knows(name) === false)
      this.#shared.offer(name, Buffer.from(kept.room.subarray(front, front + kept.length)), false);
    return kept;
  }

  /**
   * Keeps bytes that were just made or fetched. Nobody waits for it: a disk that refuses, or a shared tier that does, costs a
   * render or a fetch later.
   */
  keep(name: string, bytes: Uint8Array, isNew: boolean): void {
    void this.write(name, bytes, isNew);
  }

  /** The same for whoever waits until the disk has them, or refuses. Never rejects. */
  write(name: string, bytes: Uint8Array, isNew: boolean): Promise<void> {
    this.#shared?.offer(name, bytes, isNew);
    return this.#disk.put(name, bytes).catch(() => {});
  }
}
