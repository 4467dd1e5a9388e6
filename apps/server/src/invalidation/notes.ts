import type { Ledger } from "./ledger.ts";
import type { TargetRow } from "./migrations.ts";

/** What the nodes of one entry came to, on its way into the ledger. */
export interface Notes {
  /** How a node's attempt ended. */
  add(target: TargetRow): void;
  /** Resolves to what is not written yet and may share the transaction of what comes next; the rest is durable then. */
  rest(): Promise<readonly TargetRow[]>;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

/**
 * Nodes that answer together are noted together with the entry's end: a transaction less for nearly every invalidation. Where one
 * takes longer than `ms`, the log should say of the others that they are done, so they are noted at once. A note that a crash takes
 * costs a repeated purge.
 */
export function createNotes(ledger: Pick<Ledger, "noted">, ms: number): Notes {
  let held: TargetRow[] = [];
  let isLate = false;
  const writing: Promise<void>[] = [];
  const write = (target: TargetRow): void => {
    const written = ledger.noted(target);
    // Whoever asks for the rest is told.
    written.catch(() => {});
    writing.push(written);
  };
  const timer = setTimeout(() => {
    isLate = true;
    for (const target of held.splice(0)) write(target);
  }, ms);
  return {
    add(target) {
      if (isLate) write(target);
      else held.push(target);
    },
    async rest() {
      clearTimeout(timer);
      await Promise.all(writing);
      const rest = held;
      held = [];
      return rest;
    },
    async flush() {
      clearTimeout(timer);
      for (const target of held.splice(0)) write(target);
      await Promise.all(writing);
    },
  };
}
