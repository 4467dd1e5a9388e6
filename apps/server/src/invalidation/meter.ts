import type { Bucket, CdnLimits } from "@freshet/core";

/**
 * Counts calls and targets against what a node allows. A call counts from the moment its answer came: the node may have counted it at any
 * time before that, so what is allowed here is allowed there, however long a request was on its way.
 */
export interface Meter {
  /** Milliseconds until a call with so many targets is allowed; 0 for now. */
  wait(targets: number): number;
  /** A call goes out; what it returns is called when it has ended, however. */
  start(targets: number): () => void;
}

const MINUTE = 60_000;
/** Until it is looked again whether a call of another node has ended. */
const UNDER_WAY_MS = 50;

/** Meters of nodes; those of one account share one. */
export function createMeters(now: () => number): (limits: CdnLimits) => Meter {
  const shared = new Map<string, Meter>();
  return (limits) => {
    const { account } = limits;
    if (account === undefined) return createMeter(limits, now);
    const known = shared.get(account) ?? createMeter(limits, now);
    shared.set(account, known);
    return known;
  };
}

function createMeter({ perMinute, calls, targets }: CdnLimits, now: () => number): Meter {
  const minute = perMinute === undefined ? undefined : createWindow(perMinute, now);
  const requests = calls && createBucket(calls, now);
  const items = targets && createBucket(targets, now);
  return {
    wait: (count) =>
      Math.max(
        minute?.wait() ?? 0,
        requests?.wait(1) ?? 0,
        items?.wait(Math.min(count, targets?.size ?? 0)) ?? 0,
      ),
    start(count) {
      const ends = [minute?.start(), requests?.start(1), items?.start(count)];
      return () => {
        for (const end of ends) end?.();
      };
    },
  };
}

/** At most so many in any minute. */
function createWindow(most: number, now: () => number) {
  let underWay = 0;
  const ended: number[] = [];
  return {
    wait(): number {
      const time = now();
      while (ended[0] !== undefined && ended[0] <= time - MINUTE) ended.shift();
      if (ended.length + underWay < most) return 0;
      const first = ended[0];
      return first === undefined ? UNDER_WAY_MS : first + MINUTE - time;
    },
    start() {
      underWay += 1;
      return () => {
        underWay -= 1;
        ended.push(now());
      };
    },
  };
}

function createBucket({ size, perSecond }: Bucket, now: () => number) {
  let tokens = size;
  let at = now();
  let underWay = 0;
  const refill = (): void => {
    const time = now();
    // While a call is under way nothing is added: the node may not have begun to add either.
    if (underWay === 0) tokens = Math.min(size, tokens + (Math.max(0, time - at) / 1_000) * perSecond);
    at = time;
  };
  return {
    wait(count: number): number {
      refill();
      // A rounding must not lead to waiting for nothing, nor to a call that is a hair too early.
      return tokens >= count ? 0 : Math.max(1, Math.ceil(((count - tokens) / perSecond) * 1_000));
    },
    start(count: number) {
      refill();
      tokens -= count;
      underWay += 1;
      return () => {
        refill();
        underWay -= 1;
      };
    },
  };
}
