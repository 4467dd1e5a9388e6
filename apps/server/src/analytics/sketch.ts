/**
 * How many different things there were, of things that come again and again: exact up to `EXACT` of them, beyond that HyperLogLog with
 * 4,096 registers (Flajolet et al. 2007, with linear counting for small numbers), whose standard error is 1.6 %. Sketches of several days
 * or instances join to what one sketch of all of them would be, in any order and however often.
 */
export class Sketch {
  #exact: Set<number> | undefined = new Set();
  #registers: Uint8Array | undefined;

  /** `id` is a whole number below 2^52 whose bits are evenly spread, such as a part of a hash. Whether that changed anything. */
  add(id: number): boolean {
    if (this.#exact) {
      const before = this.#exact.size;
      this.#exact.add(id);
      const hasGrown = this.#exact.size > before;
      if (this.#exact.size > EXACT) this.#condense();
      return hasGrown;
    }
    return note(this.#registers ?? new Uint8Array(REGISTERS), id);
  }

  /** Whether that changed anything. */
  join(other: Sketch): boolean {
    let hasChanged = false;
    if (other.#exact) {
      for (const id of other.#exact) hasChanged = this.add(id) || hasChanged;
      return hasChanged;
    }
    if (this.#exact) {
      this.#condense();
      hasChanged = true;
    }
    const mine = this.#registers ?? new Uint8Array(REGISTERS);
    for (const [place, rank] of (other.#registers ?? []).entries()) {
      if (rank > (mine[place] ?? 0)) {
        mine[place] = rank;
        hasChanged = true;
      }
    }
    return hasChanged;
  }

  get isExact(): boolean {
    return this.#exact !== undefined;
  }

  get size(): number {
    if (this.#exact) return this.#exact.size;
    let sum = 0;
    let empty = 0;
    for (const rank of this.#registers ?? []) {
      sum += 2 ** -rank;
      if (rank === 0) empty += 1;
    }
    const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
    const isSmall = raw <= 2.5 * REGISTERS && empty > 0;
    return Math.round(isSmall ? REGISTERS * Math.log(REGISTERS / empty) : raw);
  }

  /** As it is kept: a letter for the kind, and base64. */
  toString(): string {
    if (!this.#exact) return `r${Buffer.from(this.#registers ?? []).toString("base64")}`;
    const bytes = Buffer.alloc(this.#exact.size * ID_BYTES);
    for (const [place, id] of [...this.#exact].sort((a, b) => a - b).entries()) {
      // 52 bits do not fit into 6 bytes, which is what writeUIntBE takes at most.
      bytes.writeUInt32BE(Math.floor(id / 2 ** 32), place * ID_BYTES);
      bytes.writeUInt32BE(id % 2 ** 32, place * ID_BYTES + 4);
    }
    return `x${bytes.toString("base64")}`;
  }

  static of(text: string): Sketch {
    const sketch = new Sketch();
    const bytes = Buffer.from(text.slice(1), "base64");
    if (text[0] === "r") {
      sketch.#exact = undefined;
      sketch.#registers = new Uint8Array(REGISTERS);
      sketch.#registers.set(bytes.subarray(0, REGISTERS));
      return sketch;
    }
    for (let at = 0; at + ID_BYTES <= bytes.length; at += ID_BYTES) {
      sketch.add(bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4));
    }
    return sketch;
  }

  #condense(): void {
    const registers = new Uint8Array(REGISTERS);
    for (const id of this.#exact ?? []) note(registers, id);
    this.#registers = registers;
    this.#exact = undefined;
  }
}

const EXACT = 1_024;
const ID_BYTES = 8;
const REGISTERS = 4_096;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** The lowest 12 bits choose the register, the 40 above them are the ones whose leading zeros are counted. */
function note(registers: Uint8Array, id: number): boolean {
  const place = id % REGISTERS;
  const rest = Math.floor(id / REGISTERS) % 2 ** 40;
  const rank = rest === 0 ? 41 : 40 - Math.floor(Math.log2(rest));
  if (rank <= (registers[place] ?? 0)) return false;
  registers[place] = rank;
  return true;
}
