import { type Migration, type QueueColumns, sql, withQueueColumns } from "@freshet/store";
import type { AuditTables } from "../admin/audit.ts";

/** How a URL of a warm-up ended; null while it waits. */
export const OUTCOMES = ["warm", "partly", "failed", "stopped", "refused"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const STATES = ["running", "done", "stopped"] as const;
export type WarmUpState = (typeof STATES)[number];

/** One warm-up. Times: milliseconds since the epoch. */
export interface WarmUpRow {
  /** "wrm" and a text that sorts by time. */
  readonly id: string;
  readonly project: string;
  readonly description: string | null;
  readonly state: WarmUpState;
  readonly asked_by: string;
  readonly added_at: number;
  /** Of the first URL. */
  readonly started_at: number | null;
  readonly ended_at: number | null;
  /** Entries of the list that were taken, and those that were taken before in the same list. */
  readonly added: number;
  readonly duplicates: number;
  /** URLs by how they ended; `waiting` is what is left. */
  readonly waiting: number;
  readonly warm: number;
  readonly partly: number;
  readonly failed: number;
  readonly stopped: number;
  readonly refused: number;
  /** Answers that are warm now, and their bytes. */
  readonly answers: number;
  readonly bytes: number;
}

/** One URL of a warm-up. */
export interface UrlRow {
  readonly warm_up: string;
  /** Its place in the list, from 0. */
  readonly place: number;
  readonly project: string;
  /** Path and query as visitors send them; of a refused one the text that was sent, cut. */
  readonly target: string;
  /** The `Host` that visitors send. */
  readonly host: string;
  /** The lane that it waits in, and its turn there: lower ones first. */
  readonly origin: string;
  readonly turn: number;
  readonly outcome: Outcome | null;
  /** Why it ended as it did; null for what is warm. */
  readonly code: string | null;
  readonly detail: string | null;
  /** JSON of `FormatResult[]`. */
  readonly results: string | null;
  readonly attempts: number;
  /** Not before this time. */
  readonly due_at: number;
  readonly ended_at: number | null;
}

/** Everything that waits for one origin: who works in a lane is alone in it, so that the origin is asked at one pace by all instances together. */
export interface LaneRow extends QueueColumns {
  readonly origin: string;
  /** When the origin may be asked next. */
  readonly free_at: number;
}

/** A type and not an interface: only that counts as a record of tables for the query builder. */
export type WarmUpTables = {
  warmup_task: WarmUpRow;
  warmup_url: UrlRow;
  warmup_lane: LaneRow;
} & AuditTables;

export const WARM_UP_OWNER = "warmup";

export const WARM_UP_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "warm-ups",
    async up(transaction) {
      for (const statement of [
        sql`create table warmup_task (id text not null primary key, project text not null, description text,
          state text not null, asked_by text not null, added_at bigint not null, started_at bigint, ended_at bigint,
          added integer not null, duplicates integer not null, waiting integer not null, warm integer not null,
          partly integer not null, failed integer not null, stopped integer not null, refused integer not null,
          answers integer not null, bytes bigint not null)`,
        sql`create index warmup_task_project on warmup_task (project, id)`,
        sql`create table warmup_url (warm_up text not null, place integer not null, project text not null,
          target text not null, host text not null, origin text not null, outcome text, code text, detail text,
          results text, attempts integer not null, due_at bigint not null, ended_at bigint,
          primary key (warm_up, place))`,
        sql`create index warmup_url_waiting on warmup_url (origin, place, warm_up) where outcome is null`,
        sql`create index warmup_url_outcome on warmup_url (warm_up, outcome, place)`,
        sql`create index warmup_url_ended on warmup_url (warm_up, ended_at)`,
      ])
        await statement.execute(transaction);
      await withQueueColumns(
        transaction.schema
          .createTable("warmup_lane")
          .addColumn("origin", "text", (column) => column.notNull().primaryKey())
          .addColumn("free_at", "bigint", (column) => column.notNull().defaultTo(0)),
      ).execute();
      await sql`create index warmup_lane_due on warmup_lane (next_at) where next_at is not null`.execute(
        transaction,
      );
    },
  },
  {
    version: 2,
    name: "turns",
    async up(transaction) {
      for (const statement of [
        sql`alter table warmup_url add column turn bigint not null default 0`,
        sql`update warmup_url set turn = place where outcome is null`,
        sql`drop index warmup_url_waiting`,
        sql`create index warmup_url_waiting on warmup_url (origin, turn, warm_up, place) where outcome is null`,
      ])
        await statement.execute(transaction);
    },
  },
];
