import type { Identity } from "../projects/identity.ts";
import { type Floor, Floors, NEVER, newer } from "./floors.ts";
import type { Mark } from "./mark.ts";

export type { Mark } from "./mark.ts";

/** Floors kept at most, where nobody says otherwise. */
const MOST_FLOORS = 100_000;

/**
 * What this instance knows of the journal: the number through which it has applied everything, and the newest
 * invalidation that covers an original. Marks are applied in the journal's order and without gaps, so `applied` n
 * means everything through n. A thing stamped s is uncovered exactly when `s >= floor(...)`. Floors are numbers that are
 * looked up: however much an invalidation covers, nothing is walked. Their count is bounded: of the project with the
 * most, the oldest fold into the project's own floor, which covers too much and never too little.
 */
export class Coverage {
  #applied = 0;
  #size = 0;
  readonly #projects = new Map<string, Floors>();
  readonly #now: () => number;
  readonly #most: number;

  constructor(now: () => number = Date.now, mostFloors = MOST_FLOORS) {
    this.#now = now;
    this.#most = mostFloors;
  }

  /** Everything through this number is applied. Read it *before* the origin is asked: it is the stamp of the fill. */
  get applied(): number {
    return this.#applied;
  }

  /** Floors that are kept, those of whole projects aside. */
  get size(): number {
    return this.#size;
  }

  /** Applies one journal entry. Entries at or below `applied` change nothing. */
  apply(sequence: number, marks: readonly Mark[]): void {
    if (sequence <= this.#applied) return;
    for (const mark of marks) this.#raise(mark, sequence);
    this.#applied = sequence;
  }

  /** Sets the starting point after marks of the retained journal were restored; never lowers anything. */
  restore(head: number, floors: readonly { readonly mark: Mark; readonly sequence: number }[]): void {
    // In the journal's order, because a floor that is set is never compared with an older one of the same name.
    const inOrder = floors.toSorted((one, other) => one.sequence - other.sequence);
    for (const { mark, sequence } of inOrder) if (sequence > this.#applied) this.#raise(mark, sequence);
    this.#applied = Math.max(this.#applied, head);
  }

  /** Number of the newest invalidation that covers one of the sources; 0 when there was none. */
  floor(...sources: readonly Identity[]): number {
    return this.floorOf(...sources).sequence;
  }

  /** The same with the time this instance applied it. */
  floorOf(...sources: readonly Identity[]): Floor {
    let floor = NEVER;
    for (const source of sources) floor = newer(floor, this.#projects.get(source.project)?.of(source));
    return floor;
  }

  /** Forgets through which scope the invalidations through a number came: their projects are covered as a whole. */
  fold(through: number): void {
    for (const floors of this.#projects.values()) this.#shrink(floors, () => floors.fold(through));
  }

  #raise(mark: Mark, sequence: number): void {
    let floors = this.#projects.get(mark.project);
    if (!floors) {
      floors = new Floors();
      this.#projects.set(mark.project, floors);
    }
    const before = floors.size;
    floors.raise(mark, { sequence, at: this.#now() });
    this.#size += floors.size - before;
    while (this.#size > this.#most) {
      const largest = [...this.#projects.values()].reduce((one, other) =>
        other.size > one.size ? other : one,
      );
      // A little at a time: nobody waits for it.
      this.#shrink(largest, () => largest.foldOldest(Math.ceil(this.#most / 128)));
    }
  }

  #shrink(floors: Floors, fold: () => void): void {
    const before = floors.size;
    fold();
    this.#size += floors.size - before;
  }
}
