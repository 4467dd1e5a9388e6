import { LRUCache } from "lru-cache";
import { growing } from "../cache/growing.ts";
import type { Refusal } from "./refusal.ts";

/** When an origin is left alone, and for how long. */
export interface BreakerOptions {
  /** Failures in a row; 5 by default. */
  readonly failures?: number;
  /** Milliseconds of the first rest; each probe that fails doubles it; 1,000 by default. */
  readonly restMs?: number;
  /** 30,000 by default. */
  readonly longestRestMs?: number;
  readonly now?: () => number;
}

/** A request that may be made; exactly one of these ends it. */
export interface Passage {
  /** The origin answered, whatever it said. */
  worked(): void;
  /** It was away, slow or broken. */
  failed(): void;
  /** Nobody knows: the caller left. */
  left(): void;
}

interface State {
  readonly owner: string;
  readonly origin: string;
  failures: number;
  restMs: number;
  /** 0 while requests pass. */
  restsUntil: number;
  isProbed: boolean;
}

/**
 * Leaves an origin alone that failed several times in a row: requests are refused at once, until after a rest one of them is let
 * through to see. Each owner counts for himself.
 */
export class Breakers {
  readonly #states = new LRUCache<string, State>(growing(10_000));
  readonly #failures: number;
  readonly #restMs: number;
  readonly #longestRestMs: number;
  readonly #now: () => number;
  #opened = 0;

  constructor(options: BreakerOptions = {}) {
    this.#failures = options.failures ?? 5;
    this.#restMs = options.restMs ?? 1_000;
    this.#longestRestMs = options.longestRestMs ?? 30_000;
    this.#now = options.now ?? (() => performance.now());
  }

  /** How often an origin was begun to be left alone. */
  get opened(): number {
    return this.#opened;
  }

  /** Origins that are left alone now, at most 100. */
  get resting(): readonly Pick<State, "owner" | "origin">[] {
    return [...this.#states.values()].filter(({ restsUntil }) => restsUntil > 0).slice(0, 100);
  }

  /** Whether `enter` refuses all who ask, or, after a rest, all but one. */
  isResting(owner: string, origin: string): boolean {
    const state = this.#states.peek(`${owner} ${origin}`);
    return state !== undefined && state.restsUntil > 0;
  }

  enter(owner: string, origin: string): Passage | Refusal {
    const key = `${owner} ${origin}`;
    const state = this.#states.get(key);
    if (state && state.restsUntil > 0) {
      if (state.isProbed || this.#now() < state.restsUntil) return resting(origin);
      state.isProbed = true;
      return this.#passage(key, state);
    }
    return this.#passage(
      key,
      state ?? { owner, origin, failures: 0, restMs: this.#restMs, restsUntil: 0, isProbed: false },
    );
  }

  #passage(key: string, state: State): Passage {
    const isProbe = state.isProbed;
    return {
      worked: () => {
        // Only a probe speaks for an origin at rest: an answer that began before the failures is older than they are.
        const known = this.#states.get(key) ?? state;
        if (!isProbe && known.restsUntil > 0) return;
        Object.assign(known, { failures: 0, restMs: this.#restMs, restsUntil: 0, isProbed: false });
        this.#states.delete(key);
      },
      failed: () => {
        const known = this.#states.get(key) ?? state;
        known.failures += 1;
        this.#states.set(key, known);
        if (isProbe) {
          known.restMs = Math.min(known.restMs * 2, this.#longestRestMs);
          this.#rest(known);
        } else if (known.restsUntil === 0 && known.failures >= this.#failures) {
          this.#opened += 1;
          this.#rest(known);
        }
      },
      left: () => {
        if (isProbe) state.isProbed = false;
      },
    };
  }

  #rest(state: State): void {
    state.restsUntil = this.#now() + state.restMs;
    state.isProbed = false;
  }
}

function resting(origin: string): Refusal {
  return {
    kind: "refused",
    code: "ORIGIN_DOWN",
    reason: `${origin} failed several times in a row and is left alone for a while.`,
  };
}
