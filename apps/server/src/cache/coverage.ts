/** A target of an applied invalidation: one original (by tag) or a whole project. */
export type Mark =
  | { readonly kind: "original"; readonly project: string; readonly tag: string }
  | { readonly kind: "project"; readonly project: string };

/** The newest invalidation that covers something, and when this instance applied it (milliseconds since the epoch). */
export interface Floor {
  readonly sequence: number;
  readonly at: number;
}

const NEVER: Floor = { sequence: 0, at: 0 };

/**
 * What this instance knows of the journal: the number through which it has applied everything, and the newest
 * invalidation that covers an original. Marks are applied in the journal's order and without gaps, so `applied` n
 * means everything through n. A thing stamped s is uncovered exactly when `s >= floor(...)`.
 */
export class Coverage {
  #applied = 0;
  readonly #originals = new Map<string, Floor>();
  readonly #projects = new Map<string, Floor>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Everything through this number is applied. Read it *before* the origin is asked: it is the stamp of the fill. */
  get applied(): number {
    return this.#applied;
  }

  /** Applies one journal entry. Entries at or below `applied` change nothing. */
  apply(sequence: number, marks: readonly Mark[]): void {
    if (sequence <= this.#applied) return;
    for (const mark of marks) this.#raise(mark, sequence);
    this.#applied = sequence;
  }

  /** Sets the starting point after marks of the retained journal were restored; never lowers anything. */
  restore(head: number, floors: readonly { readonly mark: Mark; readonly sequence: number }[]): void {
    for (const { mark, sequence } of floors) this.#raise(mark, sequence);
    this.#applied = Math.max(this.#applied, head);
  }

  /** Number of the newest invalidation that covers the original; 0 when there was none. */
  floor(project: string, tag: string): number {
    return this.floorOf(project, tag).sequence;
  }

  /** The same with the time this instance applied it. */
  floorOf(project: string, tag: string): Floor {
    const wide = this.#projects.get(project) ?? NEVER;
    const own = this.#originals.get(tag) ?? NEVER;
    return own.sequence > wide.sequence ? own : wide;
  }

  #raise(mark: Mark, sequence: number): void {
    const [floors, key] =
      mark.kind === "project" ? [this.#projects, mark.project] : [this.#originals, mark.tag];
    if (sequence > (floors.get(key)?.sequence ?? 0)) floors.set(key, { sequence, at: this.#now() });
  }
}
