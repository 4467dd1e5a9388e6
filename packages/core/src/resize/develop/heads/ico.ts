import type { Head, ReadHead } from "../head.ts";
import { Scan } from "../scan.ts";

const MOST_ENTRIES = 64;
const ENTRY_BYTES = 16;
const PNG = "\x89PNG\r\n\x1a\n";

/** One picture of an icon. */
export interface IconEntry {
  readonly head: Head;
  readonly at: number;
  readonly length: number;
  readonly isPng: boolean;
  /** As the folder of the icon names it. */
  readonly entry: Uint8Array;
}

/** The largest picture, among equals the one with the most bits. */
export function largestEntry(bytes: Uint8Array): IconEntry | undefined {
  const scan = new Scan(bytes, "little");
  const entries = Array.from({ length: Math.min(scan.u16(4), MOST_ENTRIES) }, (_, place) =>
    entryAt(scan, 6 + place * ENTRY_BYTES),
  ).filter((entry) => entry !== undefined);
  return entries.toSorted((one, other) => other.rank - one.rank)[0];
}

function entryAt(scan: Scan, place: number): (IconEntry & { readonly rank: number }) | undefined {
  const [bits, length, at] = [scan.u16(place + 6), scan.u32(place + 8), scan.u32(place + 12)];
  if (length < 40 || at + length > scan.bytes.length) return undefined;
  const isPng = scan.text(at, 8) === PNG;
  const inside = new Scan(scan.bytes.subarray(at, at + length), isPng ? "big" : "little");
  if (!isPng && inside.u32(0) !== 40) return undefined;
  const width = inside.u32(isPng ? 16 : 4);
  // The mask stands below the picture and is counted with it.
  const height = isPng ? inside.u32(20) : inside.u32(8) >> 1;
  const head = { width, height, hasAlpha: true, ...(isPng ? { part: { at, length } } : {}) };
  const entry = scan.bytes.subarray(place, place + ENTRY_BYTES);
  return { head, at, length, isPng, entry, rank: width * height * 64 + bits };
}

export const readIco: ReadHead = (bytes) => largestEntry(bytes)?.head;

/** The icon with that picture alone, so that nothing else of it is decoded. */
export function iconOf(bytes: Uint8Array, { entry, at, length }: IconEntry): Uint8Array {
  const alone = Buffer.concat([Buffer.from([0, 0, 1, 0, 1, 0]), entry, bytes.subarray(at, at + length)]);
  alone.writeUInt32LE(6 + ENTRY_BYTES, 6 + 12);
  return alone;
}
