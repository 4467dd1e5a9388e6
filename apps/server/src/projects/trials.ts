import { LRUCache } from "lru-cache";
import { ServerError } from "../errors.ts";

/** Trials that a project may make at once, and milliseconds until one more is granted. */
const BURST = 20;
const REFILL_MS = 3_000;
/** Of all projects at the same time: each may take as long as an origin takes, and as much memory as an original has. */
const AT_ONCE = 4;

/** How often sources may be tried out: enough for whoever sets them up, too seldom for whoever looks around with them. */
export class Trials {
  readonly #left = new LRUCache<string, { readonly left: number; readonly at: number }>({ max: 10_000 });
  readonly #now: () => number;
  #running = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws ServerError CHECKS_TOO_MANY. */
  async run<Result>(project: string, work: () => Promise<Result>): Promise<Result> {
    const known = this.#left.get(project) ?? { left: BURST, at: this.#now() };
    const left = Math.min(BURST, known.left + Math.max(0, this.#now() - known.at) / REFILL_MS);
    if (left < 1 || this.#running >= AT_ONCE) throw new ServerError("CHECKS_TOO_MANY");
    this.#left.set(project, { left: left - 1, at: this.#now() });
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }
}
