/** Holds single answers of the origin back. */
export interface Gate {
  /** What the origin is started with as its delay. */
  readonly delay: (path: string) => number | Promise<void>;
  /** The next answer of this path waits, once its bytes are read, until it is let go. */
  hold(path: string): Held;
}

/** One answer that is or will be held. */
export interface Held {
  /** Resolves once somebody has asked and waits. */
  readonly reached: Promise<void>;
  letGo(): void;
}

/** `otherwise` is the delay of every answer that nobody holds, in milliseconds. */
export function createGate(otherwise: () => number): Gate {
  const held = new Map<string, () => Promise<void>>();
  return {
    delay(path) {
      const wait = held.get(path);
      held.delete(path);
      return wait ? wait() : otherwise();
    },
    hold(path) {
      const reached = Promise.withResolvers<void>();
      const free = Promise.withResolvers<void>();
      held.set(path, () => {
        reached.resolve();
        return free.promise;
      });
      return {
        reached: reached.promise,
        letGo() {
          held.delete(path);
          free.resolve();
        },
      };
    },
  };
}
