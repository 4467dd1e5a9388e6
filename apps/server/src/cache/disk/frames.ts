import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { readAt } from "./whole-files.ts";

/** What became of a name. */
export const PUT = 1;
export const GONE = 2;
export const USED = 3;

/** Words of one note: what became of it and the digits of its name, its size, the name. */
const NOTE_WORDS = 10;
const NOTE_BYTES = 4 * NOTE_WORDS;
/** Before the notes of a frame: how many they are, and their CRC-32. */
const HEAD_BYTES = 8;
const MOST_NOTES = 4_096;
/** Before all frames: "FRI1", the version. On a machine that writes numbers the other way round it reads as something else. */
const BEGINNING = new Uint32Array([0x46524931, 1]);

/** Milliseconds after which whoever works through many entries lets others go first. */
export const SLICE_MS = 3;

/** Notes that are written together: a reader finds all of them or, where the write was cut off, none. */
export class Frame {
  readonly #words = new Uint32Array(2 + MOST_NOTES * NOTE_WORDS);
  count = 0;

  get isFull(): boolean {
    return this.count === MOST_NOTES;
  }

  /** Begins a note; the caller copies the eight words of its name to `at` of `words`. */
  note(what: number, digits: number, size: number): { readonly words: Uint32Array; readonly at: number } {
    const at = 2 + this.count * NOTE_WORDS;
    this.#words[at] = what | (digits << 8);
    this.#words[at + 1] = size;
    this.count += 1;
    return { words: this.#words, at: at + 2 };
  }

  /** The frame as it is written. The notes are taken: the next ones begin a new frame. */
  take(): Uint8Array {
    const end = HEAD_BYTES + this.count * NOTE_BYTES;
    const bytes = new Uint8Array(this.#words.buffer, 0, end);
    this.#words[0] = this.count;
    this.#words[1] = crc32(bytes.subarray(HEAD_BYTES));
    this.count = 0;
    return bytes.slice();
  }
}

export const beginning = (): Uint8Array => new Uint8Array(BEGINNING.slice().buffer);

/** One note that was read; the name's eight words stand at `at`. */
export type Reader = (what: number, digits: number, size: number, words: Uint32Array, at: number) => void;

/**
 * Reads whole frames from the beginning of a file until its end or the first that is not whole, a little at a time. Answers how many
 * notes and bytes that were; undefined for a file that begins otherwise.
 */
export async function readFrames(
  file: number,
  reader: Reader,
): Promise<{ readonly notes: number; readonly end: number } | undefined> {
  const largest = HEAD_BYTES + MOST_NOTES * NOTE_BYTES;
  const bytes = new Uint8Array(8 * largest);
  const words = new Uint32Array(bytes.buffer);
  let filled = 0;
  let [notes, end] = [0, 0];
  for (let isLast = false; !isLast; ) {
    const more = await readAt(file, bytes.subarray(filled), end + filled);
    isLast = more === 0;
    filled += more;
    let at = 0;
    if (end === 0) {
      if (filled < 8) continue;
      if (words[0] !== BEGINNING[0] || words[1] !== BEGINNING[1]) return undefined;
      at = 8;
    }
    for (let begun = performance.now(); filled - at >= HEAD_BYTES; ) {
      const count = words[at / 4] as number;
      const next = at + HEAD_BYTES + count * NOTE_BYTES;
      if (count === 0 || count > MOST_NOTES) return { notes, end: end + at };
      if (next > filled) break;
      if (crc32(bytes.subarray(at + HEAD_BYTES, next)) !== words[at / 4 + 1]) return { notes, end: end + at };
      for (let note = at / 4 + 2; note < next / 4; note += NOTE_WORDS) {
        const first = words[note] as number;
        reader(first & 0xff, first >>> 8, words[note + 1] as number, words, note + 2);
      }
      notes += count;
      at = next;
      if (performance.now() - begun < SLICE_MS) continue;
      await setImmediate();
      begun = performance.now();
    }
    bytes.copyWithin(0, at, filled);
    filled -= at;
    end += at;
  }
  return end === 0 ? undefined : { notes, end };
}
