/** Something that waits for its turn. A life that ended never gets one again. */
interface Turn {
  readonly life: object | undefined;
  readonly name: string;
  readonly run: () => unknown;
  /** How often it is passed over although it was picked. */
  patience: number;
}

/** More turns than this without an end mean that somebody goes round in circles. */
const MOST_TURNS = 20_000;
const PATIENCE = 4;

/**
 * Every moment at which the real thing would wait for a disk, a socket or a lock is a turn that the test hands out in the
 * order it likes. Between two turns everything runs until nothing can go on by itself, so a run is the same each time.
 */
export class Schedule {
  readonly #turns: Turn[] = [];
  readonly #isBusy: () => boolean;
  #events = 0;
  /** Virtual milliseconds since the epoch. */
  now = 1_700_000_000_000;
  readonly log: string[] = [];

  /** `isBusy` says whether work outside of the schedule (a render) is under way. */
  constructor(isBusy: () => boolean) {
    this.#isBusy = isBusy;
  }

  get waiting(): number {
    return this.#turns.length;
  }

  /** A number larger than every one before: which of two events came first. */
  event(name: string): number {
    this.#events += 1;
    this.log.push(`${this.#events} @${this.now % 10_000_000} ${name}`);
    return this.#events;
  }

  /** Resolves when its turn has come; what is slow is passed over a few times. */
  turn(name: string, life?: object, isSlow = false): Promise<void> {
    return new Promise((resolve) => {
      this.#turns.push({ name, life, run: resolve, patience: isSlow ? PATIENCE : 0 });
    });
  }

  /** Gives the turn to one of those who wait, and lets everything settle. */
  async step(pick: number): Promise<void> {
    const [turn] = this.#turns.splice(pick % Math.max(1, this.#turns.length), 1);
    if (turn && turn.patience > 0) {
      turn.patience -= 1;
      this.#turns.push(turn);
      return;
    }
    if (turn) {
      this.event(`· ${turn.name}`);
      turn.run();
    }
    await this.settle();
  }

  async settle(): Promise<void> {
    do await new Promise(setImmediate);
    while (this.#isBusy());
  }

  /** Hands out turns until nobody waits; `pick` chooses among the waiting. */
  async drain(pick: (waiting: number) => number): Promise<void> {
    await this.settle();
    for (let turns = 0; this.#turns.length > 0; turns += 1) {
      if (turns > MOST_TURNS) throw new Error("the work never ends");
      await this.step(pick(this.#turns.length));
    }
  }

  /** The turns of a process that died are not given any more. */
  forget(life: object): void {
    const kept = this.#turns.filter((turn) => turn.life !== life);
    this.#turns.splice(0, this.#turns.length, ...kept);
  }
}
