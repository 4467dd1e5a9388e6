import { type Migration, sql } from "@freshet/store";
import type { Tables } from "./schema.ts";

/** How far the walk of a site is, in one row, so that it goes on where it was. Times: milliseconds since the epoch. */
export interface WalkRow {
  readonly site: string;
  /** Number of the walk; the first one is the baseline. */
  readonly pass: number;
  /** `list`: reads the CMS; `missed`: judges what the CMS did not list any more; `resting`: done. */
  readonly stage: "list" | "missed" | "resting";
  readonly cursor: string | null;
  /** Steps made and steps in all, in the adapter's own unit; originals met and originals found changed. */
  readonly steps: number;
  readonly total: number | null;
  readonly originals: number;
  readonly found: number;
  readonly started_at: number;
  readonly finished_at: number | null;
  /** 1: somebody asked for another walk while this one was under way. */
  readonly again: number;
}

/** Names of the tables that walks and questions from the server need besides the connector's own. */
export interface WalkTables {
  readonly owner: string;
  readonly walk: string;
  readonly secret: string;
}

export function walkTablesOf({ owner }: Pick<Tables, "owner">): WalkTables {
  return { owner: `${owner}walk`, walk: `${owner}walk_site`, secret: `${owner}walk_secret` };
}

/** To be applied after the connector's own: `known` gets two columns more. */
export function walkMigrationsOf({ walk, secret }: WalkTables, { known }: Tables): readonly Migration[] {
  return [
    {
      version: 1,
      name: "walks",
      async up(transaction) {
        // acted: order of the newest event whose invalidation was accepted, -1 when the last one failed in the end.
        await sql`alter table ${sql.table(known)} add column acted bigint not null default 0`.execute(
          transaction,
        );
        // pass: the last walk that met it.
        await sql`alter table ${sql.table(known)} add column pass bigint not null default 0`.execute(
          transaction,
        );
        await sql`create table ${sql.table(walk)} (site text not null primary key, pass bigint not null,
          stage text not null, cursor text, steps bigint not null, total bigint, originals bigint not null,
          found bigint not null, started_at bigint not null, finished_at bigint, again integer not null)`.execute(
          transaction,
        );
        await sql`create table ${sql.table(secret)} (project text not null primary key, secret text not null)`.execute(
          transaction,
        );
      },
    },
  ];
}
