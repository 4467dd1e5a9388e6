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

/** Who may sign in to the console. */
export interface UserRow {
  readonly id: string;
  /** In small letters, unique. */
  readonly email: string;
  readonly name: string;
  /** A hash that says by itself how it was made; null for who has none yet, or signs in elsewhere. */
  readonly password: string | null;
  /** Right in the whole installation. */
  readonly installation: Right | null;
  /** Who decides the rights: an administrator, or at each sign-in the provider. */
  readonly rights_from: "console" | "oidc";
  /** The user at the provider: issuer, a space, and the provider's own name of the user. */
  readonly subject: string | null;
  readonly created_at: number;
  readonly created_by: string;
  readonly signed_in_at: number | null;
}

/** A right of a user in one project. */
export interface GrantRow {
  readonly user_id: string;
  readonly project: string;
  readonly access_right: Right;
}

export const SIGN_IN_METHODS = ["password", "oidc", "link", "setup"] as const;

/** One browser in which somebody is signed in. A session that ended has no row. */
export interface SessionRow {
  readonly id: string;
  /** Hex SHA-256 of the whole token. */
  readonly hash: string;
  readonly user_id: string;
  readonly method: (typeof SIGN_IN_METHODS)[number];
  readonly address: string;
  readonly agent: string;
  readonly created_at: number;
  /** Coarse: written at most once a minute. */
  readonly seen_at: number;
  /** Moves on while it is used, never past `ends_at`. */
  readonly expires_at: number;
  readonly ends_at: number;
}

/** A link that works once: to choose a password, or (without a user) to make the first user. One that was used has no row. */
export interface LinkRow {
  readonly id: string;
  readonly hash: string;
  readonly user_id: string | null;
  readonly created_at: number;
  readonly created_by: string;
  /** Null: it ends with its use. */
  readonly expires_at: number | null;
}

/** What all instances share about users: one row. */
export interface StateRow {
  readonly id: number;
  /** Counts changes of users: whoever changes some takes the row first, so that they come one after the other. */
  readonly changes: number;
  /** Signs what a browser proves by that somebody signed in there before. */
  readonly device_key: string;
}

/** A type and not an interface: only that counts as a record of tables for the query builder. */
export type AccessTables = {
  access_key: KeyRow;
  access_user: UserRow;
  access_grant: GrantRow;
  access_session: SessionRow;
  access_link: LinkRow;
  access_state: StateRow;
};

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
  {
    version: 2,
    name: "users",
    async up(transaction) {
      const statements = [
        sql`create table access_user (id text not null primary key, email text not null unique, name text not null,
          password text, installation text, rights_from text not null, subject text unique, created_at bigint not null,
          created_by text not null, signed_in_at bigint)`,
        sql`create table access_grant (user_id text not null, project text not null, access_right text not null,
          primary key (user_id, project))`,
        sql`create index access_grant_project on access_grant (project)`,
        sql`create table access_session (id text not null primary key, hash text not null, user_id text not null,
          method text not null, address text not null, agent text not null, created_at bigint not null,
          seen_at bigint not null, expires_at bigint not null, ends_at bigint not null)`,
        sql`create index access_session_user on access_session (user_id, created_at)`,
        sql`create index access_session_end on access_session (expires_at)`,
        sql`create table access_link (id text not null primary key, hash text not null, user_id text,
          created_at bigint not null, created_by text not null, expires_at bigint)`,
        sql`create index access_link_user on access_link (user_id)`,
        sql`create table access_state (id bigint not null primary key, changes bigint not null, device_key text not null)`,
      ];
      for (const each of statements) await each.execute(transaction);
    },
  },
];
