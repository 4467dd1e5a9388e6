import { close, fstatSync, readFileSync, readSync } from "node:fs";
import { LRUCache } from "lru-cache";
import { FOOTER_BYTES, isSealed } from "./footer.ts";
import { readAllAt } from "./whole-files.ts";

/** Where the system does not say how many files a process may open. */
const USUAL_MOST = 256;
/** Beyond it a descriptor saves nobody anything: what is asked for that often is in memory. */
const LARGEST_MOST = 1_024;
/** Part of the process's files that one folder may keep open: connections need them too. */
const SHARE = 16;

/** Clocks of file systems move in steps: a change so soon after another may bear the same time. */
const CERTAIN_MS = 1_000;

/** How many files of one folder may be kept open. */
export function mostOpenFiles(limits = limitsOfProcess()): number {
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? [];
  if (soft === undefined) return USUAL_MOST;
  return soft === "unlimited" ? LARGEST_MOST : Math.min(LARGEST_MOST, Math.floor(Number(soft) / SHARE));
}

function limitsOfProcess(): string {
  try {
    return readFileSync("/proc/self/limits", "latin1");
  } catch {
    return "";
  }
}

/**
 * A file that stays open. The descriptor is closed when it was let go and nobody reads any more: closed sooner, its number could be
 * another file's by the time a read comes to it.
 *
 * The checksum of what was read is looked at once, and again when the system says that the file was changed since (`ctime`, which any write,
 * by anyone, moves). We never write into a file that has its name, and a crash, the reason for the checksum, closes every descriptor.
 */
export class OpenFile {
  readonly size: number;
  /** By `performance.now()`. */
  readAt = 0;
  readonly #fd: number;
  #changedAt = Number.NaN;
  #readers = 0;
  #isLetGo = false;

  /** Takes an open descriptor over. */
  constructor(fd: number) {
    this.#fd = fd;
    // Of an open file the system has this in memory.
    this.size = fstatSync(fd).size;
  }

  /**
   * Reads the file at once into `room`, which has `size` bytes from `front` on. Answers how many of them are before the footer; undefined
   * where the file is not whole.
   */
  readNow(room: Buffer, front: number): number | undefined {
    const end = front + this.size - FOOTER_BYTES;
    let filled = 0;
    for (let more = -1; more !== 0 && filled < this.size; filled += more) {
      more = readSync(this.#fd, room, front + filled, this.size - filled, filled);
    }
    if (end < front || filled < this.size) return undefined;
    const changedAt = this.#changed();
    // Views are made for those alone that have to be looked at: hits of the disk leave nothing to collect.
    const isWhole =
      changedAt === undefined ||
      this.#isTrue(changedAt, room.subarray(front, end), room.subarray(end, end + FOOTER_BYTES));
    return isWhole ? end - front : undefined;
  }

  /** The same in the thread pool, into a buffer of its own: whoever is done with the bytes can give its memory back. */
  async read(): Promise<Buffer | undefined> {
    const length = this.size - FOOTER_BYTES;
    if (length < 0) return undefined;
    this.#readers += 1;
    try {
      const bytes = Buffer.allocUnsafeSlow(length);
      const footer = Buffer.allocUnsafe(FOOTER_BYTES);
      if ((await readAllAt(this.#fd, [bytes, footer], 0)) < this.size) return undefined;
      const changedAt = this.#changed();
      return changedAt === undefined || this.#isTrue(changedAt, bytes, footer) ? bytes : undefined;
    } finally {
      this.#readers -= 1;
      this.#closeIfDone();
    }
  }

  letGo(): void {
    if (this.#isLetGo) return;
    this.#isLetGo = true;
    this.#closeIfDone();
  }

  /**
   * When the file was changed, in milliseconds since the epoch; undefined where that was before it was last found whole. Asked after the
   * reading: what was written before it has moved the time.
   */
  #changed(): number | undefined {
    const { ctimeMs, size } = fstatSync(this.#fd);
    return ctimeMs === this.#changedAt && size === this.size ? undefined : ctimeMs;
  }

  #isTrue(changedAt: number, bytes: Buffer, footer: Buffer): boolean {
    const isTrue = isSealed(bytes, footer);
    this.#changedAt = isTrue && Date.now() - changedAt > CERTAIN_MS ? changedAt : Number.NaN;
    return isTrue;
  }

  #closeIfDone(): void {
    // The last name of a file may be gone: giving its blocks back takes a while.
    if (this.#isLetGo && this.#readers === 0) close(this.#fd, () => {});
  }
}

/** The files that were read last, kept open by name. */
export class OpenFiles {
  readonly #files: LRUCache<string, OpenFile> | undefined;

  /** With 0 none is kept. */
  constructor(most: number) {
    if (most > 0) this.#files = new LRUCache({ max: most, dispose: (file) => file.letGo() });
  }

  get(name: string): OpenFile | undefined {
    return this.#files?.get(name);
  }

  /** Takes the file over. */
  keep(name: string, file: OpenFile): void {
    if (this.#files) this.#files.set(name, file);
    else file.letGo();
  }

  /** The name means another file from now on, or none. */
  drop(name: string): void {
    this.#files?.delete(name);
  }

  clear(): void {
    this.#files?.clear();
  }
}
