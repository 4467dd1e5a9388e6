import type { StatsDb } from "./figures.ts";
import { ratioOf } from "./figures.ts";
import { ALL } from "./lines.ts";
import { daysOf, type Period } from "./period.ts";
import { Sketch } from "./sketch.ts";
import { SKETCH_KINDS } from "./sketches.ts";

/** Different originals and variants that were delivered on the days that a period touches. */
export async function uniqueIn(
  db: StatsDb,
  project: string | undefined,
  period: Pick<Period, "from" | "to">,
) {
  const { first, last } = daysOf(period);
  const rows = await db
    .selectFrom("stats_sketch")
    .select(["kind", "sketch"])
    .where("project", "=", project ?? ALL)
    .where("day", ">=", first)
    .where("day", "<=", last)
    .execute();
  const joined = (wanted: number): Sketch => {
    const all = new Sketch();
    for (const { kind, sketch } of rows) if (kind === wanted) all.join(Sketch.of(sketch));
    return all;
  };
  const originals = joined(SKETCH_KINDS.original);
  const variants = joined(SKETCH_KINDS.variant);
  return {
    ...{ originals: originals.size, variants: variants.size },
    variants_per_original: ratioOf(variants.size, originals.size),
    originals_per_variant: ratioOf(originals.size, variants.size),
    is_exact: originals.isExact && variants.isExact,
  };
}
