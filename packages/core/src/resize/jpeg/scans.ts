import { Scan as Reader } from "../develop/scan.ts";

/** Coefficients of a block. */
export const COEFFICIENTS = 64;

/** One channel of a picture, as its frame header has it. */
export interface Component {
  /** Samples across and down, beside those of the others. */
  readonly across: number;
  readonly down: number;
  /** What each coefficient was divided by, in zigzag order. */
  readonly steps: readonly number[];
}

/** One pass over the picture, which makes coefficients better known; ITU-T T.81, G.1. */
export interface Scan {
  /** Where its header begins and its data ends. */
  readonly start: number;
  readonly end: number;
  /** Places of its components. */
  readonly components: readonly number[];
  /** First and last coefficient, in zigzag order. */
  readonly first: number;
  readonly last: number;
  /** Lowest bits that were missing before, and that are missing after it; nothing was known before where there is no `before`. */
  readonly before: number | undefined;
  readonly after: number;
}

/** A progressive JPEG: the whole picture first roughly, then better and better. */
export interface Progression {
  readonly components: readonly Component[];
  readonly scans: readonly Scan[];
}

const START_OF_PROGRESSIVE = 0xc2;
const START_OF_OTHERS = [0xc0, 0xc1, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
const START_OF_SCAN = 0xda;
const TABLES_OF_STEPS = 0xdb;
const END = 0xd9;
/** Encoders write ten; a file of thousands is meant to harm. */
const MOST_SCANS = 64;

/** Reads markers alone; undefined for what is no progressive JPEG of eight bits, ends before its end, or does what encoders do not do. */
export function readProgression(bytes: Uint8Array): Progression | undefined {
  const reader = new Reader(bytes, "big");
  const tables = new Map<number, readonly number[]>();
  const scans: Scan[] = [];
  let frame: Frame | undefined;
  for (let at = 2; ; ) {
    const marker = reader.u8(at + 1);
    if (reader.u8(at) !== 0xff || marker === 0xff) return undefined;
    if (marker === END) break;
    const [body, end] = [at + 4, at + 2 + reader.u16(at + 2)];
    if (end < body || end > bytes.length || START_OF_OTHERS.includes(marker)) return undefined;
    if (marker === TABLES_OF_STEPS) {
      // Later tables are for later scans; nobody writes them.
      if (scans.length > 0 || !readSteps(reader, body, end, tables)) return undefined;
    } else if (marker === START_OF_PROGRESSIVE) {
      if (frame) return undefined;
      frame = readFrame(reader, body);
      if (!frame) return undefined;
    } else if (marker === START_OF_SCAN) {
      const told = frame && readScan(reader, body, frame);
      if (!told || scans.length === MOST_SCANS) return undefined;
      const after = endOfData(bytes, end);
      scans.push({ ...told, start: at, end: after });
      at = after;
      continue;
    }
    at = end;
  }
  const components = frame?.map(({ table, across, down }) => ({ across, down, steps: tables.get(table) }));
  return components?.every(isComplete) ? { components, scans } : undefined;
}

/** Samples of a pixel over all channels of a progressive JPEG, of which the beginning is enough; undefined where it says none. */
export function readSamples(bytes: Uint8Array): number | undefined {
  const reader = new Reader(bytes, "big");
  for (let at = 2; reader.u8(at) === 0xff; ) {
    const [marker, body] = [reader.u8(at + 1), at + 4];
    if (marker === START_OF_PROGRESSIVE) {
      const frame = readFrame(reader, body) ?? [];
      const most = (of: "across" | "down") => Math.max(...frame.map((component) => component[of]));
      const samples = frame.reduce((sum, { across, down }) => sum + across * down, 0);
      return samples > 0 ? samples / (most("across") * most("down")) : undefined;
    }
    // Any marker may be filled up before.
    at = marker === 0xff ? at + 1 : Math.max(body, at + 2 + reader.u16(at + 2));
  }
  return undefined;
}

type Frame = readonly (Pick<Component, "across" | "down"> & {
  readonly id: number;
  readonly table: number;
})[];

const isComplete = (component: { readonly steps: readonly number[] | undefined }): component is Component =>
  component.steps !== undefined;

/** False where a table would end after its segment. */
function readSteps(
  reader: Reader,
  body: number,
  end: number,
  tables: Map<number, readonly number[]>,
): boolean {
  let at = body;
  while (at < end) {
    const told = reader.u8(at);
    const bytesEach = told >> 4 === 0 ? 1 : 2;
    const begin = at + 1;
    at = begin + COEFFICIENTS * bytesEach;
    if (at > end) return false;
    tables.set(
      told & 0xf,
      Array.from({ length: COEFFICIENTS }, (_, place) =>
        bytesEach === 1 ? reader.u8(begin + place) : reader.u16(begin + place * 2),
      ),
    );
  }
  return true;
}

function readFrame(reader: Reader, body: number): Frame | undefined {
  const count = reader.u8(body + 5);
  if (reader.u8(body) !== 8 || count === 0 || count > 4) return undefined;
  const frame = Array.from({ length: count }, (_, place) => {
    const at = body + 6 + place * 3;
    const samples = reader.u8(at + 1);
    return { id: reader.u8(at), across: samples >> 4, down: samples & 0xf, table: reader.u8(at + 2) };
  });
  return frame.every(({ across, down }) => across > 0 && down > 0) ? frame : undefined;
}

function readScan(reader: Reader, body: number, frame: Frame): Omit<Scan, "start" | "end"> | undefined {
  const count = reader.u8(body);
  const components = Array.from({ length: count }, (_, place) => {
    const id = reader.u8(body + 1 + place * 2);
    return frame.findIndex((component) => component.id === id);
  });
  const at = body + 1 + count * 2;
  const [first, last, bits] = [reader.u8(at), reader.u8(at + 1), reader.u8(at + 2)];
  const isOne = first > 0 && count !== 1;
  if (components.length === 0 || components.includes(-1) || isOne) return undefined;
  if (last < first || last >= COEFFICIENTS) return undefined;
  return { components, first, last, before: bits >> 4 || undefined, after: bits & 0xf };
}

/** Where the next marker stands; those that tell of a lost beginning are part of the data (T.81, B.1.1.5). */
function endOfData(bytes: Uint8Array, from: number): number {
  // A Buffer finds a byte with instructions for many at once, which a plain array of bytes does not.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = buffer.indexOf(0xff, from); at !== -1; at = buffer.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}
