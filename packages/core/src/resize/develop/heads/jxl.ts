import type { ReadHead } from "../head.ts";
import { boxesOf, Scan } from "../scan.ts";

/** The header ends before. */
const HEAD_BYTES = 128;
const RATIOS = [1, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2] as const;

/** JPEG XL, in its boxes or without them (ISO/IEC 18181-1, annex D, and 18181-2). Of an animation the first frame is shown. */
export const readJxl: ReadHead = (bytes) => {
  const stream = new Scan(bytes, "big").u16(0) === 0xff0a ? bytes.subarray(0, HEAD_BYTES) : streamIn(bytes);
  if (new Scan(stream, "big").u16(0) !== 0xff0a) return undefined;
  const bits = new Bits(stream.subarray(2));
  const size = readSize(bits);
  if (bits.flag()) return { ...size, hasAlpha: false };
  const orientation = bits.flag() ? readExtra(bits) : 1;
  readDepth(bits);
  bits.flag();
  const extra = bits.oneOf([0, 0], [0, 1], [4, 2], [12, 1]);
  const isTurned = orientation > 4;
  return {
    width: isTurned ? size.height : size.width,
    height: isTurned ? size.width : size.height,
    hasAlpha: extra > 1 || (extra === 1 && firstIsAlpha(bits)),
  };
};

function streamIn(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const box of boxesOf(bytes)) {
    if (box.type === "jxlc") return box.bytes.subarray(0, HEAD_BYTES);
    if (box.type !== "jxlp") continue;
    parts.push(box.bytes.subarray(4, 4 + HEAD_BYTES));
    length += box.bytes.length - 4;
    if (length >= HEAD_BYTES) break;
  }
  return Buffer.concat(parts);
}

/** Bits from the lowest of each byte on; zeros beyond the end. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(count: number): number {
    let value = 0;
    for (let place = 0; place < count; place += 1, this.#at += 1) {
      if (((this.#bytes[this.#at >> 3] ?? 0) >> (this.#at & 7)) & 1) value += 2 ** place;
    }
    return value;
  }

  flag(): boolean {
    return this.take(1) === 1;
  }

  /** Two bits say which of four, each so many bits and what is added to them. */
  oneOf(...choices: readonly [Choice, Choice, Choice, Choice]): number {
    const [count, added] = choices[this.take(2) as 0 | 1 | 2 | 3];
    return this.take(count) + added;
  }
}

type Choice = readonly [bits: number, added: number];

function readSize(bits: Bits): { readonly width: number; readonly height: number } {
  const isSmall = bits.flag();
  const side = () => (isSmall ? (bits.take(5) + 1) * 8 : bits.oneOf([9, 1], [13, 1], [18, 1], [30, 1]));
  return ratioed(bits, side);
}

function ratioed(bits: Bits, side: () => number): { readonly width: number; readonly height: number } {
  const height = side();
  const ratio = bits.take(3);
  return { height, width: ratio === 0 ? side() : Math.floor(height * (RATIOS[ratio] ?? 1)) };
}

/** Orientation, 1 to 8; what else stands there is passed over. */
function readExtra(bits: Bits): number {
  const orientation = bits.take(3) + 1;
  if (bits.flag()) readSize(bits);
  if (bits.flag()) {
    const isEighth = bits.flag();
    ratioed(bits, () =>
      isEighth
        ? bits.oneOf([0, 16], [0, 32], [5, 1], [9, 33])
        : bits.oneOf([6, 1], [8, 65], [10, 321], [12, 1345]),
    );
  }
  if (bits.flag()) {
    bits.oneOf([0, 100], [0, 1000], [10, 1], [30, 1]);
    bits.oneOf([0, 1], [0, 1001], [8, 1], [10, 1]);
    bits.oneOf([0, 0], [3, 0], [16, 0], [32, 0]);
    bits.flag();
  }
  return orientation;
}

function readDepth(bits: Bits): void {
  if (!bits.flag()) bits.oneOf([0, 8], [0, 10], [0, 12], [6, 1]);
  else {
    bits.oneOf([0, 32], [0, 16], [0, 24], [6, 1]);
    bits.take(4);
  }
}

/** A further channel that says nothing of itself is alpha. */
const firstIsAlpha = (bits: Bits) => bits.flag() || bits.oneOf([0, 0], [0, 1], [4, 2], [6, 18]) === 0;
