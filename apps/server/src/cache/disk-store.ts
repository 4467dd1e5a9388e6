import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, open, rename, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { AtOnce } from "./disk/at-once.ts";
import { endsWhole, FOOTER_BYTES, footerOf } from "./disk/footer.ts";
import { GONE, PUT, USED } from "./disk/frames.ts";
import { Incoming } from "./disk/incoming.ts";
import { IndexLog } from "./disk/index-log.ts";
import { Indexing } from "./disk/indexing.ts";
import { MOST_SIZE, NameIndex, NONE } from "./disk/name-index.ts";
import { mostOpenFiles, OpenFile, OpenFiles } from "./disk/open-files.ts";
import { Turns } from "./disk/turns.ts";
import { openFd, writeNew } from "./disk/whole-files.ts";
import { OWN_ROOMS, type Rooms } from "./rooms.ts";

/** Read at once where the file is open already: the thread pool costs more than the reading. */
const READ_AT_ONCE_BYTES = 512 * 1024;
/** For so long after a file was read its pages are likely to be in memory still. */
const WARM_MS = 60_000;
/** Between two notes that one name was used. */
const USES_MS = 600_000;
const MOST_USES = 100_000;
/** Files that are removed at the same time. */
const REMOVED_AT_ONCE = 32;

/** What the operating system says of a file that is not there. */
const MISSING: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR"]);

/**
 * A bounded folder of immutable or replaceable byte strings, each under a lower-case hex name. A write is seen whole or not at
 * all, also after a crash or a power cut: files are written aside and renamed, and a torn one is recognised by its
 * footer and counts as absent. When the folder outgrows `maxBytes`, what was used longest ago goes first.
 *
 * The files are the truth. Which there are is also kept in memory, and beside them in a log that is read when the folder is opened again;
 * then the folder itself is looked through in the background. Until that has ended, a name that is not known is looked for
 * among the files. Room is made before a file is written, so the bound holds at every moment; as long as the folder's size is not
 * known, because there was no log, what is written is paid for with as many bytes of what was found already, or not kept.
 */
export class DiskStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #index = new NameIndex();
  readonly #log: IndexLog;
  readonly #files: OpenFiles;
  readonly #turns = new Turns();
  readonly #indexing: Indexing;
  /** Marks files aside as those of this process: they are no leftovers. */
  readonly #mark = randomUUID().slice(0, 8);
  /** Sizes as they are noted of what is being written. */
  readonly #writing = new Map<string, number>();
  #writingBytes = 0;
  #written = 0;
  /** Folders that were made. */
  readonly #shelves = new Set<string>();
  /** Who is opening a file under a name. What changes the name removes it: the file that was opened may be another by then. */
  readonly #opening = new Map<string, object>();
  readonly #atOnce = new AtOnce();
  readonly #now: () => number;
  #uses = new Set<number>();
  #usesSince = performance.now();
  #isShrinking = false;

  private constructor(
    folder: string,
    maxBytes: number,
    { mostOpen, log, now }: { readonly mostOpen: number; readonly log: IndexLog; readonly now: () => number },
  ) {
    this.#folder = folder;
    this.#now = now;
    this.#maxBytes = maxBytes;
    this.#files = new OpenFiles(mostOpen);
    this.#log = log;
    this.#indexing = new Indexing({
      ...{ folder, log, index: this.#index, turns: this.#turns },
      isOurs: (file) => file.includes(`.${this.#mark}`),
      note: (what, name, size) => this.#note(what, name, size),
      forget: (name) => this.#forget(name),
      rewrite: () => this.#rewrite(),
    });
  }

  /**
   * Opens the folder; of a small one everything is indexed then, and leftovers of interrupted writes are removed. A large one is usable
   * at once and indexed in the background. Of `mostOpen` files the descriptor is kept; by `now`, in milliseconds, reads are timed.
   */
  static async open(
    folder: string,
    maxBytes: number,
    mostOpen = mostOpenFiles(),
    now = () => performance.now(),
  ): Promise<DiskStore> {
    await mkdir(folder, { recursive: true });
    const log = await IndexLog.open(`${folder}.index`);
    const store = new DiskStore(folder, Math.max(1, maxBytes), { mostOpen, log, now });
    await store.#indexing.begin();
    for (const stage of [store.#indexing.known, store.#indexing.done]) void stage.then(() => store.#shrink());
    return store;
  }

  get bytes(): number {
    return this.#index.bytes;
  }

  /** How many names are known. */
  get size(): number {
    return this.#index.size;
  }

  /** Resolves when every file is indexed. */
  get indexed(): Promise<void> {
    return this.#indexing.done;
  }

  has(name: string): boolean {
    return this.#index.find(name) !== NONE || (!this.#indexing.isDone && existsSync(this.#path(name)));
  }

  /** The bytes under the name, in memory of their own. Never rejects. */
  get(name: string): Promise<Buffer | undefined> {
    const bytes = this.getNow(name);
    if (bytes) return Promise.resolve(bytes);
    if (this.#indexing.isDone && this.#index.find(name) === NONE) return Promise.resolve(undefined);
    return this.#read(name);
  }

  /**
   * The same, if it can be had at once: of a small file that lies open and was read lately, whose pages are in memory then, so that the
   * event loop waits for no disk. Undefined says nothing about whether it is there.
   */
  getNow(name: string): Buffer | undefined {
    const read = this.readNow(name, 0, OWN_ROOMS);
    return read?.room.subarray(0, read.length);
  }

  /** What `getNow` gives, `length` bytes from `front` on of a room that is taken for them. */
  readNow(
    name: string,
    front: number,
    rooms: Rooms,
  ): { readonly room: Buffer; readonly length: number } | undefined {
    const id = this.#index.find(name);
    if (id !== NONE) this.#use(id);
    if (!this.#indexing.isKnown) this.#indexing.used(name);
    const file = this.#files.get(name);
    if (!file || file.size > READ_AT_ONCE_BYTES) return undefined;
    const begun = this.#now();
    if (begun - file.readAt > WARM_MS || !this.#atOnce.may(begun)) return undefined;
    try {
      const room = rooms.take(front + file.size);
      const length = file.readNow(room, front);
      const now = this.#now();
      file.readAt = now;
      this.#atOnce.took(now - begun, now);
      if (length !== undefined) return { room, length };
    } catch {
      // Whatever it is: the file is opened anew, and judged then.
    }
    this.#files.drop(name);
    return undefined;
  }

  /** Keeps the bytes under the name, replacing what was there. Rejects when the disk refuses. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    const size = bytes.length + FOOTER_BYTES;
    await this.#makeShelf(name);
    // A single thing larger than the whole bound is not kept.
    if (size > Math.min(this.#maxBytes, MOST_SIZE)) return this.delete(name);
    await this.#turns.take(name, async () => {
      await this.#indexing.begun;
      await this.#put(name, bytes, size);
    });
    if (this.#log.isWorn(this.#index.size)) void this.#rewrite();
  }

  /**
   * Bytes that come one piece after the other, and whose name is known at their end. While they come they count as the folder's, and what
   * was used longest ago makes room for them; what grows larger than `largestIncoming` is not to be begun.
   */
  receive(): Incoming {
    // A name that nothing has: the file aside lies on its shelf, and is removed like every other leftover if it stays there.
    const stand = randomUUID().replaceAll("-", "");
    const aside = this.#aside(this.#path(stand));
    return new Incoming({
      aside,
      prepare: () => this.#makeShelf(stand),
      reserve: async (bytes) => {
        this.#writingBytes += bytes;
        await this.#indexing.begun;
        return this.#makeRoom(stand, bytes);
      },
      giveBack: (bytes) => {
        this.#writingBytes -= bytes;
      },
      take: async (name, size) => {
        await this.#makeShelf(name);
        await this.#turns.take(name, () => this.#adopt(name, aside, size));
        if (this.#log.isWorn(this.#index.size)) void this.#rewrite();
      },
    });
  }

  /** Bytes of one thing that comes in pieces: more would leave nothing else in the folder. */
  get largestIncoming(): number {
    return Math.floor(Math.min(this.#maxBytes, MOST_SIZE) / 2);
  }

  /**
   * Puts the file under a path of the caller's as well, where it stays when it goes from here; how many bytes of it are those under the
   * name, or undefined when there is none. Behind them is the footer.
   */
  async lend(name: string, path: string): Promise<number | undefined> {
    const own = await this.locate(name);
    if (!own) return undefined;
    try {
      // Another file system, or one without links, has it twice.
      await link(own.path, path).catch(() => copyFile(own.path, path));
      return own.bytes;
    } catch {
      return undefined;
    }
  }

  /**
   * Where the file is now, and how many of its first bytes are those under the name; it may go at any moment. One whose end was torn off
   * counts as absent.
   */
  async locate(name: string): Promise<{ readonly path: string; readonly bytes: number } | undefined> {
    const id = this.#index.find(name);
    if (id !== NONE) this.#use(id);
    const path = this.#path(name);
    const file = await open(path, "r").catch(() => undefined);
    try {
      const size = (await file?.stat())?.size ?? 0;
      if (!file || size <= FOOTER_BYTES) return undefined;
      const footer = Buffer.alloc(FOOTER_BYTES);
      await file.read(footer, 0, FOOTER_BYTES, size - FOOTER_BYTES);
      return endsWhole(footer, size) ? { path, bytes: size - FOOTER_BYTES } : undefined;
    } catch {
      return undefined;
    } finally {
      await file?.close();
    }
  }

  async delete(name: string): Promise<void> {
    this.#forget(name);
    await this.#turns.take(name, () => this.#remove(name));
  }

  /** Notes what was not noted yet and closes every file. */
  async close(): Promise<void> {
    await this.#indexing.stop();
    this.#files.clear();
    await this.#log.close();
  }

  async #read(name: string): Promise<Buffer | undefined> {
    const token = {};
    this.#opening.set(name, token);
    const isStill = () => this.#opening.get(name) === token;
    let file = this.#files.get(name);
    const isKept = file !== undefined;
    try {
      file ??= new OpenFile(await openFd(this.#path(name), "r"));
      const bytes = await file.read();
      // Replaced or removed meanwhile: what was read is what it was when it was asked for, and nothing to be kept.
      if (!isStill()) return bytes;
      if (!bytes) {
        await this.delete(name);
        return undefined;
      }
      file.readAt = this.#now();
      if (!isKept) this.#files.keep(name, file);
      this.#correct(name, file.size);
      return bytes;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (MISSING.has(code) && isStill()) this.#lost(name);
      // Connections need them more.
      if (code === "EMFILE" || code === "ENFILE") this.#files.clear();
      return undefined;
    } finally {
      if (file && this.#files.get(name) !== file) file.letGo();
      if (isStill()) this.#opening.delete(name);
    }
  }

  async #put(name: string, bytes: Uint8Array, size: number): Promise<void> {
    const larger = this.#begin(name, size);
    this.#writingBytes += size;
    try {
      if (!(await this.#makeRoom(name, size))) {
        // What is not kept must not leave an older one in its place.
        await this.#remove(name);
        return;
      }
      const aside = this.#aside(this.#path(name));
      await this.#place(name, { size, larger, aside }, () => this.#writeAside(name, aside, bytes));
    } finally {
      this.#writing.delete(name);
      this.#writingBytes -= size;
    }
  }

  /** Takes a file aside for which there is room. In the name's turn. */
  async #adopt(name: string, aside: string, size: number): Promise<void> {
    const larger = this.#begin(name, size);
    try {
      await this.#place(name, { size, larger, aside }, async () => {});
    } finally {
      this.#writing.delete(name);
    }
  }

  /** Whichever of both files a crash leaves, the log must not say that it is smaller than it is: answers the larger size. */
  #begin(name: string, size: number): number {
    const known = this.#index.find(name);
    if (known !== NONE) this.#index.touch(known);
    const larger = known === NONE ? size : Math.max(size, this.#index.sizeOf(known));
    this.#writing.set(name, larger);
    return larger;
  }

  /** Gives a file aside, which is there once it is written, its name. */
  async #place(
    name: string,
    { size, larger, aside }: { readonly size: number; readonly larger: number; readonly aside: string },
    write: () => Promise<void>,
  ): Promise<void> {
    // Noted before there is a file: the log may know what is not there, but not less than there is.
    this.#note(PUT, name, larger);
    try {
      await Promise.all([write(), this.#log.flush()]);
      await rename(aside, this.#path(name));
    } catch (error) {
      await rm(aside, { force: true }).catch(() => {});
      const before = this.#index.find(name);
      if (before === NONE) this.#note(GONE, name, 0);
      else this.#note(PUT, name, this.#index.sizeOf(before));
      throw error;
    }
    this.#change(name);
    this.#index.set(name, size);
    if (larger > size) this.#note(PUT, name, size);
  }

  /** A path beside the file's that nothing has. */
  #aside(path: string): string {
    this.#written += 1;
    return `${path}.${this.#mark}${this.#written}`;
  }

  async #writeAside(name: string, path: string, bytes: Uint8Array): Promise<void> {
    const parts = [bytes, footerOf(bytes)];
    try {
      await writeNew(path, parts);
    } catch (error) {
      if (!MISSING.has((error as NodeJS.ErrnoException).code)) throw error;
      // Somebody removed the shelf.
      this.#shelves.clear();
      await this.#makeShelf(name);
      await writeNew(path, parts);
    }
  }

  async #makeShelf(name: string): Promise<void> {
    const shelf = name.slice(0, 2);
    if (this.#shelves.has(shelf)) return;
    await mkdir(join(this.#folder, shelf), { recursive: true });
    this.#shelves.add(shelf);
  }

  /** Whether there is room for what is being written now, after the oldest made some. */
  async #makeRoom(name: string, size: number): Promise<boolean> {
    if (!this.#indexing.isKnown) {
      let paid = 0;
      while (paid < size) {
        const bytes = await this.#evict(1);
        if (bytes === 0) return false;
        paid += bytes;
      }
      return true;
    }
    while (this.#isOver()) {
      if ((await this.#evict(REMOVED_AT_ONCE)) > 0) continue;
      // Nothing else is left: what is replaced goes first.
      if (this.#index.find(name) === NONE) return false;
      await this.#remove(name);
    }
    return true;
  }

  #isOver(): boolean {
    return this.#index.bytes + this.#writingBytes > this.#maxBytes;
  }

  /** Removes up to so many of the oldest, as long as there is too much. Answers their bytes. */
  async #evict(most: number): Promise<number> {
    const removed: Promise<void>[] = [];
    let bytes = 0;
    for (let looked = this.#turns.size + most; looked > 0 && removed.length < most; looked -= 1) {
      const id = this.#index.oldest;
      if (id === NONE || (removed.length > 0 && !this.#isOver())) break;
      const name = this.#index.nameOf(id);
      if (this.#turns.isTaken(name)) {
        // Somebody replaces or removes it right now. To wait for him here could be to wait for each other.
        this.#index.touch(id);
        continue;
      }
      bytes += this.#index.sizeOf(id);
      removed.push(this.delete(name).catch(() => {}));
    }
    await Promise.all(removed);
    return bytes;
  }

  /** Brings a folder within a bound that was lowered since. */
  async #shrink(): Promise<void> {
    if (this.#isShrinking) return;
    this.#isShrinking = true;
    while (this.#isOver() && !this.#indexing.isStopped) {
      if ((await this.#evict(REMOVED_AT_ONCE)) === 0) break;
    }
    this.#isShrinking = false;
  }

  /** In the name's turn. */
  async #remove(name: string): Promise<void> {
    this.#forget(name);
    // By itself: removing as a shell does looks twice first, in the thread pool, and whoever makes room removes as much as he writes.
    await unlink(this.#path(name)).catch((error: NodeJS.ErrnoException) => {
      if (!MISSING.has(error.code)) throw error;
    });
    this.#note(GONE, name, 0);
  }

  #forget(name: string): void {
    const id = this.#index.find(name);
    if (id !== NONE) this.#index.remove(id);
    this.#change(name);
  }

  /** Under the name there is something else now, or nothing. */
  #change(name: string): void {
    this.#files.drop(name);
    this.#opening.delete(name);
    this.#indexing.changed(name);
  }

  /** The file is not there: somebody removed it by hand. */
  #lost(name: string): void {
    if (this.#index.find(name) === NONE || this.#turns.isTaken(name)) return;
    this.#forget(name);
    this.#note(GONE, name, 0);
  }

  /** The file itself knows its size, and that it is there. */
  #correct(name: string, size: number): void {
    const id = this.#index.find(name);
    if (id !== NONE ? this.#index.sizeOf(id) === size : this.#turns.isTaken(name)) return;
    this.#index.set(name, size);
    this.#indexing.changed(name);
    this.#note(PUT, name, size);
  }

  #use(id: number): void {
    this.#index.touch(id);
    if (this.#uses.has(id)) return;
    const now = performance.now();
    if (now - this.#usesSince > USES_MS || this.#uses.size >= MOST_USES) {
      this.#uses = new Set();
      this.#usesSince = now;
    }
    this.#uses.add(id);
    this.#log.note(USED, this.#index.digitsOf(id), 0, (words, at) => this.#index.copyName(id, words, at));
  }

  #note(what: number, name: string, size: number): void {
    this.#log.note(what, name.length, size, (words, at) => this.#index.writeName(name, words, at));
  }

  #rewrite(): Promise<void> {
    // What is being written is noted already, in the old file.
    return this.#log.rewrite(this.#index, () => {
      for (const [name, size] of this.#writing) this.#note(PUT, name, size);
    });
  }

  #path(name: string): string {
    return join(this.#folder, name.slice(0, 2), name);
  }
}
