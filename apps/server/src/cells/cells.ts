import { type Patience, waitPatiently } from "../cache/patience.ts";
import { ServerError } from "../errors.ts";
import { type Allowance, Cell, EMPTY_CELL } from "./cell.ts";
import type { JobInput, JobName, JobOutput } from "./jobs.ts";

/** What the pool may use. */
export interface CellBounds {
  /** Processes at the same time. */
  readonly places: number;
  /** Resident memory of all of them together. */
  readonly bytes: number;
  /** Milliseconds that a job may wait for one. */
  readonly maxAgeMs: number;
  /** Jobs that may wait. */
  readonly maxWaiting: number;
}

/** A process that holds more than that after a job is replaced by a new one. */
const BLOATED = 110_000_000;
/** Milliseconds after which a process that nobody needs ends. */
const IDLE_MS = 30_000;

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
  readonly refuse: (error: ServerError) => void;
  readonly deadline: NodeJS.Timeout;
}

/** What a job is run by. */
export type Run = <Name extends JobName>(name: Name, input: JobInput<Name>) => Promise<JobOutput<Name>>;

/**
 * A few processes, started when first needed, for what can be made to cost much by few bytes. What runs in them is bounded in number,
 * memory and time, in the order of arrival; none of it can take the server along.
 */
export class Cells {
  readonly #bounds: CellBounds;
  /** Those that are quick come first. */
  readonly #waiting = { quick: new Set<Waiting>(), others: new Set<Waiting>() };
  /** Starts of what nobody waits for, with the memory that each needs. */
  readonly #patient = new Map<() => void, number>();
  /** Whose work has a place that nobody waited for. */
  readonly #yielding = new Set<Patience>();
  readonly #idle: { readonly cell: Cell; readonly timer: NodeJS.Timeout }[] = [];
  readonly #busy = new Set<Cell>();
  #running = 0;
  #bytes = 0;
  #isClosed = false;

  constructor(bounds: CellBounds) {
    this.#bounds = bounds;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.quick.size + this.#waiting.others.size;
  }

  /** Of the processes that are there. */
  get pids(): readonly number[] {
    const cells = [...this.#idle.map(({ cell }) => cell), ...this.#busy];
    return cells.flatMap(({ pid }) => pid ?? []);
  }

  /**
   * Lets `work` run jobs in a process of its own. An allowance beyond the pool's memory is cut down to it. With patience it has to leave a
   * process free for others (or nothing runs, where there is but one), and is never refused.
   * @throws ServerError SERVER_BUSY when too many wait, or it waited too long.
   */
  async enter<Result>(
    wish: Allowance,
    work: (run: Run) => Promise<Result>,
    patience?: Patience,
  ): Promise<Result> {
    const allowance = { ...wish, bytes: Math.min(wish.bytes, this.#bounds.bytes) };
    const yielding = patience && (await this.#isTurn(allowance, patience)) ? patience : undefined;
    if (!yielding) {
      const isFirst = allowance.isQuick ? this.#waiting.quick.size === 0 : this.waiting === 0;
      if (!isFirst || !this.#fits(allowance.bytes)) await this.#wait(allowance);
      else this.#take(allowance.bytes);
    }
    let cell: Cell | undefined;
    // A visitor may have come for the same meanwhile.
    const stop = () => yielding?.isOver === false && cell?.end();
    if (yielding) this.#yielding.add(yielding);
    yielding?.signal.addEventListener("abort", stop);
    try {
      return await work((name, input) => {
        if (yielding?.isOver === false) yielding.signal.throwIfAborted();
        cell = cell && !cell.isOver ? cell : this.#open();
        return cell.run(name, input, allowance);
      });
    } catch (error) {
      // What was broken off says nothing about the picture.
      if (yielding?.isOver === false) yielding.signal.throwIfAborted();
      throw error;
    } finally {
      if (yielding) this.#yielding.delete(yielding);
      yielding?.signal.removeEventListener("abort", stop);
      if (cell) this.#putBack(cell);
      this.#running -= 1;
      this.#bytes -= allowance.bytes;
      this.#startNext();
    }
  }

  /** Ends every process; what runs in them is lost. */
  close(): void {
    this.#isClosed = true;
    for (const { cell, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      cell.end();
    }
    for (const cell of this.#busy) cell.end();
  }

  /** Whether it has its place by patience; false is for what queues like everybody. */
  async #isTurn({ bytes }: Allowance, patience: Patience): Promise<boolean> {
    if (patience.isOver) return false;
    return waitPatiently(
      patience,
      (start) => {
        this.#patient.set(start, bytes);
        this.#startPatient();
      },
      (start) => this.#patient.delete(start),
    );
  }

  #startPatient(): void {
    for (const [start, bytes] of this.#patient) {
      const leavesOne = this.#running + 1 < this.#bounds.places || this.#running === 0;
      if (this.waiting > 0 || !leavesOne || !this.#fits(bytes)) return;
      this.#patient.delete(start);
      this.#take(bytes);
      start();
    }
  }

  #fits(bytes: number): boolean {
    if (this.#running === 0) return true;
    return this.#running < this.#bounds.places && this.#bytes + bytes <= this.#bounds.bytes;
  }

  #take(bytes: number): void {
    this.#running += 1;
    this.#bytes += bytes;
  }

  #open(): Cell {
    const kept = this.#idle.pop();
    clearTimeout(kept?.timer);
    // Processes that nobody uses hold memory that is allowed to others.
    while (this.#idle.length > 0 && this.#bytes + this.#idle.length * EMPTY_CELL > this.#bounds.bytes) {
      const { cell, timer } = this.#idle.pop() ?? {};
      clearTimeout(timer);
      cell?.end();
    }
    const cell = kept && !kept.cell.isOver ? kept.cell : new Cell();
    this.#busy.add(cell);
    return cell;
  }

  #putBack(cell: Cell): void {
    this.#busy.delete(cell);
    if (cell.isOver) return;
    if (this.#isClosed || cell.bytes > BLOATED) {
      cell.end();
      return;
    }
    const end = () => {
      cell.end();
      const place = this.#idle.findIndex((each) => each.cell === cell);
      if (place !== -1) this.#idle.splice(place, 1);
    };
    this.#idle.push({ cell, timer: setTimeout(end, IDLE_MS).unref() });
  }

  #wait({ bytes, isQuick }: Allowance): Promise<void> {
    if (this.waiting >= this.#bounds.maxWaiting) return Promise.reject(new ServerError("SERVER_BUSY"));
    return new Promise((start, refuse) => {
      const entry: Waiting = {
        bytes,
        start,
        refuse,
        deadline: setTimeout(() => {
          this.#forget(entry);
          refuse(new ServerError("SERVER_BUSY"));
          this.#startNext();
        }, this.#bounds.maxAgeMs),
      };
      this.#waiting[isQuick ? "quick" : "others"].add(entry);
      for (const each of this.#yielding) each.giveWay();
    });
  }

  /** In the order of arrival, so that who needs much is not overtaken for ever by others of its kind. */
  #startNext(): void {
    for (const entry of [...this.#waiting.quick, ...this.#waiting.others]) {
      if (!this.#fits(entry.bytes)) return;
      this.#forget(entry);
      this.#take(entry.bytes);
      entry.start();
    }
    this.#startPatient();
  }

  #forget(entry: Waiting): void {
    clearTimeout(entry.deadline);
    for (const waiting of Object.values(this.#waiting)) waiting.delete(entry);
  }
}
