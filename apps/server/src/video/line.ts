import { FairLanes, type LaneName } from "../cache/fair-lanes.ts";
import { ServerError } from "../errors.ts";

interface Waiting {
  readonly cost: number;
  readonly lane: LaneName;
  readonly start: () => void;
}

/** One at a time; projects and origins take turns among what waits. */
export class Line {
  readonly #waiting = new FairLanes<Waiting>();
  readonly #most: number;
  #isTaken = false;

  /** So many may wait. */
  constructor(most: number) {
    this.#most = most;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs the work when its turn has come.
   * @throws ServerError SERVER_BUSY when too many wait, and what the work rejects with.
   */
  async run<Result>(
    { cost, lane }: Pick<Waiting, "cost" | "lane">,
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (this.#isTaken) {
      if (this.#waiting.size >= this.#most) throw new ServerError("SERVER_BUSY");
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push({ cost, lane, start: resolve });
      await promise;
    }
    this.#isTaken = true;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The place goes from hand to hand: nobody who comes now gets in between.
      if (next) next.start();
      else this.#isTaken = false;
    }
  }
}
