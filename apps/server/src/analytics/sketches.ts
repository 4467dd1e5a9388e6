import type { Transaction } from "@freshet/store";
import { LRUCache } from "lru-cache";
import { ALL } from "./lines.ts";
import { Sketch } from "./sketch.ts";
import type { StatsTables } from "./tables.ts";

/** Kinds of what is told apart; the numbers stand in the store. */
export const SKETCH_KINDS = { original: 1, variant: 2 } as const;

/** Something that was delivered. */
export interface Seen {
  readonly day: number;
  readonly project: string;
  readonly original: number;
  readonly variant: number;
}

/** A sketch as a transaction wrote it, by what it is of. */
export type WrittenSketch = readonly [text: string, sketch: Sketch];

/**
 * Keeps the sketches of each day. A sketch seldom changes once it has seen most of what there is, so this process remembers what it has
 * written, and goes to the store only with something new.
 */
export class Sketches {
  readonly #known = new LRUCache<string, Sketch>({ max: 2_000 });

  /** In the transaction of what was seen; resolves to what `committed` is told once that is committed. */
  async write(db: Transaction<StatsTables>, seen: readonly Seen[]): Promise<readonly WrittenSketch[]> {
    const written: WrittenSketch[] = [];
    const news = new Map<
      string,
      { readonly key: readonly [number, string, number]; readonly sketch: Sketch }
    >();
    for (const { day, project, original, variant } of seen) {
      for (const owner of [project, ALL]) {
        const pairs = [
          [SKETCH_KINDS.original, original],
          [SKETCH_KINDS.variant, variant],
        ] as const;
        for (const [kind, id] of pairs) {
          const text = `${day}\n${owner}\n${kind}`;
          let sketch = news.get(text)?.sketch;
          if (!sketch) {
            sketch = new Sketch();
            news.set(text, { key: [day, owner, kind], sketch });
          }
          sketch.add(id);
        }
      }
    }
    const inOrder = [...news].sort(([one], [other]) => (one < other ? -1 : 1));
    for (const [text, { key, sketch }] of inOrder) {
      const mine = Sketch.of(this.#known.get(text)?.toString() ?? "x");
      if (!mine.join(sketch)) continue;
      await join(db, key, mine);
      written.push([text, mine]);
    }
    return written;
  }

  committed(written: readonly WrittenSketch[]): void {
    for (const [text, sketch] of written) this.#known.set(text, sketch);
  }
}

/** Joins a sketch with what the store has; afterwards it is what the store has. */
async function join(
  db: Transaction<StatsTables>,
  [day, project, kind]: readonly [number, string, number],
  sketch: Sketch,
): Promise<void> {
  // Locks the row, whichever engine: two instances must not each read what the other is about to replace.
  const locked = await db
    .insertInto("stats_sketch")
    .values({ day, project, kind, sketch: "x" })
    .onConflict((conflict) => conflict.columns(["project", "kind", "day"]).doUpdateSet({ kind }))
    .returning("sketch")
    .executeTakeFirstOrThrow();
  sketch.join(Sketch.of(locked.sketch));
  await db
    .updateTable("stats_sketch")
    .set({ sketch: sketch.toString() })
    .where("day", "=", day)
    .where("project", "=", project)
    .where("kind", "=", kind)
    .execute();
}
