import { createDeparture, type Departure } from "./departure.ts";

interface Flight<Result> {
  readonly result: Promise<Result>;
  /** Callers that have not gone. */
  waiting: number;
  /** Ends when all have gone. */
  readonly departure: Departure & { end(): void };
}

/** A caller that meets what concerned another one alone takes its own turn, so often. */
const MOST_TURNS = 3;

/** Merges equal work under way: callers with one key share one run. For work whose result does not depend on when it began. */
export class Flights<Result> {
  readonly #under = new Map<string, Flight<Result>>();
  readonly #isPersonal: (error: unknown) => boolean;

  /** Tells errors that concern only the caller that a run began for: whoever joined it tries by himself. */
  constructor(isPersonal: (error: unknown) => boolean = () => false) {
    this.#isPersonal = isPersonal;
  }

  /**
   * Runs `work`, or joins the run of the same key that is under way. Its outcome, good or bad, reaches every caller. The work is told
   * when the last of its callers has gone; one without a departure never goes.
   * @throws whatever `work` rejects with, or `gone()` as soon as the caller has gone.
   */
  async join(
    key: string,
    work: (departure: Departure) => Promise<Result>,
    caller?: { readonly departure: Departure; readonly gone: () => Error },
  ): Promise<Result> {
    for (let turns = 1; ; turns += 1) {
      if (caller?.departure.isOver) throw caller.gone();
      const running = this.#under.get(key);
      const flight = running ?? this.#start(key, work);
      flight.waiting += 1;
      try {
        return caller ? await until(flight, caller) : await flight.result;
      } catch (error) {
        const isOthers = running !== undefined && this.#isPersonal(error) && !caller?.departure.isOver;
        if (!isOthers || turns === MOST_TURNS) throw error;
      }
    }
  }

  get size(): number {
    return this.#under.size;
  }

  #start(key: string, work: (departure: Departure) => Promise<Result>): Flight<Result> {
    const departure = createDeparture();
    const result = work(departure).finally(() => this.#under.delete(key));
    const flight = { result, waiting: 0, departure };
    this.#under.set(key, flight);
    return flight;
  }
}

/** Until the flight ends, or the caller goes; the last one who goes takes it along. */
function until<Result>(
  flight: Flight<Result>,
  { departure, gone }: { readonly departure: Departure; readonly gone: () => Error },
): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const forget = departure.onEnd(() => {
    reject(gone());
    flight.waiting -= 1;
    if (flight.waiting === 0) flight.departure.end();
  });
  flight.result.then(resolve, reject);
  return promise.finally(forget);
}
