/** A target of an applied invalidation: one original (by tag) or a whole project. */
export type Mark =
  | { readonly kind: "original"; readonly project: string; readonly tag: string }
  | { readonly kind: "project"; readonly project: string };

/**
 * What this instance knows of the journal: the number through which it has applied everything, and the newest
 * invalidation that covers an original. Marks are applied in the journal's order and without gaps, so `applied` n
 * means everything through n. A thing stamped s is uncovered exactly when `s >= floor(...)`.
 */
export class Coverage {
  #applied = 0;
  readonly #originals = new Map<string, number>();
  readonly #projects = new Map<string, number>();

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

  /** The newest invalidation that covers the original; 0 when there was none. */
  floor(project: string, tag: string): number {
    return Math.max(this.#projects.get(project) ?? 0, this.#originals.get(tag) ?? 0);
  }

  #raise(mark: Mark, sequence: number): void {
    if (mark.kind === "project") {
      this.#projects.set(mark.project, Math.max(sequence, this.#projects.get(mark.project) ?? 0));
    } else {
      this.#originals.set(mark.tag, Math.max(sequence, this.#originals.get(mark.tag) ?? 0));
    }
  }
}
