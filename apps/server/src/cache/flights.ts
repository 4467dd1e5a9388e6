/** Merges equal work under way: callers with one key share one run. For work whose result does not depend on when it began. */
export class Flights<Result> {
  readonly #under = new Map<string, Promise<Result>>();

  /** Runs `work`, or joins the run of the same key that is under way. Its outcome, good or bad, reaches every caller. */
  join(key: string, work: () => Promise<Result>): Promise<Result> {
    const running = this.#under.get(key);
    if (running) return running;
    const started = work().finally(() => this.#under.delete(key));
    this.#under.set(key, started);
    return started;
  }

  get size(): number {
    return this.#under.size;
  }
}
