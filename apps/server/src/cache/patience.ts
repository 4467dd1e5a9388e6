/**
 * Goes with work that nobody waits for. It begins only where no visitor's work would have to wait for it, however long that takes,
 * until a visitor comes for the same thing: then it is a visitor's work like any other.
 */
export interface Patience {
  /** Somebody waits now. */
  readonly isOver: boolean;
  /** Aborted when the work is not wanted any more. */
  readonly signal: AbortSignal;
  /** A visitor waits for the place that the work has. What can be broken off without harm aborts its signal. */
  giveWay(): void;
  /** Somebody has come for it. */
  end(): void;
  /** Calls when somebody has come, until the function it answers with is called. */
  onEnd(told: () => void): () => void;
}

export function createPatience(signal: AbortSignal, giveWay: () => void = () => {}): Patience {
  const listeners = new Set<() => void>();
  let isOver = false;
  return {
    signal,
    giveWay: () => {
      if (!isOver) giveWay();
    },
    get isOver() {
      return isOver;
    },
    end() {
      if (isOver) return;
      isOver = true;
      for (const told of [...listeners]) told();
    },
    onEnd(told) {
      listeners.add(told);
      return () => listeners.delete(told);
    },
  };
}

/**
 * Waits until `start` of the entry is called, or the signal is aborted. `enter` puts the entry among those that wait patiently, `leave`
 * takes it out again. Resolves to whether its turn came; false says that somebody has come for it, so that it has to queue like others.
 */
export function waitPatiently(
  patience: Patience,
  enter: (start: () => void) => void,
  leave: (start: () => void) => void,
): Promise<boolean> {
  const { signal } = patience;
  if (signal.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const start = () => resolve(true);
  const stop = () => reject(signal.reason);
  const forget = patience.onEnd(() => {
    // Out at once: whoever gives a place away now must not give it to what will queue by itself.
    leave(start);
    resolve(false);
  });
  signal.addEventListener("abort", stop, { once: true });
  enter(start);
  return promise.finally(() => {
    leave(start);
    forget();
    signal.removeEventListener("abort", stop);
  });
}
