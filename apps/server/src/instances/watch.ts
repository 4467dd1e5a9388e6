import type { Kysely } from "@freshet/store";
import { type InstanceRow, type InstanceTables, SIGNED_OFF } from "./migrations.ts";

/** What is read of the journal. */
type Tables = InstanceTables & { invalidation_entry: { id: string; sequence: number } };

/** An instance without a heartbeat is removed after so many leases, and not before a minute. */
const LEASES = 6;
const LEAST_MS = 60_000;

/** Sees who has gone and who has come back. */
export interface Watch {
  /** One look, to be repeated; resolves to the instances that are there. */
  look(): Promise<readonly InstanceRow[]>;
}

/**
 * A dead instance is removed, so that it registers anew if it was not dead: by then its lease is long over. One that was skipped and
 * is back, or gone, may have left old answers where no fence is: `returned` is told before that is forgotten.
 */
export function createWatch(parts: {
  readonly db: Kysely<Tables>;
  readonly self: string;
  readonly monotonic: () => number;
  readonly returned: (instance: string, since: number) => Promise<void>;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Watch {
  const { db, self, monotonic, returned, log } = parts;
  const still = new Map<string, { readonly beat: number; readonly since: number }>();

  const isDead = ({ name, beat, lease_ms }: InstanceRow, time: number): boolean => {
    const known = still.get(name);
    if (known?.beat !== beat) still.set(name, { beat, since: time });
    if (name === self) return false;
    if (lease_ms === SIGNED_OFF) return true;
    return known?.beat === beat && time - known.since >= Math.max(LEAST_MS, lease_ms * LEASES);
  };
  return {
    async look() {
      // Taken before the rows are read: a heartbeat that comes in meanwhile changes the row.
      const time = monotonic();
      const rows = await db.selectFrom("instance_row").selectAll().orderBy("name").execute();
      const names = new Set(rows.map(({ name }) => name));
      for (const name of still.keys()) if (!names.has(name)) still.delete(name);
      const gone = rows.filter((row) => isDead(row, time));
      for (const { name, beat, skipped } of gone) {
        if (skipped !== null) await returned(name, skipped);
        await db.deleteFrom("instance_row").where("name", "=", name).where("beat", "=", beat).execute();
        log("instance removed", { instance: name });
      }
      for (const { name, skipped, drained } of rows) {
        if (skipped === null || drained === null || drained < skipped) continue;
        await returned(name, skipped);
        // Something else may have gone on without it meanwhile.
        await db
          .updateTable("instance_row")
          .set({ skipped: null })
          .where("name", "=", name)
          .where("skipped", "=", skipped)
          .where("drained", ">=", (eb) =>
            eb
              .selectFrom("invalidation_entry as e")
              .innerJoin("instance_outcome as o", "o.entry", "e.id")
              .select(({ fn, val }) => fn.coalesce(fn.max("e.sequence"), val(0)).as("last"))
              .where("o.instance", "=", name)
              .where("o.status", "=", "skipped"),
          )
          .execute();
        log("instance is back", { instance: name, skipped });
      }
      return rows.filter((row) => !gone.includes(row));
    },
  };
}
