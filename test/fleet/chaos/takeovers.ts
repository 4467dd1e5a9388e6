import { setTimeout as sleep } from "node:timers/promises";
import { openStore, sql } from "@freshet/store";

/** Sees in the journal's rows who works on what. */
export interface Takeovers {
  /**
   * Called when a worker is dead: resolves to the milliseconds after which the last entry that it had in hand was another's, or
   * ended; undefined when it had none, `late` when some of them were not taken up within that time.
   */
  after(lateMs: number): Promise<number | "late" | undefined>;
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
    async after(lateMs) {
      const begun = performance.now();
      const held = await read();
      const had = held.size;
      let last: number | undefined;
      while (held.size > 0 && performance.now() - begun < lateMs) {
        const now = await read();
        for (const [id, { lease_by, lease_until }] of held) {
          const row = now.get(id);
          // Whoever still lives renews, or ends it.
          if (row?.lease_by === lease_by && row.lease_until === lease_until) continue;
          held.delete(id);
          if (row !== undefined && row.lease_by !== lease_by) last = performance.now() - begun;
        }
        await sleep(20);
      }
      return held.size > 0 ? "late" : had > 0 ? last : undefined;
    },
    close: () => store.close(),
  };
}
