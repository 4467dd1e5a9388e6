import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { LRUCache } from "lru-cache";

/** Behind the bytes: "FRS1", the CRC-32 of the bytes, their length. A file without a true footer was torn by a crash. */
const FOOTER_BYTES = 16;
const MAGIC = 0x46525331;
const NAME = /^[0-9a-f]{8,64}$/;

function footerOf(bytes: Uint8Array): Buffer {
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt32BE(MAGIC, 0);
  footer.writeUInt32BE(crc32(bytes), 4);
  footer.writeBigUInt64BE(BigInt(bytes.length), 8);
  return footer;
}

/** Writes the parts one behind the other without joining them in memory first. */
async function writeParts(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "wx");
  try {
    for (const part of parts) await file.writeFile(part);
  } finally {
    await file.close();
  }
}

/**
 * A bounded folder of immutable or replaceable byte strings, each under a lower-case hex name. A write is seen whole or not at
 * all, also after a crash or a power cut: files are written aside and renamed, and a torn one is recognised by its
 * footer and counts as absent. When the folder outgrows `maxBytes`, what was used longest ago goes first.
 */
export class DiskStore {
  readonly #folder: string;
  readonly #index: LRUCache<string, number>;

  private constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#index = new LRUCache<string, number>({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: (size) => size,
      dispose: (_, name, reason) => {
        if (reason === "evict") void rm(this.#path(name), { force: true }).catch(() => {});
      },
    });
  }

  /** Opens the folder and indexes what is there, oldest use first; leftovers of interrupted writes are removed. */
  static async open(folder: string, maxBytes: number): Promise<DiskStore> {
    await mkdir(folder, { recursive: true });
    const store = new DiskStore(folder, maxBytes);
    const found: { name: string; size: number; used: number }[] = [];
    for (const shelf of await readdir(folder)) {
      const path = join(folder, shelf);
      for (const name of await readdir(path).catch(() => [])) {
        if (!NAME.test(name)) {
          await rm(join(path, name), { force: true });
          continue;
        }
        const facts = await stat(join(path, name)).catch(() => undefined);
        if (facts) found.push({ name, size: facts.size, used: facts.mtimeMs });
      }
    }
    found.sort((a, b) => a.used - b.used);
    for (const { name, size } of found) store.#index.set(name, Math.max(1, size));
    return store;
  }

  get bytes(): number {
    return this.#index.calculatedSize;
  }

  has(name: string): boolean {
    return this.#index.has(name);
  }

  async get(name: string): Promise<Buffer | undefined> {
    if (!this.#index.get(name)) return undefined;
    try {
      const file = await readFile(this.#path(name));
      const bytes = file.subarray(0, file.length - FOOTER_BYTES);
      if (file.length >= FOOTER_BYTES && footerOf(bytes).equals(file.subarray(file.length - FOOTER_BYTES))) {
        return bytes;
      }
      await this.delete(name);
    } catch {
      this.#index.delete(name);
    }
    return undefined;
  }

  /** Keeps the bytes under the name, replacing what was there. Rejects when the disk refuses. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    const aside = `${path}.${randomUUID()}`;
    await mkdir(join(this.#folder, name.slice(0, 2)), { recursive: true });
    try {
      await writeParts(aside, [bytes, footerOf(bytes)]);
      await rename(aside, path);
    } catch (error) {
      await rm(aside, { force: true }).catch(() => {});
      throw error;
    }
    this.#index.set(name, bytes.length + FOOTER_BYTES);
    // A single thing larger than the whole bound is not indexed, so it must not stay on the disk either.
    if (!this.#index.has(name)) await rm(path, { force: true });
  }

  async delete(name: string): Promise<void> {
    this.#index.delete(name);
    await rm(this.#path(name), { force: true });
  }

  /** Notes a use in the file's own time, so that the order of eviction survives a restart. */
  async touch(name: string): Promise<void> {
    const now = new Date();
    await utimes(this.#path(name), now, now).catch(() => {});
  }

  #path(name: string): string {
    return join(this.#folder, name.slice(0, 2), name);
  }
}
