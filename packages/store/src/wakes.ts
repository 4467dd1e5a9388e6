/** Who wants to be told of what, inside this process. */
export interface Wakes {
  /** Calls every listener of the channel soon, never inside this call; calls that come together are one. */
  wake(channel: string): void;
  /** Wakes the listeners of every channel. */
  wakeAll(): void;
  /** Listens until the function it answers with is called. */
  listen(channel: string, wake: () => void): () => void;
}

/** `failed` is told of a listener that threw; the others are called all the same. */
export function createWakes(failed: (error: unknown) => void): Wakes {
  const listeners = new Map<string, Set<() => void>>();
  const due = new Set<string>();

  const call = (channel: string): void => {
    due.delete(channel);
    for (const listener of [...(listeners.get(channel) ?? [])]) {
      try {
        listener();
      } catch (error) {
        failed(error);
      }
    }
  };
  const wake = (channel: string): void => {
    if (due.has(channel) || !listeners.has(channel)) return;
    due.add(channel);
    queueMicrotask(() => call(channel));
  };
  return {
    wake,
    wakeAll() {
      for (const channel of listeners.keys()) wake(channel);
    },
    listen(channel, listener) {
      // One of its own for each call: the same function may listen twice.
      const own = (): void => listener();
      const those = listeners.get(channel) ?? new Set();
      listeners.set(channel, those.add(own));
      return () => {
        those.delete(own);
        if (those.size === 0 && listeners.get(channel) === those) listeners.delete(channel);
      };
    },
  };
}

/** @throws TypeError for a name that is no channel's. */
export function checkedChannel(channel: string): string {
  if (/^[a-z][a-z0-9_]{0,49}$/.test(channel)) return channel;
  throw new TypeError(`"${channel}" is no channel: a-z, 0-9 and _ only`);
}
