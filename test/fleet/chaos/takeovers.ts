import { setTimeout as sleep } from "node:timers/promises";
import { openStore, sql } from "@freshet/store";

/** Sees in the journal's rows who works on what. */
export interface Takeovers {
  /**
   * Called when a worker is dead that should have this entry in hand: resolves to the milliseconds after which the last entry that it
   * had in hand was another's, or ended; `late` when some of them were not within that time, undefined when whoever has this entry
   * lives, or nobody has it.
   */
  after(uuid: string, lateMs: number): Promise<number | "late" | undefined>;
  close(): Promise<void>;
}

interface Row {
  readonly id: string;
  readonly lease_by: string | null;
  readonly lease_until: number;
  readonly next_at: number | null;
}

export async function watchTakeovers(postgres: string): Promise<Takeovers> {
  const store = await openStore({ url: postgres, poolSize: 1 });
  const read = async () => {
    const { rows } = await sql<Row>`select id, lease_by, lease_until, next_at from invalidation_entry
      where lease_by is not null`.execute(store.db);
    return new Map(rows.map((row) => [row.id, row]));
  };
  return {
    async after(uuid, lateMs) {
      const begun = performance.now();
      const rows = await read();
      const dead = rows.get(uuid)?.lease_by;
      const held = new Map([...rows].filter(([, { lease_by }]) => lease_by === dead));
      let last: number | undefined;
      while (held.size > 0 && performance.now() - begun < lateMs) {
        const now = await read();
        for (const [id, { lease_until }] of held) {
          const row = now.get(id);
          const isHeld = row !== undefined && row.lease_by === dead;
          if (isHeld && row.lease_until === lease_until) continue;
          // Whoever lives renews it, or is done with it before its time; what a dead one had nobody may touch until then.
          if (isHeld || Date.now() <= lease_until) return undefined;
          held.delete(id);
          last = performance.now() - begun;
        }
        await sleep(20);
      }
      return held.size > 0 ? "late" : last;
    },
    close: () => store.close(),
  };
}
