import type { InvalidationScope, InvalidationStatus } from "@freshet/core";
import { type Migration, type QueueColumns, sql, type Transaction, withQueueColumns } from "@freshet/store";
import type { AuditTables } from "../admin/audit.ts";
import type { InstanceTables } from "../instances/migrations.ts";

/** One accepted invalidation. The row is the job: it is finished once `next_at` is null. Times: milliseconds since the epoch. */
export interface EntryRow extends QueueColumns {
  readonly id: string;
  readonly sequence: number;
  readonly project: string;
  readonly scope: InvalidationScope;
  readonly status: InvalidationStatus;
  /** JSON of a `Cause`. */
  readonly cause: string;
  /** Its kind, by which the log is searched. */
  readonly cause_kind: string;
  /** Who asked for it, as the log of changes calls them; null where nobody did: Freshet itself, or before this was written down. */
  readonly requested_by: string | null;
  /** Who opened it again last. */
  readonly retried_by: string | null;
  /** How many rechecks in a row led to it. */
  readonly chain: number;
  /** 1, and one more for each retry. */
  readonly attempt: number;
  readonly paths: number;
  /** JSON of the `transformations` that were named with the originals, in an older form of the API. */
  readonly transformations: string | null;
  /** Number of the change of settings or states that it announces: those are loaded before it is applied. */
  readonly settings: number | null;
  readonly received_at: number;
  readonly preparing_at: number | null;
  readonly instances_at: number | null;
  readonly nodes_at: number | null;
  readonly ended_at: number | null;
  readonly error: string | null;
  /** JSON of an `Evidence`. */
  readonly evidence: string | null;
}

/** One thing that an entry names. */
export interface PathRow {
  readonly entry: string;
  readonly place: number;
  readonly kind: "original" | "prefix" | "url" | "tag" | "project";
  /** As it was sent, and in the form that delivery URLs carry; of a tag its text. */
  readonly received: string;
  readonly path: string;
  /** Normal form of the original, or what normal forms begin with, the project first; of a tag its text. */
  readonly name: string;
  /** What nodes are told. */
  readonly tag: string;
  /** What the tag covers, as a path, where that is more than what was asked for. */
  readonly covered: string | null;
  /** SHA-256 that the caller expects the new bytes to have. */
  readonly digest: string | null;
}

/** Of which entry a path is, once more: by it the log is searched. */
export interface PathPlace {
  readonly project: string;
  readonly sequence: number;
}

/** What one node has to do for one entry. What instances had to do is in `instance_outcome`. */
export interface TargetRow {
  readonly entry: string;
  readonly node: string;
  readonly stage: "instance" | "node";
  readonly status: "waiting" | "done" | "failed";
  readonly attempts: number;
  readonly next_at: number;
  readonly at: number | null;
  readonly error: string | null;
  /** How the node was purged; null before the first attempt. */
  readonly purged_by: "urls" | "paths" | "originals" | "tags" | "project" | null;
}

/** An original that is read again some time after its invalidation. */
export interface RecheckRow extends QueueColumns {
  readonly tag: string;
  readonly project: string;
  readonly name: string;
  readonly path: string;
  readonly entry: string;
  readonly chain: number;
  readonly step: number;
  readonly since: number;
  /** Digest when it was read last, null if unknown; "" if answers are kept that were made before, whatever it is now. */
  readonly digest: string | null;
}

/** A type and not an interface: only that counts as a record of tables for the query builder. */
export type InvalidationTables = {
  /** The epoch is another text whenever the numbers went back. */
  invalidation_sequence: { id: number; n: number; epoch: string };
  invalidation_entry: EntryRow;
  invalidation_path: PathRow & PathPlace;
  invalidation_target: TargetRow;
  /** The newest number that covers an original, a tag of the user, a prefix or (tag "") a project. */
  invalidation_floor: { project: string; tag: string; prefix: string | null; sequence: number };
  invalidation_key: { project: string; key: string; hash: string; entry: string };
  invalidation_recheck: RecheckRow;
  invalidation_settings: { project: string; hash: string };
  /** Nodes that were there when the server last ran: one that is missing here may hold anything. */
  invalidation_node: { node: string };
} & InstanceTables &
  AuditTables;

export const OWNER = "invalidation";

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "journal",
    async up(transaction) {
      const { schema } = transaction;
      const plain = [
        sql`create table invalidation_sequence (id integer not null primary key, n bigint not null)`,
        sql`insert into invalidation_sequence (id, n) values (1, 0)`,
        sql`create table invalidation_path (entry text not null, place integer not null, received text not null,
          path text not null, name text not null, tag text not null, digest text, primary key (entry, place))`,
        sql`create table invalidation_target (entry text not null, node text not null, stage text not null,
          status text not null, attempts integer not null, next_at bigint not null, at bigint, error text,
          primary key (entry, node))`,
        sql`create table invalidation_floor (project text not null, tag text not null, sequence bigint not null,
          primary key (project, tag))`,
        sql`create table invalidation_key (project text not null, key text not null, hash text not null,
          entry text not null, primary key (project, key))`,
        sql`create table invalidation_settings (project text not null primary key, hash text not null)`,
        sql`create table invalidation_node (node text not null primary key)`,
      ];
      for (const statement of plain) await statement.execute(transaction);
      await withQueueColumns(
        schema
          .createTable("invalidation_entry")
          .addColumn("id", "text", (column) => column.notNull().primaryKey())
          .addColumn("sequence", "bigint", (column) => column.notNull().unique())
          .addColumn("project", "text", (column) => column.notNull())
          .addColumn("scope", "text", (column) => column.notNull())
          .addColumn("status", "text", (column) => column.notNull())
          .addColumn("cause", "text", (column) => column.notNull())
          .addColumn("chain", "integer", (column) => column.notNull())
          .addColumn("attempt", "integer", (column) => column.notNull())
          .addColumn("paths", "integer", (column) => column.notNull())
          .addColumn("received_at", "bigint", (column) => column.notNull())
          .addColumn("preparing_at", "bigint")
          .addColumn("instances_at", "bigint")
          .addColumn("nodes_at", "bigint")
          .addColumn("ended_at", "bigint")
          .addColumn("error", "text")
          .addColumn("evidence", "text"),
      ).execute();
      await withQueueColumns(
        schema
          .createTable("invalidation_recheck")
          .addColumn("tag", "text", (column) => column.notNull().primaryKey())
          .addColumn("project", "text", (column) => column.notNull())
          .addColumn("name", "text", (column) => column.notNull())
          .addColumn("path", "text", (column) => column.notNull())
          .addColumn("entry", "text", (column) => column.notNull())
          .addColumn("chain", "integer", (column) => column.notNull())
          .addColumn("step", "integer", (column) => column.notNull())
          .addColumn("since", "bigint", (column) => column.notNull())
          .addColumn("digest", "text"),
      ).execute();
      const indexes = [
        sql`create index invalidation_entry_due on invalidation_entry (next_at, sequence) where next_at is not null`,
        sql`create index invalidation_entry_project on invalidation_entry (project, sequence)`,
        sql`create index invalidation_recheck_due on invalidation_recheck (next_at) where next_at is not null`,
      ];
      for (const statement of indexes) await statement.execute(transaction);
    },
  },
  {
    version: 2,
    name: "scopes",
    async up(transaction) {
      const statements = [
        sql`alter table invalidation_entry add column transformations text`,
        sql`alter table invalidation_path add column kind text not null default 'original'`,
        sql`alter table invalidation_path add column covered text`,
        sql`alter table invalidation_target add column purged_by text`,
        sql`alter table invalidation_floor add column prefix text`,
        sql`create index invalidation_entry_received on invalidation_entry (received_at)`,
        sql`create index invalidation_key_entry on invalidation_key (entry)`,
      ];
      for (const statement of statements) await statement.execute(transaction);
    },
  },
  {
    version: 3,
    name: "settings",
    async up(transaction) {
      await sql`alter table invalidation_sequence add column epoch text not null default ''`.execute(
        transaction,
      );
      await sql`alter table invalidation_entry add column settings bigint`.execute(transaction);
    },
  },
  {
    version: 4,
    name: "search",
    async up(transaction) {
      const db = transaction.$extendTables<InvalidationTables>();
      const columns = [
        sql`alter table invalidation_entry add column cause_kind text not null default ''`,
        sql`alter table invalidation_path add column project text not null default ''`,
        sql`alter table invalidation_path add column sequence bigint not null default 0`,
      ];
      for (const statement of columns) await statement.execute(transaction);
      await nameCauses(db);
      await sql`update invalidation_path set
        project = coalesce((select e.project from invalidation_entry e where e.id = invalidation_path.entry), ''),
        sequence = coalesce((select e.sequence from invalidation_entry e where e.id = invalidation_path.entry), 0)`.execute(
        transaction,
      );
      const indexes = [
        sql`create index invalidation_entry_status on invalidation_entry (project, status, sequence)`,
        sql`create index invalidation_entry_scope on invalidation_entry (project, scope, sequence)`,
        sql`create index invalidation_entry_cause on invalidation_entry (project, cause_kind, sequence)`,
        sql`create index invalidation_entry_ended on invalidation_entry (ended_at) where ended_at is not null`,
        // Tags are short; names may be longer than an index of PostgreSQL takes.
        sql`create index invalidation_path_tag on invalidation_path (project, tag, sequence)`,
      ];
      for (const statement of indexes) await statement.execute(transaction);
    },
  },
  {
    version: 5,
    name: "requesters",
    async up(transaction) {
      await sql`alter table invalidation_entry add column requested_by text`.execute(transaction);
      await sql`alter table invalidation_entry add column retried_by text`.execute(transaction);
    },
  },
];

/** Kinds stand in JSON, which each engine reads in a way of its own. */
async function nameCauses(db: Transaction<InvalidationTables>): Promise<void> {
  for (;;) {
    const rows = await db
      .selectFrom("invalidation_entry")
      .select(["id", "cause"])
      .where("cause_kind", "=", "")
      .limit(5_000)
      .execute();
    if (rows.length === 0) return;
    const kindOf = ({ cause }: { readonly cause: string }): string => {
      const { kind } = JSON.parse(cause) as { readonly kind?: unknown };
      return typeof kind === "string" && kind !== "" ? kind : "unknown";
    };
    for (const [kind, some] of Map.groupBy(rows, kindOf)) {
      const ids = some.map(({ id }) => id);
      await db.updateTable("invalidation_entry").set({ cause_kind: kind }).where("id", "in", ids).execute();
    }
  }
}
