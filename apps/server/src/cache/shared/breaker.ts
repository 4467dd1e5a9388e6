export type BreakerState = "closed" | "half-open" | "open";

/** Leave to make one call; `end` says how it went and must be called once. */
export interface Pass {
  end(well: boolean): void;
}

/** Of the last so many calls this many must fail before no more are made. */
const REMEMBERED = 10;
const TOLERATED = 4;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Stops calls to what keeps failing: it opens when half of the last calls failed, lets one call through after a pause, and
 * closes when that one went well; otherwise the pause doubles, up to a minute.
 */
export class Breaker {
  readonly #now: () => number;
  readonly #onChange: (state: "closed" | "open") => void;
  #failures: boolean[] = [];
  #pauseMs = FIRST_PAUSE_MS;
  /** Undefined while closed. */
  #until: number | undefined;
  #isProbing = false;

  /** `now` is a monotonic clock. */
  constructor(onChange: (state: "closed" | "open") => void, now: () => number = () => performance.now()) {
    this.#onChange = onChange;
    this.#now = now;
  }

  get state(): BreakerState {
    if (this.#until === undefined) return "closed";
    return this.#now() < this.#until ? "open" : "half-open";
  }

  /** Milliseconds until a call may be let through again; 0 when one may be made now or is probing. */
  get waitMs(): number {
    return this.#until === undefined ? 0 : Math.max(0, this.#until - this.#now());
  }

  /** Leave to make a call now; undefined while it is open, or while another call probes. */
  enter(): Pass | undefined {
    const isProbe = this.#until !== undefined;
    if (isProbe && (this.#isProbing || this.state === "open")) return undefined;
    this.#isProbing = isProbe;
    return { end: (well) => this.#end(well, isProbe) };
  }

  #end(well: boolean, isProbe: boolean): void {
    if (isProbe) {
      this.#isProbing = false;
      if (well) this.#close();
      else this.#open(Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS));
      return;
    }
    // A call from before it opened says nothing that is not known.
    if (this.#until !== undefined) return;
    this.#failures = [...this.#failures, !well].slice(-REMEMBERED);
    if (this.#failures.filter(Boolean).length > TOLERATED) this.#open(FIRST_PAUSE_MS);
  }

  #open(pauseMs: number): void {
    const isNew = this.#until === undefined;
    this.#pauseMs = pauseMs;
    this.#until = this.#now() + pauseMs;
    if (isNew) this.#onChange("open");
  }

  #close(): void {
    this.#until = undefined;
    this.#failures = [];
    this.#onChange("closed");
  }
}
