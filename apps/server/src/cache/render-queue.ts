import { ServerError } from "../errors.ts";
import type { Departure } from "./departure.ts";
import { FairLanes, type LaneName } from "./fair-lanes.ts";
import { Pace } from "./pace.ts";
import { type Patience, waitPatiently } from "./patience.ts";

/** Foreseen waits are true to a tenth or so; whoever is let in should be served. */
const CAUTION = 0.8;
/** Parts of the longest wait: when something has waited `after` without a break, `allowed` is the longest from then on. What lasts is no burst. */
const LASTING = { after: 0.25, allowed: 0.5 };
/** A photograph as a WebP; its cost in hundredths of a second is what the unit says. */
const FIRST = { ms: 90, cost: 9 };
const MOST_RETRY_SECONDS = 30;
/** What a picture takes anyway: who takes no more is not counted. */
const LITTLE = 32_000_000;
export const NOBODYS: LaneName = ["", ""];

/** What somebody wants to have rendered. */
export interface RenderJob {
  /** In the unit of `estimateCost`. */
  readonly cost: number;
  /** Bytes of memory that it takes at most; absent is few. */
  readonly taken?: number | undefined;
  /** Absent is one for all that is nobody's. */
  readonly lane?: LaneName | undefined;
  readonly patience?: Patience | undefined;
  /** Nobody waits for it any more: it is over before it has begun. What runs is not stopped. */
  readonly departure?: Departure | undefined;
  /** The place that it was promised: kept from here on. */
  readonly promised?: Promised | undefined;
}

/** A place in the queue for a render of which nothing is known yet but whose it is. */
export interface Promised {
  /** It waits by its real cost from now on. */
  keep(): void;
  /** One who was promised it needs it no longer. */
  leave(): void;
}

interface Waiting {
  readonly cost: number;
  /** Bytes that count. */
  readonly taken: number;
  readonly lane: LaneName;
  readonly since: number;
  readonly start: () => void;
  readonly refuse: (error: ServerError) => void;
}

/** A queue is full, or one would wait longer in it than is allowed; says when to come back. */
export class Busy extends ServerError {
  readonly retryAfterSeconds: number;
  constructor(waitMs: number) {
    super("SERVER_BUSY");
    this.retryAfterSeconds = Math.min(MOST_RETRY_SECONDS, Math.max(1, Math.ceil(waitMs / 1_000)));
  }
}

/** Why renders were turned away, since the start. */
export interface Refusals {
  /** At once, because it would have waited too long. */
  readonly foreseen: number;
  /** To make place for whoever has fewer waiting, or because renders had become slower. */
  readonly displaced: number;
  /** It had waited as long as is allowed. */
  readonly late: number;
  /** Whoever waited for it has gone. */
  readonly abandoned: number;
}

/**
 * Bounds the pixel work: how many renders run, each of which keeps one core busy whatever it costs, and how long one may wait to. Projects
 * and origins take turns by cost, so that nobody's flood is another one's wait. What could not be served in time is refused with
 * SERVER_BUSY at once, by how long renders have taken lately, instead of after waiting; the longest lane gives way. What takes much memory
 * waits until others have given back as much; those that take little go first then, so that no core has to wait with it.
 */
export class RenderQueue {
  readonly #places: number;
  readonly #maxWaitingCost: number;
  readonly #maxAgeMs: number;
  readonly #maxTaken: number;
  readonly #now: () => number;
  readonly #lanes = new FairLanes<Waiting>();
  readonly #timers = new Map<Waiting, NodeJS.Timeout>();
  readonly #promises = new Map<string, { count: number; readonly release: () => void }>();
  /** Starts of what nobody waits for. */
  readonly #patient = new Set<() => void>();
  /** Whose work has a place that nobody waited for. */
  readonly #yielding = new Set<Patience>();
  readonly #pace = new Pace(FIRST.ms, FIRST.cost);
  readonly #refusals = { foreseen: 0, displaced: 0, late: 0, abandoned: 0 };
  #running = 0;
  #runningCost = 0;
  #taken = 0;
  #queuedCost = 0;
  /** Since when something waits without a break. */
  #waitingSince: number | undefined;

  constructor(bounds: {
    readonly places: number;
    readonly maxWaitingCost: number;
    readonly maxAgeMs: number;
    /** Bytes that renders take together, unless one alone takes more. */
    readonly maxTaken?: number;
    readonly now?: () => number;
  }) {
    this.#places = bounds.places;
    this.#maxWaitingCost = bounds.maxWaitingCost;
    this.#maxAgeMs = bounds.maxAgeMs;
    this.#maxTaken = bounds.maxTaken ?? Number.POSITIVE_INFINITY;
    this.#now = bounds.now ?? (() => performance.now());
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#lanes.size;
  }

  /** Of what waits and of what was promised a place. */
  get waitingCost(): number {
    return this.#lanes.cost;
  }

  /** Of one render, lately. */
  get typicalCost(): number {
    return this.#pace.typicalCost;
  }

  get refusals(): Refusals {
    return this.#refusals;
  }

  /** Milliseconds that a render of this cost would wait in the lane. */
  expectedMs(lane: LaneName, cost: number): number {
    const running = this.#running < this.#places ? 0 : this.#runningCost / 2;
    return this.#msOf(this.#lanes.before(lane, cost) + running);
  }

  #msOf(cost: number): number {
    return (cost * this.#pace.msPerCost) / this.#places;
  }

  /**
   * Promises a place to a render whose cost will be known when its original is read. Equal keys share one.
   * @throws ServerError SERVER_BUSY where it would wait too long: then nobody has to be asked for the original.
   */
  promise(lane: LaneName, key: string): Promised {
    const cost = this.#pace.typicalCost;
    let promise = this.#promises.get(key);
    if (!promise) {
      this.#admit(lane, cost, this.#boundMs);
      promise = { count: 0, release: this.#lanes.promise(lane, cost) };
      this.#promises.set(key, promise);
    }
    const shared = promise;
    shared.count += 1;
    const keep = () => {
      shared.release();
      if (this.#promises.get(key) === shared) this.#promises.delete(key);
    };
    let isHere = true;
    return {
      keep,
      leave() {
        if (isHere) shared.count -= 1;
        isHere = false;
        if (shared.count === 0) keep();
      },
    };
  }

  /**
   * Runs `work` when it is its turn and a core is free. With patience it runs only where, beside it, another place is free (or
   * nothing runs, where there is but one), and is never refused.
   * @throws ServerError SERVER_BUSY, or CLIENT_GONE when it is over before it has begun.
   */
  async run<Result>(job: RenderJob, work: () => Promise<Result>): Promise<Result> {
    const { patience } = job;
    if (patience && (await this.#isTurn(patience))) {
      this.#yielding.add(patience);
      // How long it takes says nothing of what somebody waits for: it gives way.
      return await work().finally(() => {
        this.#yielding.delete(patience);
        this.#leave();
      });
    }
    const { cost } = job;
    const taken = countedOf(job.taken);
    await this.#queue(job, taken);
    this.#runningCost += cost;
    const begun = this.#now();
    try {
      return await work();
    } finally {
      this.#pace.add(cost, this.#now() - begun);
      this.#runningCost = Math.max(0, this.#runningCost - cost);
      this.#taken -= taken;
      this.#leave();
    }
  }

  #leave(): void {
    this.#running -= 1;
    this.#startNext();
    // Renders may have become slower since those who wait were let in.
    this.#displace(undefined);
  }

  get #boundMs(): number {
    const since = this.#waitingSince ?? this.#now();
    const lasts = this.#now() - since > this.#maxAgeMs * LASTING.after;
    return this.#maxAgeMs * (lasts ? LASTING.allowed : CAUTION);
  }

  /** @throws ServerError SERVER_BUSY for what would wait longer than the bound, or have too much wait with it. */
  #admit(lane: LaneName, cost: number, boundMs: number): void {
    const expected = this.expectedMs(lane, cost);
    const ahead = this.#lanes.before(lane, cost);
    if (expected <= boundMs && (ahead === 0 || ahead + cost <= this.#maxWaitingCost)) return;
    this.#refusals.foreseen += 1;
    throw new Busy(expected);
  }

  async #queue({ cost, lane = NOBODYS, promised, departure }: RenderJob, taken: number): Promise<void> {
    promised?.keep();
    if (departure?.isOver) throw this.#abandoned();
    if (this.#lanes.size === 0 && this.#running < this.#places && this.#fits(taken)) {
      this.#running += 1;
      this.#taken += taken;
      return;
    }
    // Who was let in before his original was read is not sent away for what it turned out to be, unless that is hopeless.
    this.#admit(lane, cost, promised ? this.#maxAgeMs : this.#boundMs);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry: Waiting = { cost, taken, lane, since: this.#now(), start: resolve, refuse: reject };
    const late = () => {
      this.#refusals.late += 1;
      this.#refuse(entry);
    };
    this.#lanes.push(entry);
    this.#queuedCost += cost;
    this.#timers.set(entry, setTimeout(late, this.#maxAgeMs));
    this.#waitingSince ??= entry.since;
    this.#displace(entry);
    for (const each of this.#yielding) each.giveWay();
    // What waits before it may wait for memory.
    this.#startNext();
    const forget = departure?.onEnd(() => {
      if (this.#forget(entry)) reject(this.#abandoned());
      this.#startNext();
    });
    await promise.finally(forget);
  }

  /** Refuses what there is no time left for, or no room beside a newcomer: it came last to the longest lane. */
  #displace(newcomer: Waiting | undefined): void {
    for (;;) {
      const last = this.#lanes.lastOfLongest();
      if (last === undefined || last === newcomer) return;
      const left = this.#maxAgeMs - (this.#now() - last.since);
      const isLate = this.expectedMs(last.lane, 0) - this.#msOf(last.cost) > left;
      if (!isLate && this.#queuedCost <= this.#maxWaitingCost) return;
      this.#refusals.displaced += 1;
      this.#refuse(last);
    }
  }

  #refuse(entry: Waiting): void {
    if (!this.#forget(entry)) return;
    entry.refuse(new Busy(this.expectedMs(entry.lane, entry.cost)));
    this.#startNext();
  }

  #abandoned(): ServerError {
    this.#refusals.abandoned += 1;
    return new ServerError("CLIENT_GONE");
  }

  /** Whether it has its place by patience; false is for what queues like everybody. */
  async #isTurn(patience: Patience): Promise<boolean> {
    if (patience.isOver) return false;
    return waitPatiently(
      patience,
      (start) => {
        this.#patient.add(start);
        this.#startPatient();
      },
      (start) => this.#patient.delete(start),
    );
  }

  /** A place stays free for whoever comes next, and nobody waits. */
  #startPatient(): void {
    for (const start of this.#patient) {
      const leavesOne = this.#running + 1 < this.#places || this.#running === 0;
      if (this.#lanes.size > 0 || !leavesOne) return;
      this.#patient.delete(start);
      this.#running += 1;
      start();
    }
  }

  #fits(taken: number): boolean {
    return taken === 0 || this.#taken === 0 || this.#taken + taken <= this.#maxTaken;
  }

  #startNext(): void {
    while (this.#running < this.#places) {
      const isNext = this.#fits(this.#lanes.peek()?.taken ?? 0);
      // Nobody who takes much overtakes the one that waits with it.
      const next = this.#lanes.shift(isNext ? undefined : ({ taken }) => taken === 0);
      if (!next) break;
      this.#settle(next);
      this.#running += 1;
      this.#taken += next.taken;
      next.start();
    }
    if (this.#lanes.size === 0) this.#startPatient();
  }

  #forget(entry: Waiting): boolean {
    const waited = this.#lanes.delete(entry);
    this.#settle(entry);
    return waited;
  }

  #settle(entry: Waiting): void {
    const timer = this.#timers.get(entry);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#timers.delete(entry);
    this.#queuedCost -= entry.cost;
    if (this.#lanes.size > 0) return;
    this.#queuedCost = 0;
    this.#waitingSince = undefined;
  }
}

const countedOf = (taken = 0): number => (taken > LITTLE ? taken : 0);
