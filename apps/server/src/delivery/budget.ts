import { LRUCache } from "lru-cache";
import { growing } from "../cache/growing.ts";

const MINUTE = 60_000;
/** Whoever spends nothing saves up for so many minutes; as much may be owed. */
const MINUTES_SAVED = 5;
/** Whoever is forgotten begins anew. */
const MOST_NAMES = 50_000;

/** What each of many may spend: so much in a minute, five times as much at once. Memory is bounded, whoever comes. */
export class Budget {
  readonly #perMs: number;
  readonly #most: number;
  readonly #now: () => number;
  readonly #spent = new LRUCache<string, { readonly left: number; readonly at: number }>(growing(MOST_NAMES));

  constructor(perMinute: number, now: () => number) {
    this.#perMs = perMinute / MINUTE;
    this.#most = perMinute * MINUTES_SAVED;
    this.#now = now;
  }

  /** Whole seconds until something is left again; 0 when something is. */
  secondsUntilLeft(name: string): number {
    const left = this.#left(name);
    return left > 0 ? 0 : Math.max(1, Math.ceil(-left / this.#perMs / 1_000));
  }

  /** What has begun is charged whole, also beyond what is left. */
  spend(name: string, cost: number): void {
    this.#spent.set(name, { left: Math.max(-this.#most, this.#left(name) - cost), at: this.#now() });
  }

  #left(name: string): number {
    const last = this.#spent.get(name);
    if (!last) return this.#most;
    return Math.min(this.#most, last.left + Math.max(0, this.#now() - last.at) * this.#perMs);
  }
}
