import { Scan } from "./scan.ts";

/** What photographs need; circles and forests of directories end here. */
const MOST_DIRECTORIES = 16;
const MOST_ENTRIES = 300;
const MOST_VALUES = 16;
const SUB_DIRECTORIES = 330;

/** The numbers of one directory of a TIFF, by their tags. */
export type Directory = ReadonlyMap<number, readonly number[]>;

export const first = (directory: Directory, tag: number): number | undefined => directory.get(tag)?.[0];

/** The directories of what is laid out like a TIFF, as most cameras' files are: one after the other, each before those inside of it. */
export function directoriesOf(bytes: Uint8Array): readonly Directory[] {
  const order = { II: "little", MM: "big" } as const;
  const scan = new Scan(bytes, order[new Scan(bytes, "big").text(0, 2) as keyof typeof order] ?? "little");
  const found = new Map<number, Directory>();
  const waiting = [scan.u32(4)];
  while (found.size < MOST_DIRECTORIES) {
    const at = waiting.shift();
    if (at === undefined) break;
    if (at < 8 || at + 2 > bytes.length || found.has(at)) continue;
    const count = Math.min(scan.u16(at), MOST_ENTRIES);
    const entries = Array.from({ length: count }, (_, place) => valuesAt(scan, at + 2 + place * 12));
    const directory = new Map(entries.flatMap((entry) => (entry ? [entry] : [])));
    found.set(at, directory);
    waiting.unshift(...(directory.get(SUB_DIRECTORIES) ?? []));
    waiting.push(scan.u32(at + 2 + count * 12));
  }
  return [...found.values()];
}

/** Bytes of one number, by type: only whole ones are read. */
const SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4, 7: 1, 13: 4 };

function valuesAt(scan: Scan, at: number): readonly [number, readonly number[]] | undefined {
  const size = SIZES[scan.u16(at + 2)];
  if (size === undefined) return undefined;
  const count = Math.min(scan.u32(at + 4), MOST_VALUES);
  const from = scan.u32(at + 4) * size <= 4 ? at + 8 : scan.u32(at + 8);
  const read = { 1: scan.u8, 2: scan.u16, 4: scan.u32 }[size].bind(scan);
  return [scan.u16(at), Array.from({ length: count }, (_, place) => read(from + place * size))];
}
