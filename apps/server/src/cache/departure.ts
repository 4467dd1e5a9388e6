/** Tells whether somebody who waits has gone. A plain set of listeners: every answer that is not in memory has one. */
export interface Departure {
  readonly isOver: boolean;
  /** Calls once when it is over, unless the function it answers with was called before. */
  onEnd(told: () => void): () => void;
}

export function createDeparture(): Departure & { end(): void } {
  const listeners = new Set<() => void>();
  let isOver = false;
  return {
    get isOver() {
      return isOver;
    },
    onEnd(told) {
      listeners.add(told);
      return () => listeners.delete(told);
    },
    end() {
      if (isOver) return;
      isOver = true;
      for (const told of [...listeners]) told();
      listeners.clear();
    },
  };
}
