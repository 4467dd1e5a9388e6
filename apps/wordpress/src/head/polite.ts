import { setTimeout as pause } from "node:timers/promises";

/** Lets calls to one site begin one after the other, a few at a time, and slower after the site asked for it. */
export interface Turns {
  /** Waits for its turn, does the work, and gives the turn on. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Begins nothing for that long, and is half as quick for the next minutes. */
  slowDown(milliseconds: number): void;
}

/** How long being slower lasts. */
const CAUTION_MS = 300_000;
const SLOWEST_PER_SECOND = 0.2;

export function createTurns(options: {
  readonly perSecond: number;
  readonly atOnce: number;
  readonly now: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}): Turns {
  const { now, atOnce } = options;
  // A process that ends does not wait for a turn.
  const sleep = options.sleep ?? ((milliseconds: number) => pause(milliseconds, undefined, { ref: false }));
  let perSecond = options.perSecond;
  let cautiousUntil = 0;
  let next = 0;
  let running = 0;
  const waiting: (() => void)[] = [];

  const enter = async () => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
  };
  const leave = () => {
    const first = waiting.shift();
    if (first === undefined) running -= 1;
    else first();
  };
  return {
    async take(work) {
      await enter();
      try {
        if (perSecond < options.perSecond && now() > cautiousUntil) {
          perSecond = Math.min(options.perSecond, perSecond * 2);
          cautiousUntil = now() + CAUTION_MS;
        }
        for (;;) {
          const at = Math.max(next, now());
          const wait = at - now();
          if (wait <= 0) break;
          await sleep(wait);
        }
        next = Math.max(next, now()) + 1_000 / perSecond;
        return await work();
      } finally {
        leave();
      }
    },
    slowDown(milliseconds) {
      next = Math.max(next, now() + milliseconds);
      perSecond = Math.max(SLOWEST_PER_SECOND, perSecond / 2);
      cautiousUntil = now() + CAUTION_MS;
    },
  };
}
