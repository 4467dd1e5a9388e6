import { fstatSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { beginning, Frame, PUT, type Reader, readFrames } from "./frames.ts";
import { type NameIndex, NONE } from "./name-index.ts";
import { closeFd, openFd, writeAt } from "./whole-files.ts";

/** Notes that nobody waits for are written together after so long. */
const LATER_MS = 2_000;
/** A file with that many notes more than names is written anew when they outnumber the names. */
const SPARE_NOTES = 65_536;
/** Milliseconds between two times that it is written anew, or that the disk is asked to take one again. */
const REST_MS = 60_000;

/**
 * What became of the names of a folder, noted in a file one behind the other: whoever reads it has the index of the folder, in the order
 * of use, without looking at the folder itself. It is a help and never a truth. When it cannot be written it is removed, and whoever
 * opens the folder next looks at the files.
 */
export class IndexLog {
  readonly #path: string;
  #file: number | undefined;
  /** Bytes and notes of the file that are whole. */
  #end = 0;
  #notes = 0;
  #frame = new Frame();
  #full: Uint8Array[] = [];
  /** What is written while the file is written anew, and belongs into the new one too. */
  #tail: Uint8Array[] | undefined;
  #turn: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #later: NodeJS.Timeout | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Opens the log, whether there is one or not; never rejects. */
  static async open(path: string): Promise<IndexLog> {
    const log = new IndexLog(path);
    log.#file = await openFd(path, "r+").catch(() => undefined);
    return log;
  }

  /** Bytes of the file; 0 where there is none. */
  get length(): number {
    return this.#file === undefined ? 0 : fstatSync(this.#file).size;
  }

  /** Reads what is noted; false where there is no log, or it is none of ours. Nothing is written meanwhile. Never rejects. */
  async read(reader: Reader): Promise<boolean> {
    let isRead = false;
    await this.#inTurn(async () => {
      const read = this.#file !== undefined && (await readFrames(this.#file, reader).catch(() => undefined));
      if (!read) return await this.#lose();
      isRead = true;
      // The next write covers what was cut off.
      this.#end = read.end;
      this.#notes = read.notes;
    });
    return isRead;
  }

  /** Notes what becomes of a name. `copyName` writes its eight words. It is written by the next `flush`, or soon. */
  note(what: number, digits: number, size: number, copyName: (words: Uint32Array, at: number) => void): void {
    if (this.#file === undefined && !this.#tail) return;
    if (this.#frame.isFull) this.#full.push(this.#frame.take());
    const { words, at } = this.#frame.note(what, digits, size);
    copyName(words, at);
    this.#later ??= setTimeout(() => void this.flush(), LATER_MS).unref();
  }

  /** Resolves when everything noted so far is written, or the log is lost. Never rejects. */
  flush(): Promise<void> {
    if (!this.#queued) {
      this.#queued = this.#turn.then(() => {
        this.#queued = undefined;
        return this.#write();
      });
      this.#turn = this.#queued;
    }
    return this.#queued;
  }

  /** Whether the file should be written anew: most of its notes are overtaken, or it was lost a while ago. */
  isWorn(names: number): boolean {
    if (this.#tail || this.#isClosed || performance.now() - this.#triedAt < REST_MS) return false;
    return this.#file === undefined || this.#notes > 2 * names + SPARE_NOTES;
  }

  /** Writes the file anew, with each name once, oldest use first; a crash leaves the old one. `also` notes what the index does not say yet. */
  async rewrite(index: NameIndex, also: () => void): Promise<void> {
    if (this.#tail || this.#isClosed) return;
    this.#tail = [];
    this.#triedAt = performance.now();
    also();
    const aside = `${this.#path}.aside`;
    const file = await openFd(aside, "w").catch(() => undefined);
    try {
      if (file === undefined) throw new Error("the disk refuses");
      let end = await writeAt(file, [beginning()], 0);
      let notes = 0;
      const frame = new Frame();
      const walk = index.walk();
      for (let id = walk.next(); id !== NONE; id = walk.next()) {
        const { words, at } = frame.note(PUT, index.digitsOf(id), index.sizeOf(id));
        index.copyName(id, words, at);
        notes += 1;
        if (frame.isFull) end = await writeAt(file, [frame.take()], end);
      }
      if (frame.count > 0) end = await writeAt(file, [frame.take()], end);
      await this.#inTurn(async () => {
        await this.#write();
        const tail = this.#tail ?? [];
        end = await writeAt(file, tail, end);
        for (const bytes of tail) notes += countOf(bytes);
        await rename(aside, this.#path);
        await quietly(this.#file);
        this.#tail = undefined;
        this.#file = await openFd(this.#path, "r+");
        this.#end = end;
        this.#notes = notes;
      });
    } catch {
      this.#tail = undefined;
      await rm(aside, { force: true }).catch(() => {});
      if (this.#notes === 0) await this.#lose();
    } finally {
      await quietly(file);
    }
  }

  /** Writes what is left. Nothing is noted any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
    await this.#inTurn(async () => {
      await quietly(this.#file);
      this.#file = undefined;
    });
  }

  async #write(): Promise<void> {
    clearTimeout(this.#later);
    this.#later = undefined;
    const frames = this.#full;
    this.#full = [];
    if (this.#frame.count > 0) frames.push(this.#frame.take());
    this.#tail?.push(...frames);
    if (this.#file === undefined || frames.length === 0) return;
    try {
      this.#end = await writeAt(this.#file, frames, this.#end);
      for (const bytes of frames) this.#notes += countOf(bytes);
    } catch {
      await this.#lose();
    }
  }

  async #lose(): Promise<void> {
    this.#triedAt = performance.now();
    const file = this.#file;
    this.#file = undefined;
    this.#end = 0;
    this.#notes = 0;
    await quietly(file);
    await rm(this.#path, { force: true }).catch(() => {});
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}

async function quietly(file: number | undefined): Promise<void> {
  if (file !== undefined) await closeFd(file).catch(() => {});
}

const countOf = (frame: Uint8Array): number => new Uint32Array(frame.buffer, frame.byteOffset, 1)[0] ?? 0;
