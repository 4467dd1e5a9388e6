import { setTimeout as sleep } from "node:timers/promises";

/**
 * How fast invalidations become Done just now. Windows are measured by it, so that on a busy machine, where everything takes ten times
 * as long, the same things race.
 */
export interface Pace {
  /** Milliseconds from acceptance to Done of late. */
  readonly typicalMs: number;
  /** One more is Done, so long after its acceptance. */
  noteDone(ms: number): void;
  /** Resolves a moment after so many more are Done, and in any case in the end. */
  behindDone(count: number): Promise<void>;
}

/** Behind Done so long: what is asked for at Done has arrived meanwhile. */
const MOMENT_MS = 50;
const LONGEST_MS = 5_000;
/** Servers ask an origin over 16 connections and wait ten seconds for an answer, the wait for a connection included. */
const LONGEST_WAIT_MS = 2_000;

export function createPace(): Pace {
  const waiting = new Set<{ left: number; readonly resolve: () => void }>();
  let typicalMs = 100;
  return {
    get typicalMs() {
      return typicalMs;
    },
    noteDone(ms) {
      typicalMs = Math.min(LONGEST_MS, typicalMs * 0.8 + ms * 0.2);
      for (const each of waiting) {
        each.left -= 1;
        if (each.left > 0) continue;
        waiting.delete(each);
        setTimeout(each.resolve, MOMENT_MS + typicalMs / 4);
      }
    },
    async behindDone(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const waiter = { left: count, resolve };
      waiting.add(waiter);
      await Promise.race([promise, sleep(Math.min(LONGEST_WAIT_MS, MOMENT_MS + 4 * typicalMs))]);
      waiting.delete(waiter);
    },
  };
}
