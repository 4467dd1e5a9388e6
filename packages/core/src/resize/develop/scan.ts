/** Reads numbers and texts of a header. What lies beyond its end is 0: what is cut off promises nothing. */
export class Scan {
  readonly bytes: Uint8Array;
  readonly #isLittle: boolean;

  constructor(bytes: Uint8Array, order: "little" | "big") {
    this.bytes = bytes;
    this.#isLittle = order === "little";
  }

  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }

  u16(at: number): number {
    const [first, second] = [this.u8(at), this.u8(at + 1)];
    return this.#isLittle ? second * 256 + first : first * 256 + second;
  }

  u32(at: number): number {
    const [first, second] = [this.u16(at), this.u16(at + 2)];
    return this.#isLittle ? second * 65_536 + first : first * 65_536 + second;
  }

  i32(at: number): number {
    return this.u32(at) | 0;
  }

  /** One character a byte. */
  text(at: number, length: number): string {
    return String.fromCharCode(...this.bytes.subarray(at, at + length));
  }
}

/** A box of ISO media files, JPEG 2000 and JPEG XL: what is inside of it. */
export interface MediaBox {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** No header that is meant has more. */
const MOST_BOXES = 200;

/** The boxes that stand one after the other, the last as far as it goes. */
export function* boxesOf(bytes: Uint8Array): Generator<MediaBox> {
  const scan = new Scan(bytes, "big");
  for (let at = 0, count = 0; at + 8 <= bytes.length && count < MOST_BOXES; count += 1) {
    const type = scan.text(at + 4, 4);
    const short = scan.u32(at);
    const head = short === 1 ? 16 : 8;
    const long = scan.u32(at + 8) * 2 ** 32 + scan.u32(at + 12);
    const size = short === 0 ? bytes.length - at : short === 1 ? long : short;
    if (size < head) return;
    yield { type, bytes: bytes.subarray(at + head, at + size) };
    at += size;
  }
}

export function boxIn(bytes: Uint8Array | undefined, type: string): Uint8Array | undefined {
  for (const box of boxesOf(bytes ?? NOTHING)) if (box.type === type) return box.bytes;
  return undefined;
}

const NOTHING = new Uint8Array(0);
