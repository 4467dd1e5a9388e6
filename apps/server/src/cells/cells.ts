import type { Departure } from "../cache/departure.ts";
import { FairLanes, type LaneName } from "../cache/fair-lanes.ts";
import { Pace } from "../cache/pace.ts";
import { type Patience, waitPatiently } from "../cache/patience.ts";
import { Busy, NOBODYS, type Promised } from "../cache/render-queue.ts";
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
  /** Resident memory that a process keeps for its next job, such as a network that it has loaded; none unless said. */
  readonly keptBytes?: number;
}

/** A process that holds more than that after a job is replaced by a new one. */
const BLOATED = 125_000_000;
/** What processes were left with beyond that counts where the memory of all together would be exceeded by more. */
const OVERDRAWN = 4_000_000;
/** How long a job takes before any was measured. */
const FIRST_MS = 300;
/** Milliseconds after which a process that nobody needs ends. */
const IDLE_MS = 30_000;

/** What is sent is received in pieces, put together and read: so many times its bytes. */
const COPIES = 2;

/** What few bytes cost cannot be foreseen: each job counts as one. */
const ONE = 1;

interface Waiting {
  readonly bytes: number;
  readonly cost: typeof ONE;
  readonly lane: LaneName;
  readonly start: () => void;
}

/** Who wants to enter, and how. */
export interface Entrance {
  /** Absent is one for all that is nobody's. */
  readonly lane?: LaneName | undefined;
  readonly patience?: Patience | undefined;
  /** Nobody waits for it any more: it is over before it has begun. What has begun is finished, and kept for the next who asks. */
  readonly departure?: Departure | undefined;
  /** A place that was promised before it was known that a cell is needed; kept from here on. */
  readonly promised?: Promised | undefined;
}

/** What a job is run by. */
export type Run = <Name extends JobName>(name: Name, input: JobInput<Name>) => Promise<JobOutput<Name>>;

/**
 * A few processes, started when first needed, for what can be made to cost much by few bytes. What runs in them is bounded in number,
 * memory and time, projects and origins in turns; none of it can take the server along.
 */
export class Cells {
  readonly #bounds: CellBounds;
  /** Those that are quick come first. */
  readonly #waiting = { quick: new FairLanes<Waiting>(), others: new FairLanes<Waiting>() };
  readonly #pace = new Pace(FIRST_MS);
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
   * @throws ServerError SERVER_BUSY when too many wait, or it would wait too long or did; CLIENT_GONE when it is over before it has begun.
   */
  async enter<Result>(
    wish: Allowance,
    work: (run: Run) => Promise<Result>,
    how: Entrance = {},
  ): Promise<Result> {
    const { patience } = how;
    const allowance = { ...wish, bytes: Math.min(wish.bytes, this.#bounds.bytes) };
    const yielding = patience && (await this.#isTurn(allowance, patience)) ? patience : undefined;
    if (!yielding) {
      how.promised?.keep();
      if (how.departure?.isOver) throw new ServerError("CLIENT_GONE");
      const isFirst = allowance.isQuick ? this.#waiting.quick.size === 0 : this.waiting === 0;
      if (!isFirst || !this.#fits(allowance.bytes)) await this.#wait(allowance, how);
      else this.#take(allowance.bytes);
    }
    const begun = performance.now();
    let cell: Cell | undefined;
    let left = 0;
    let sent = 0;
    // A visitor may have come for the same meanwhile.
    const stop = () => yielding?.isOver === false && cell?.end();
    if (yielding) this.#yielding.add(yielding);
    yielding?.signal.addEventListener("abort", stop);
    try {
      return await work((name, input) => {
        if (yielding?.isOver === false) yielding.signal.throwIfAborted();
        if (!cell || cell.isOver) {
          this.#bytes -= left;
          cell = this.#open();
          left = this.#leftIn(cell);
          this.#bytes += left;
        }
        // Its bytes come to it in copies, of which nobody knew before they were there.
        const received = COPIES * lengthOf(input);
        sent += received;
        this.#bytes += received;
        return cell.run(name, input, { ...allowance, bytes: allowance.bytes + sent });
      });
    } catch (error) {
      // What was broken off says nothing about the picture.
      if (yielding?.isOver === false) yielding.signal.throwIfAborted();
      throw error;
    } finally {
      if (yielding) this.#yielding.delete(yielding);
      yielding?.signal.removeEventListener("abort", stop);
      if (allowance.ends) cell?.end();
      if (cell) this.#putBack(cell);
      // How long it takes to be broken off says nothing of what somebody waits for.
      if (!yielding) this.#pace.add(ONE, performance.now() - begun);
      this.#running -= 1;
      this.#bytes -= allowance.bytes + left + sent;
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

  /**
   * A process for a job that has taken its memory. Those that rest, and what is left in this one of earlier jobs, hold what is allowed to
   * others: where that is too much for all together, they end, and it is a new one.
   */
  #open(): Cell {
    const most = this.#bounds.bytes + OVERDRAWN;
    const kept = this.#unrest();
    const held = kept ? this.#leftIn(kept) : 0;
    const resting = () => this.#idle.reduce((sum, { cell }) => sum + cell.bytes, 0);
    while (this.#idle.length > 0 && this.#bytes + held + resting() > most) this.#unrest()?.end();
    const isTooMuch = this.#bytes + held > most;
    if (isTooMuch) kept?.end();
    const cell = kept && !kept.isOver ? kept : new Cell();
    this.#busy.add(cell);
    return cell;
  }

  #unrest(): Cell | undefined {
    const { cell, timer } = this.#idle.pop() ?? {};
    clearTimeout(timer);
    return cell;
  }

  /** What a process holds beyond one that has done nothing, and beyond what it is to keep: no job is charged with it. */
  #leftIn(cell: Cell): number {
    return Math.max(0, cell.bytes - EMPTY_CELL - (this.#bounds.keptBytes ?? 0));
  }

  #putBack(cell: Cell): void {
    this.#busy.delete(cell);
    if (cell.isOver) return;
    if (this.#isClosed || cell.bytes > BLOATED + (this.#bounds.keptBytes ?? 0)) {
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

  async #wait({ bytes, isQuick }: Allowance, { lane = NOBODYS, departure }: Entrance): Promise<void> {
    const { places, maxAgeMs, maxWaiting } = this.#bounds;
    const { quick, others } = this.#waiting;
    const lanes = isQuick ? quick : others;
    const ahead = lanes.before(lane, ONE) + (isQuick ? 0 : quick.cost);
    const expectedMs = (ahead * this.#pace.msPerCost) / places;
    if (this.waiting >= maxWaiting || expectedMs > maxAgeMs) throw new Busy(expectedMs);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry: Waiting = { bytes, cost: ONE, lane, start: resolve };
    const leave = (error: () => ServerError) => {
      if (!lanes.delete(entry)) return;
      reject(error());
      this.#startNext();
    };
    const deadline = setTimeout(() => leave(() => new Busy(expectedMs)), maxAgeMs);
    const forget = departure?.onEnd(() => leave(() => new ServerError("CLIENT_GONE")));
    lanes.push(entry);
    for (const each of this.#yielding) each.giveWay();
    await promise.finally(() => {
      clearTimeout(deadline);
      forget?.();
    });
  }

  /** Whose turn it is waits for its memory: who needs much is not overtaken for ever by others of its kind. */
  #startNext(): void {
    const { quick, others } = this.#waiting;
    for (;;) {
      const lanes = quick.size > 0 ? quick : others;
      const entry = lanes.peek();
      if (!entry || !this.#fits(entry.bytes)) break;
      lanes.shift();
      this.#take(entry.bytes);
      entry.start();
    }
    if (this.waiting === 0) this.#startPatient();
  }
}

/** Bytes that are sent with a job. */
function lengthOf(input: object): number {
  const parts = Object.values(input).flatMap((part) => (part instanceof Map ? [...part.values()] : [part]));
  return parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : 0), 0);
}
