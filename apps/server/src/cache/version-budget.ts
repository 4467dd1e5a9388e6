import { LRUCache } from "lru-cache";
import { growing } from "./growing.ts";

/** Confirmations an original may have at once, and milliseconds until one more is granted. */
const BURST = 10;
const REFILL_MS = 2_000;

/**
 * How often the origin is asked because of a version never seen before. Anyone can write random versions into URLs: each
 * original has a small allowance that fills up again.
 */
export class VersionBudget {
  readonly #spent = new LRUCache<string, { readonly left: number; readonly at: number }>(growing(20_000));
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one confirmation of the original's allowance; false when it is spent. */
  take(key: string): boolean {
    const now = this.#now();
    const last = this.#spent.get(key) ?? { left: BURST, at: now };
    const left = Math.min(BURST, last.left + (now - last.at) / REFILL_MS);
    if (left < 1) return false;
    this.#spent.set(key, { left: left - 1, at: now });
    return true;
  }
}
