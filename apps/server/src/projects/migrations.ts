import { type Migration, sql } from "@freshet/store";

/** A project of the store. Rows stay when it is deleted: its versions count on if the name is used again. */
export interface ProjectRow {
  readonly name: string;
  /** The version that is in force. */
  readonly version: number;
  /** Number of the change that made it so, see `project_feed`. */
  readonly revision: number;
  readonly is_deleted: number;
}

/** One version of a project's settings. Never changed. */
export interface VersionRow {
  readonly project: string;
  readonly version: number;
  /** JSON of the settings with sealed secrets; null for the version that ended the project. */
  readonly settings: string | null;
  readonly at: number;
  readonly principal: string;
  readonly address: string;
  /** Why, as whoever changed it said. */
  readonly note: string | null;
}

/** What an original, or with tag "" a whole project, is besides being served. */
export interface StateRow {
  readonly project: string;
  readonly tag: string;
  /** As it is written in delivery URLs. */
  readonly path: string;
  readonly state: "served" | "blocked" | "redirect";
  /** Place of the event in the order of the CMS: only a later one changes the state. */
  readonly place: number;
  readonly revision: number;
  readonly at: number;
}

/** A picture that was uploaded for a project. The row of one that was removed stays for a while, so that every instance hears of it. */
export interface FileRow {
  readonly project: string;
  readonly name: string;
  /** Hex SHA-256 of the bytes; "" once it is removed. */
  readonly digest: string;
  readonly format: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** The bytes in base64, which both engines keep alike; null once it is removed. */
  readonly content: string | null;
  readonly revision: number;
  readonly at: number;
  readonly principal: string;
}

/** A type and not an interface: only that counts as a record of tables for the query builder. */
export type ProjectTables = {
  /** One row: the number of the last change. Locked by whoever changes something, so that numbers come in the order of the commits. */
  project_feed: { id: number; n: number };
  project_row: ProjectRow;
  project_version: VersionRow;
  project_state: StateRow;
  project_file: FileRow;
};

export const PROJECT_OWNER = "project";

export const PROJECT_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "projects",
    async up(transaction) {
      const statements = [
        sql`create table project_feed (id integer not null primary key, n bigint not null)`,
        sql`insert into project_feed (id, n) values (1, 0)`,
        sql`create table project_row (name text not null primary key, version bigint not null, revision bigint not null,
          is_deleted integer not null)`,
        sql`create table project_version (project text not null, version bigint not null, settings text, at bigint not null,
          principal text not null, address text not null, note text, primary key (project, version))`,
        sql`create table project_state (project text not null, tag text not null, path text not null, state text not null,
          place bigint not null, revision bigint not null, at bigint not null, primary key (project, tag))`,
        sql`create index project_row_revision on project_row (revision)`,
        sql`create index project_state_revision on project_state (revision)`,
      ];
      for (const statement of statements) await statement.execute(transaction);
    },
  },
  {
    version: 2,
    name: "files",
    async up(transaction) {
      const statements = [
        sql`create table project_file (project text not null, name text not null, digest text not null, format text not null,
          bytes bigint not null, width integer not null, height integer not null, content text, revision bigint not null,
          at bigint not null, principal text not null, primary key (project, name))`,
        sql`create index project_file_revision on project_file (revision)`,
      ];
      for (const statement of statements) await statement.execute(transaction);
    },
  },
];
