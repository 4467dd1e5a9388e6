import type { Shrink } from "../decoding.ts";
import { COEFFICIENTS, type Component, type Progression, readProgression, type Scan } from "./scans.ts";

/**
 * What leaving scans out may add to a pixel, as a standard deviation in steps of 255. Rounding alone is 0.29, and JPEG at quality 80
 * some 3; what photographs lose by it stands in docs/decisions/0040-scans-nobody-sees.md.
 */
const MOST_ERROR = 0.6;

/**
 * A progressive JPEG without the scans that cannot be seen when each side is made smaller by `shrink` or more: of a block of eight by eight pixels so
 * few are left that most coefficients do not count, and the last bits of the others fall below `MOST_ERROR`. These scans are half the
 * bytes and most of the work of decoding. Brightness of whole blocks stays exact. The bytes themselves where nothing can be left out, or
 * they are anything else.
 */
export function withoutUnseen(bytes: Uint8Array, shrink: Shrink): Uint8Array {
  if (shrink === 1) return bytes;
  const progression = readProgression(bytes);
  const unseen = progression ? unseenOf(progression, shrink) : [];
  if (unseen.length === 0) return bytes;
  const kept: Uint8Array[] = [];
  let from = 0;
  // Tables between two scans stay: one that follows may need them.
  for (const { start, end } of unseen) {
    kept.push(bytes.subarray(from, start));
    from = end;
  }
  return Buffer.concat([...kept, bytes.subarray(from)]);
}

/** From the last to the first, since a scan builds upon those before it. What first tells of a coefficient always stays: of others the decoder guesses. */
function unseenOf({ components, scans }: Progression, shrink: Shrink): readonly Scan[] {
  const losses = components.map((component) => new Loss(component, seenOf(component, components, shrink)));
  const unseen: Scan[] = [];
  for (const scan of scans.toReversed()) {
    const [place = 0] = scan.components;
    if (scan.first > 0 && scan.before !== undefined && losses[place]?.bears(scan, scan.before))
      unseen.unshift(scan);
    else for (const each of scan.components) losses[each]?.keep(scan);
  }
  return unseen;
}

/** What one channel has lost so far. */
class Loss {
  readonly #component: Component;
  readonly #seen: readonly number[];
  readonly #bits = new Uint8Array(COEFFICIENTS);
  readonly #isKept = new Uint8Array(COEFFICIENTS);

  constructor(component: Component, seen: readonly number[]) {
    this.#component = component;
    this.#seen = seen;
  }

  keep({ first, last }: Scan): void {
    this.#isKept.fill(1, first, last + 1);
  }

  /** Leaves a scan out if nothing that stays builds upon it and little enough is lost. */
  bears({ first, last }: Scan, missing: number): boolean {
    if (this.#isKept.subarray(first, last + 1).includes(1)) return false;
    const bits = this.#bits.slice().fill(missing, first, last + 1);
    if (this.#errorOf(bits) > MOST_ERROR) return false;
    this.#bits.set(bits);
    return true;
  }

  /** Of a pixel, where each coefficient lies anywhere between two that can still be told apart. */
  #errorOf(bits: Uint8Array): number {
    const { steps } = this.#component;
    const squares = this.#seen.map((at) => {
      const missing = bits[at] ?? 0;
      return missing === 0 ? 0 : ((steps[at] ?? 0) * 2 ** missing) ** 2 / 12;
    });
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0)) / 8;
  }
}

/** Coefficients that are left of a block. Channels with fewer samples are made smaller by less. */
function seenOf({ across, down }: Component, all: readonly Component[], shrink: Shrink): readonly number[] {
  const more = Math.min(
    Math.max(...all.map((each) => each.across)) / across,
    Math.max(...all.map((each) => each.down)) / down,
  );
  const side = (8 / shrink) * more;
  return ZIGZAG.flatMap(({ x, y }, at) => (x < side && y < side ? [at] : []));
}

/** Where each coefficient lies in its block; T.81, figure A.6. */
const ZIGZAG = Array.from({ length: COEFFICIENTS }, (_, at) => ({ x: at % 8, y: at >> 3 })).toSorted(
  (one, other) => one.x + one.y - other.x - other.y || along(one) - along(other),
);

/** Diagonals are walked down and up in turns. */
function along({ x, y }: { readonly x: number; readonly y: number }): number {
  return (x + y) % 2 === 0 ? x : y;
}
