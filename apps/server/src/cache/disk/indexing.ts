import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { GONE, PUT, SLICE_MS, USED } from "./frames.ts";
import type { IndexLog } from "./index-log.ts";
import { MOST_SIZE, type NameIndex, NONE, textOf } from "./name-index.ts";
import type { Turns } from "./turns.ts";

const NAME = /^[0-9a-f]{8,64}$/;
const SHELVES = Array.from({ length: 256 }, (_, shelf) => shelf.toString(16).padStart(2, "0"));
/** A folder with no more files is indexed before it is used. */
const FEW = 2_000;
const FEW_BYTES = FEW * 64;
/** Files whose facts are asked at the same time. */
const AT_ONCE = 16;
/** Between two shelves of a large folder: nobody waits for it. */
const REST_MS = 10;
/** Ages are told apart by a tenth of themselves, from a minute on. */
const AGE_STEPS = 8;

interface Parts {
  readonly folder: string;
  readonly index: NameIndex;
  readonly log: IndexLog;
  readonly turns: Turns;
  /** Whether a file that is no entry is being written by this process. */
  readonly isOurs: (file: string) => boolean;
  readonly note: (what: number, name: string, size: number) => void;
  readonly forget: (name: string) => void;
  /** Writes the log anew. */
  readonly rewrite: () => Promise<void>;
}

/**
 * Brings an index up to what a folder holds: first by the log, which is quick, then by looking through the folder, in the background.
 * What the log does not know is added, what is not there is taken out, leftovers of interrupted writes are removed. Without a log
 * the ages of the files stand for the order of use.
 */
export class Indexing {
  readonly #parts: Parts;
  readonly #begun = Promise.withResolvers<void>();
  readonly #known = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<void>();
  /** More was found than what one waits for. */
  readonly #many = Promise.withResolvers<void>();
  /** Names that changed while the log was read: what it says of them is overtaken. */
  readonly #changed = new Set<string>();
  /** Names that were used before the order was known. */
  readonly #used = new Set<string>();
  /** Without a log: what was found, by age. */
  #byAge: number[][] | undefined;
  #found = 0;
  #isRead = false;
  #run: Promise<void> = Promise.resolve();

  isKnown = false;
  isDone = false;
  isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Resolves when the log has been read, or there is none. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  /** Resolves when the size of the folder is known. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  /** Resolves when every file is in the index, or this was stopped. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Begins. Resolves when everything is done, or when that turns out to take long. */
  async begin(): Promise<void> {
    if (this.#parts.log.length > FEW_BYTES) this.#many.resolve();
    this.#run = this.#index().finally(() => this.#done.resolve());
    await Promise.race([this.done, this.#many.promise]);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.#run;
  }

  /** Something else is under the name now, or nothing: what was noted of it earlier no longer counts. */
  changed(name: string): void {
    if (!this.#isRead) this.#changed.add(name);
    if (!this.isKnown) this.#used.add(name);
  }

  used(name: string): void {
    if (!this.isKnown) this.#used.add(name);
  }

  async #index(): Promise<void> {
    const { log, index, rewrite } = this.#parts;
    const hasLog = await log.read(this.#replay);
    this.#isRead = true;
    this.#changed.clear();
    if (hasLog) this.#know();
    else this.#byAge = [];
    this.#begun.resolve();
    const there = new Set(await readdir(this.#parts.folder).catch(() => []));
    for (const [shelf, name] of SHELVES.entries()) {
      if (this.isStopped) return;
      if (!there.has(name) && index.idsOf(shelf).next().done) continue;
      await this.#look(shelf, name, there.has(name));
      if (this.#found <= FEW) continue;
      this.#many.resolve();
      await setTimeout(REST_MS, undefined, { ref: false });
    }
    for (const ids of this.#byAge?.reverse() ?? []) {
      for (const id of ids ?? []) if (index.digitsOf(id) !== 0) index.touch(id);
      await setImmediate();
    }
    this.#byAge = undefined;
    this.#know();
    this.isDone = true;
    if (!hasLog) await rewrite();
  }

  /** The order and the size are known. */
  #know(): void {
    const { index } = this.#parts;
    for (const name of this.#used) {
      const id = index.find(name);
      if (id !== NONE) index.touch(id);
    }
    this.#used.clear();
    this.isKnown = true;
    this.#known.resolve();
  }

  readonly #replay = (what: number, digits: number, size: number, words: Uint32Array, at: number): void => {
    const { index } = this.#parts;
    if (this.#changed.size > 0 && this.#changed.has(textOf(words, at, digits))) return;
    if (what === PUT) {
      index.setWords(words, at, digits, size);
      return;
    }
    const id = index.findWords(words, at, digits);
    if (id === NONE) return;
    if (what === GONE) index.remove(id);
    else if (what === USED) index.touch(id);
  };

  async #look(shelf: number, folder: string, isThere: boolean): Promise<void> {
    const { index, turns, isOurs } = this.#parts;
    const path = join(this.#parts.folder, folder);
    const names = isThere ? await readdir(path).catch(() => []) : [];
    const known = new Set<number>();
    const doubtful: string[] = [];
    const slices = new Slices();
    for (const name of names) {
      if (slices.isOver()) await slices.rest();
      if (!NAME.test(name) || !name.startsWith(folder)) {
        if (!isOurs(name)) await rm(join(path, name), { force: true }).catch(() => {});
        continue;
      }
      const id = index.find(name);
      if (id === NONE) doubtful.push(name);
      else known.add(id);
    }
    for (const id of index.idsOf(shelf)) {
      if (slices.isOver()) await slices.rest();
      if (!known.has(id)) doubtful.push(index.nameOf(id));
    }
    this.#found += Math.max(known.size, doubtful.length);
    if (this.#found > FEW) this.#many.resolve();
    const queue = doubtful.values();
    const worker = async () => {
      for (const name of queue) {
        if (this.isStopped) return;
        await turns.take(name, () => this.#settle(name, join(path, name)));
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, doubtful.length) }, worker));
  }

  /** Asks the file itself. */
  async #settle(name: string, path: string): Promise<void> {
    const { index, note, forget } = this.#parts;
    const facts = await stat(path).catch((error: NodeJS.ErrnoException) => error);
    const id = index.find(name);
    if (facts instanceof Error) {
      // A disk that cannot say is no proof.
      if (id === NONE || facts.code !== "ENOENT") return;
      forget(name);
      note(GONE, name, 0);
    } else if (id === NONE && facts.isFile() && facts.size <= MOST_SIZE) {
      const added = index.set(name, facts.size);
      note(PUT, name, facts.size);
      this.#age(added, facts.mtimeMs);
    }
  }

  /** A clock that was wrong costs a little order and nothing else. */
  #age(id: number, changedAt: number): void {
    if (!this.#byAge) return;
    const minutes = Math.max(0, Date.now() - changedAt) / 60_000;
    const step = Math.round(AGE_STEPS * Math.log2(1 + minutes));
    this.#byAge[step] ??= [];
    this.#byAge[step]?.push(id);
  }
}

/** Lets others go first whenever a slice of time is over. */
class Slices {
  #begun = performance.now();
  #looks = 0;

  isOver(): boolean {
    this.#looks += 1;
    return this.#looks % 64 === 0 && performance.now() - this.#begun > SLICE_MS;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.#begun = performance.now();
  }
}
