import type { DiskStore } from "../disk-store.ts";

/** What a disk holds; it outlives the process that writes to it. */
export type Shelf = Map<string, Uint8Array>;

/**
 * A disk in memory whose reads and writes take as long as `read` and `write` say. Nothing is written by a process that died before
 * the write's turn came.
 */
export function diskOf(
  shelf: Shelf,
  timing: { readonly read: () => Promise<void>; readonly write: () => Promise<void> },
): DiskStore {
  const disk: Pick<DiskStore, "bytes" | "has" | "get" | "getNow" | "readNow" | "put" | "delete"> = {
    get bytes() {
      return 0;
    },
    has: (name) => shelf.has(name),
    async get(name) {
      await timing.read();
      const bytes = shelf.get(name);
      return bytes && Buffer.from(bytes);
    },
    getNow: () => undefined,
    readNow: () => undefined,
    async put(name, bytes) {
      await timing.write();
      shelf.set(name, bytes);
    },
    async delete(name) {
      shelf.delete(name);
    },
  };
  // The class keeps its fields private, so that no other object has its type; its promises are all that is used.
  return disk as DiskStore;
}
