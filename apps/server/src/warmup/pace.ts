import { setTimeout as sleep } from "node:timers/promises";

/** Spreads requests to one origin over time: one in each interval. */
export interface Pace {
  /** When the origin may be asked next, in milliseconds since the epoch. */
  readonly freeAt: number;
  /** Resolves when the origin may be asked once; rejects when the signal is aborted. */
  take(signal: AbortSignal): Promise<void>;
}

/** `freeAt` is what the pace before it left behind; a clock that went back costs one interval at most. */
export function createPace(options: {
  /** Milliseconds between two requests; 0 for no bound. */
  readonly intervalMs: number;
  readonly freeAt: number;
  readonly now: () => number;
}): Pace {
  const { intervalMs, now } = options;
  let freeAt = Math.min(options.freeAt, now() + intervalMs);
  return {
    get freeAt() {
      return freeAt;
    },
    async take(signal) {
      if (intervalMs === 0) return;
      const at = Math.max(freeAt, now());
      freeAt = at + intervalMs;
      const wait = at - now();
      if (wait > 0) await sleep(wait, undefined, { signal });
    },
  };
}
