import { OTHER } from "./lines.ts";
import { dayOf } from "./summing.ts";

/** Different origins of a project on a day. */
const MOST = 300;

/**
 * Origins that sums are kept by. Where any host may be an origin strangers can name as many as they like, so on each day the first of a
 * project have their own names, and what comes then is "(other)".
 */
export class Origins {
  readonly #most: number;
  #day = 0;
  #known = new Map<string, Set<string>>();

  constructor(most = MOST) {
    this.#most = most;
  }

  /** `at`: milliseconds since the epoch, as time goes on. */
  nameOf(project: string, origin: string, at: number): string {
    const day = dayOf(at);
    if (day !== this.#day) {
      this.#day = day;
      this.#known = new Map();
    }
    const known = this.#known.get(project) ?? new Set();
    this.#known.set(project, known);
    if (!known.has(origin) && known.size >= this.#most) return OTHER;
    known.add(origin);
    return origin;
  }
}
