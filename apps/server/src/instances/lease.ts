/** The two clocks of a process, in milliseconds. Neither sees every pause: one stops in suspend, the other can be set back. */
export interface Clocks {
  /** Since the epoch. */
  wall(): number;
  /** Since some moment; never goes back. */
  monotonic(): number;
}

export const CLOCKS: Clocks = { wall: Date.now, monotonic: () => performance.now() };

/** A moment on both clocks. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/**
 * How long this instance may trust what it knows of the journal: until `ms` after a moment as of which it had applied everything
 * that was committed. Holding it at the time of a request's arrival means that no invalidation can be Done that it does not know.
 */
export interface Lease {
  /** To be taken before the question is sent whose answer may renew the lease. */
  moment(): Moment;
  /** Everything that was committed at that moment is applied. An earlier moment than the last one changes nothing. */
  renew(since: Moment): void;
  /** Whether the caches may be used: both clocks agree that it has not run out. */
  holds(): boolean;
  /** How often it was found to have run out, once each time. */
  readonly lapses: number;
}

export function createLease(options: {
  /** Infinity where nobody ever waits for this instance but itself. */
  readonly ms: number;
  readonly clocks: Clocks;
  readonly lapsed?: () => void;
}): Lease {
  const { ms, clocks } = options;
  let since: Moment | undefined;
  let isLapsed = false;
  let lapses = 0;
  const within = (elapsed: number) => elapsed >= 0 && elapsed < ms;
  return {
    moment: () => ({ wall: clocks.wall(), monotonic: clocks.monotonic() }),
    renew(moment) {
      if (since !== undefined && moment.monotonic < since.monotonic) return;
      since = moment;
    },
    holds() {
      if (since === undefined) return false;
      // A wall clock that went back proves nothing: the lease waits for its next renewal.
      const holds =
        ms === Number.POSITIVE_INFINITY ||
        (within(clocks.monotonic() - since.monotonic) && within(clocks.wall() - since.wall));
      if (!holds && !isLapsed) {
        lapses += 1;
        options.lapsed?.();
      }
      isLapsed = !holds;
      return holds;
    },
    get lapses() {
      return lapses;
    },
  };
}
