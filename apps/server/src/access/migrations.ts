import { type Migration, sql } from "@freshet/store";
import type { Right } from "./right.ts";

/** One API key of the store; the key itself is nowhere. Times: milliseconds since the epoch. */
export interface KeyRow {
  /** Part of the key, so that it can be recognised. */
  readonly id: string;
  /** Null for a key of the installation. */
  readonly project: string | null;
  readonly access_right: Right;
  /** What it is for, as whoever made it said. */
  readonly name: string;
  /** Hex SHA-256 of the whole key. */
  readonly hash: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  /** Coarse: written at most once an hour. */
  readonly used_at: number | null;
}

/** A type and not an interface: only that counts as a record of tables for the query builder. */
export type AccessTables = { access_key: KeyRow };

export const ACCESS_OWNER = "access";

export const ACCESS_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "keys",
    async up(transaction) {
      await sql`create table access_key (id text not null primary key, project text, access_right text not null,
        name text not null, hash text not null, created_at bigint not null, created_by text not null, expires_at bigint,
        revoked_at bigint, used_at bigint)`.execute(transaction);
      await sql`create index access_key_project on access_key (project, created_at)`.execute(transaction);
    },
  },
];
