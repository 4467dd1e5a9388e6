import { type Kysely, type Store, sql } from "@freshet/store";
import type { WalkRow, WalkTables } from "./walk-schema.ts";

/** Where the walks of each site stand; a change of a row is one statement, so that it can be part of a page's transaction. */
export interface WalkStore {
  of(site: string): Promise<WalkRow | undefined>;
  /** Begins the next walk, or the first one. */
  begin(site: string, at: number): Promise<void>;
  save(on: Kysely<unknown>, row: WalkRow): Promise<void>;
  /** Has another walk made after the one under way, or at once. */
  ask(site: string, at: number): Promise<void>;
}

export function createWalkStore(store: Store, tables: WalkTables): WalkStore {
  const walk = sql.table(tables.walk);
  const begin = async (site: string, at: number) => {
    await sql`insert into ${walk} (site, pass, stage, cursor, steps, total, originals, found, started_at, finished_at, again)
      values (${site}, 1, 'list', null, 0, null, 0, 0, ${at}, null, 0)
      on conflict (site) do update set pass = ${walk}.pass + 1, stage = 'list', cursor = null, steps = 0, total = null,
        originals = 0, found = 0, started_at = excluded.started_at, again = 0
      where ${walk}.stage = 'resting'`.execute(store.db);
  };
  return {
    begin,
    async of(site) {
      const { rows } = await sql<WalkRow>`select * from ${walk} where site = ${site}`.execute(store.db);
      const [row] = rows;
      if (row === undefined) return undefined;
      const number = (value: number | null) => (value === null ? null : Number(value));
      return {
        ...row,
        ...{ pass: Number(row.pass), steps: Number(row.steps), originals: Number(row.originals) },
        ...{ found: Number(row.found), started_at: Number(row.started_at), again: Number(row.again) },
        ...{ total: number(row.total), finished_at: number(row.finished_at) },
      };
    },
    async save(on, row) {
      // `again` is left alone: it may have been asked for meanwhile.
      const { site, stage, cursor, steps, total, originals, found, finished_at } = row;
      await sql`update ${walk} set stage = ${stage}, cursor = ${cursor}, steps = ${steps}, total = ${total},
        originals = ${originals}, found = ${found}, finished_at = ${finished_at} where site = ${site}`.execute(
        on,
      );
    },
    async ask(site, at) {
      await sql`update ${walk} set again = 1 where site = ${site} and stage <> 'resting'`.execute(store.db);
      await begin(site, at);
    },
  };
}
