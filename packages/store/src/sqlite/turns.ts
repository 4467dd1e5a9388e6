/** Who may use the one connection: anyone, or one transaction alone. First come, first served. */
export interface Turns {
  /** Runs `start` at once when nobody holds the connection or waits for it, else in its turn. */
  share<T>(start: () => Promise<T>): Promise<T>;
  /** Resolves when the connection belongs to the caller alone; the caller gives it back by the function it receives. */
  own(): Promise<() => void>;
}

export function createTurns(): Turns {
  const queue: { readonly alone: boolean; readonly enter: () => void }[] = [];
  let owned = false;

  const admit = (): void => {
    while (!owned) {
      const first = queue.shift();
      if (!first) return;
      owned = first.alone;
      first.enter();
    }
  };
  const giveBack = (): void => {
    owned = false;
    admit();
  };
  return {
    share(start) {
      if (!owned && queue.length === 0) return start();
      // `start` sends its statement in this very call, so that no later transaction can get in front of it.
      return new Promise((resolve) => {
        queue.push({ alone: false, enter: () => resolve(start()) });
      });
    },
    own() {
      const { promise, resolve } = Promise.withResolvers<() => void>();
      let given = false;
      const once = (): void => {
        if (given) return;
        given = true;
        giveBack();
      };
      queue.push({ alone: true, enter: () => resolve(once) });
      admit();
      return promise;
    },
  };
}
