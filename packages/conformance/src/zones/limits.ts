/** Counts as the maker's side does, by its own clock and code: true where one more is allowed, which is then counted. */
export type Allows = (count?: number) => boolean;

/** A bucket of so many tokens, to which so many are added each second. What is refused takes none. */
export function tokenBucket(size: number, perSecond: number, now: () => number): Allows {
  let level = size;
  let last = now();
  return (count = 1) => {
    const time = now();
    level = Math.min(size, level + ((time - last) * perSecond) / 1_000);
    last = time;
    // Numbers with fractions are not exact.
    if (level < count - 1e-6) return false;
    level -= count;
    return true;
  };
}

/** At most so many in any span. */
export function slidingWindow(most: number, spanMs: number, now: () => number): Allows {
  const times: number[] = [];
  return (count = 1) => {
    const from = now() - spanMs;
    const recent = times.filter((time) => time > from);
    if (recent.length + count > most) return false;
    times.splice(0, times.length, ...recent, ...Array.from({ length: count }, () => now()));
    return true;
  };
}

/** At most so many that have not ended; each ends by itself after `lastsMs`. */
export function inProgress(most: number, lastsMs: number, now: () => number): Allows {
  return slidingWindow(most, lastsMs, now);
}
