import { LRUCache } from "lru-cache";

/** Milliseconds for which an answer counts as new, and how many times its own cost. */
const NEW_MS = 1_000;
const NEW_TIMES = 20;
/** What costs less is waited for rather than answered from before. */
const CHEAP_MS = 100;
/** Nobody is answered with anything older. */
const OLDEST_MS = 120_000;

interface Kept<Value> {
  readonly value: Value;
  readonly at: number;
  readonly costMs: number;
}

/**
 * Keeps answers that are dear for as long as they cost: what is cheap is always new, what is dear is at most some minutes old and made
 * anew while the old one is given. Equal questions share one making.
 */
export class Warm<Value extends object> {
  readonly #kept = new LRUCache<string, Kept<Value>>({ max: 500 });
  readonly #making = new Map<string, Promise<Value>>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  async get(key: string, make: () => Promise<Value>): Promise<Value> {
    const kept = this.#kept.get(key);
    if (!kept) return this.#make(key, make);
    const age = this.#now() - kept.at;
    if (age < Math.max(NEW_MS, kept.costMs * NEW_TIMES) && kept.costMs >= CHEAP_MS) return kept.value;
    if (age < NEW_MS) return kept.value;
    if (kept.costMs < CHEAP_MS || age > OLDEST_MS) return this.#make(key, make);
    // Whoever comes next has the new one. A failure is told to whoever has to wait for it.
    this.#make(key, make).catch(() => {});
    return kept.value;
  }

  #make(key: string, make: () => Promise<Value>): Promise<Value> {
    const running = this.#making.get(key);
    if (running) return running;
    const begun = this.#now();
    const made = make()
      .then((value) => {
        this.#kept.set(key, { value, at: this.#now(), costMs: this.#now() - begun });
        return value;
      })
      .finally(() => this.#making.delete(key));
    this.#making.set(key, made);
    return made;
  }
}
