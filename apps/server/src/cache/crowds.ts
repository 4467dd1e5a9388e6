import { createDeparture, type Departure } from "./departure.ts";

/** Each is answered then: some tens of microseconds. */
const TOLD_AT_ONCE = 50;

/** Who waits for what somebody else has begun. */
interface Crowd<Result> {
  readonly departure: Departure & { end(): void };
  /** Who has not gone. */
  count: number;
  readonly members: Set<(result: Result | undefined) => void>;
}

/**
 * Those who wait for the same as somebody before them: he walks the whole way, and they are told when he is there. What he found is no answer to
 * them, only a reason to look again; so nobody gets anything that he would not have got by arriving just then.
 */
export class Crowds<Result> {
  readonly #under = new Map<string, Crowd<Result>>();

  /**
   * Runs `work` for whoever is the first to want what the key names, and for whoever joins him; who is not the first runs it for himself. The work is
   * told when the last of them has gone.
   */
  async lead(key: string, own: Departure, work: (departure: Departure) => Promise<Result>): Promise<Result> {
    if (this.#under.has(key)) return work(own);
    const departure = createDeparture();
    const crowd: Crowd<Result> = { departure, count: 1, members: new Set() };
    const stay = own.onEnd(() => leave(crowd));
    if (own.isOver) leave(crowd);
    this.#under.set(key, crowd);
    let result: Result | undefined;
    try {
      result = await work(departure);
      return result;
    } finally {
      stay();
      this.#under.delete(key);
      tell(crowd.members, result);
    }
  }

  /** Whether somebody has begun what the key names, and somebody waits for it. */
  isUnderWay(key: string): boolean {
    return this.#under.get(key)?.departure.isOver === false;
  }

  /**
   * Joins whoever is under way. `told` hears what he found, or undefined where he failed, when he has his answer. Answers what is to be called by
   * whoever goes before that; undefined where nobody is under way.
   */
  join(key: string, told: (result: Result | undefined) => void): (() => void) | undefined {
    const crowd = this.#under.get(key);
    if (!crowd || crowd.departure.isOver) return undefined;
    crowd.count += 1;
    crowd.members.add(told);
    return () => {
      if (crowd.members.delete(told)) leave(crowd);
    };
  }
}

/** Some after the other: between them others have their turn. */
function tell<Result>(members: Crowd<Result>["members"], result: Result | undefined): void {
  if (members.size === 0) return;
  setImmediate(() => {
    let left = TOLD_AT_ONCE;
    for (const told of members) {
      if (left === 0) break;
      left -= 1;
      members.delete(told);
      told(result);
    }
    tell(members, result);
  });
}

function leave(crowd: { count: number; readonly departure: { end(): void } }): void {
  crowd.count -= 1;
  if (crowd.count === 0) crowd.departure.end();
}
