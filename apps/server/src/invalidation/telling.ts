import type { Ledger } from "./ledger.ts";

/** News that many steps share: told at once, and then once for all that came within a moment. */
export interface Telling {
  tell(): void;
  stop(): void;
}

const MOMENT_MS = 40;

/** Runs `tell` for the first call and once more behind the last; in between it may be left out. */
export function createTelling(tell: () => void): Telling {
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;
  const rest = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (!isDue) return;
      isDue = false;
      tell();
      rest();
    }, MOMENT_MS);
    timer.unref();
  };
  return {
    tell() {
      if (timer !== undefined) {
        isDue = true;
        return;
      }
      tell();
      rest();
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

/** The same ledger, which tells when a step has become durable. */
export function toldOf(ledger: Ledger, tell: () => void): Ledger {
  const told = async <Result>(step: Promise<Result>): Promise<Result> => {
    const result = await step;
    tell();
    return result;
  };
  return {
    prepared: (prepared) => told(ledger.prepared(prepared)),
    applied: (applied) => told(ledger.applied(applied)),
    noted: (target) => told(ledger.noted(target)),
    parked: (entry, at, evidence) => told(ledger.parked(entry, at, evidence)),
    ended: (end) => told(ledger.ended(end)),
  };
}
