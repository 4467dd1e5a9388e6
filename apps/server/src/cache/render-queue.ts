import { ServerError } from "../errors.ts";
import { type Patience, waitPatiently } from "./patience.ts";

interface Waiting {
  readonly cost: number;
  readonly start: () => void;
  readonly refuse: (error: ServerError) => void;
  readonly deadline: NodeJS.Timeout;
}

/**
 * Bounds the pixel work: at most `places` renders run, and what waits is bounded by its summed cost and by its age. Beyond that
 * the caller gets SERVER_BUSY at once instead of a slow answer.
 */
export class RenderQueue {
  readonly #places: number;
  readonly #maxWaitingCost: number;
  readonly #maxAgeMs: number;
  readonly #waiting = new Set<Waiting>();
  /** Starts of what nobody waits for. */
  readonly #patient = new Set<() => void>();
  /** Whose work has a place that nobody waited for. */
  readonly #yielding = new Set<Patience>();
  #running = 0;
  #waitingCost = 0;

  constructor(bounds: {
    readonly places: number;
    readonly maxWaitingCost: number;
    readonly maxAgeMs: number;
  }) {
    this.#places = bounds.places;
    this.#maxWaitingCost = bounds.maxWaitingCost;
    this.#maxAgeMs = bounds.maxAgeMs;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs `work` when a place is free. `cost` is in the unit of `estimateCost`. With patience it runs only where, beside it, another place
   * is free (or nothing runs, where there is but one), and is never refused.
   */
  async run<Result>(cost: number, work: () => Promise<Result>, patience?: Patience): Promise<Result> {
    if (patience && (await this.#isTurn(patience))) {
      this.#yielding.add(patience);
      return await this.#carry(work).finally(() => this.#yielding.delete(patience));
    }
    if (this.#running >= this.#places) await this.#wait(cost);
    else this.#running += 1;
    return await this.#carry(work);
  }

  async #carry<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      this.#next();
    }
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
      if (this.#waiting.size > 0 || !leavesOne) return;
      this.#patient.delete(start);
      this.#running += 1;
      start();
    }
  }

  #wait(cost: number): Promise<void> {
    if (this.#waitingCost > 0 && this.#waitingCost + cost > this.#maxWaitingCost) {
      return Promise.reject(new ServerError("SERVER_BUSY"));
    }
    return new Promise((start, refuse) => {
      const entry: Waiting = {
        cost,
        start,
        refuse,
        deadline: setTimeout(() => {
          this.#forget(entry);
          refuse(new ServerError("SERVER_BUSY"));
        }, this.#maxAgeMs),
      };
      this.#waiting.add(entry);
      this.#waitingCost += cost;
      for (const each of this.#yielding) each.giveWay();
    });
  }

  /** Hands the place just freed to the longest waiting, or gives it back. */
  #next(): void {
    const [entry] = this.#waiting;
    if (!entry) {
      this.#running -= 1;
      this.#startPatient();
      return;
    }
    this.#forget(entry);
    entry.start();
  }

  #forget(entry: Waiting): void {
    clearTimeout(entry.deadline);
    if (this.#waiting.delete(entry)) this.#waitingCost -= entry.cost;
  }
}
