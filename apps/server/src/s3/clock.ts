import { setTimeout as sleep } from "node:timers/promises";
import { failure, isPassing, type S3Failure } from "./outcomes.ts";

/** How long a call may take and how often it may try. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason then, and only then. */
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call, all attempts together. */
  readonly timeoutMs?: number;
  readonly attempts?: number;
}

/** The time of one call: its signal is aborted when the time is up. */
export interface Clock {
  readonly signal: AbortSignal;
  /** Gives the call so many milliseconds in all, counted from its beginning. */
  allow(milliseconds: number): void;
}

const TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 100;

/**
 * Runs a call within its time, again after failures that pass by themselves. What the other side does is a value; a bug of ours,
 * like an abort of the caller's, rejects.
 */
export async function withinTime<Outcome extends { readonly kind: string }>(
  options: CallOptions,
  attempt: (clock: Clock) => Promise<Outcome | S3Failure>,
): Promise<Outcome | S3Failure> {
  const { signal, timeoutMs = TIMEOUT_MS, attempts = ATTEMPTS } = options;
  signal?.throwIfAborted();
  const begun = performance.now();
  const controller = new AbortController();
  const end = () => controller.abort();
  let timer = setTimeout(end, timeoutMs);
  signal?.addEventListener("abort", end, { once: true });
  const clock: Clock = {
    signal: controller.signal,
    allow(milliseconds) {
      clearTimeout(timer);
      timer = setTimeout(end, begun + milliseconds - performance.now());
    },
  };
  try {
    for (let count = 1; ; count += 1) {
      const outcome = await attempt(clock);
      signal?.throwIfAborted();
      if (!isFailure(outcome) || !isPassing(outcome) || count >= attempts) return outcome;
      // Full jitter: instances that failed together do not come back together.
      const pause = Math.random() * FIRST_PAUSE_MS * 2 ** count;
      await sleep(pause, undefined, { signal: clock.signal }).catch(() => {});
      signal?.throwIfAborted();
      if (clock.signal.aborted) return failure("S3_SLOW", outcome.status, outcome.said);
    }
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

function isFailure(outcome: { readonly kind: string }): outcome is S3Failure {
  return outcome.kind === "failed";
}
