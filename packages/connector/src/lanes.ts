/**
 * Runs what has the same key one after the other, in the order in which it came; other keys do not wait. What is thrown is the
 * caller's alone.
 */
export function createLanes(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    const end = turn
      .catch(() => {})
      .finally(() => {
        if (last.get(key) === end) last.delete(key);
      });
    last.set(key, end);
    return turn;
  };
}
