/** What one more counts beside all before it: the last twenty or so decide. */
const MEMORY = 0.95;

/** How long work really takes on this machine under what else it does, and what it costs by estimate. */
export class Pace {
  #count = 1;
  #cost: number;
  #milliseconds: number;

  /** What holds before anything was measured: milliseconds and cost of one piece of work. */
  constructor(milliseconds: number, cost = 1) {
    this.#milliseconds = milliseconds;
    this.#cost = cost;
  }

  /** Milliseconds for one unit of cost. */
  get msPerCost(): number {
    return this.#milliseconds / this.#cost;
  }

  /** Of one piece of work. */
  get typicalCost(): number {
    return this.#cost / this.#count;
  }

  add(cost: number, milliseconds: number): void {
    this.#count = this.#count * MEMORY + 1;
    this.#cost = this.#cost * MEMORY + cost;
    this.#milliseconds = this.#milliseconds * MEMORY + milliseconds;
  }
}
