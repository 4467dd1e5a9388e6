import { type Migration, type QueueColumns, sql, withQueueColumns } from "@freshet/store";

/** What became of an event, in order; the last three are final. */
export const EVENT_STATES = ["received", "invalidating", "nothing-to-do", "done", "failed"] as const;
export type EventState = (typeof EVENT_STATES)[number];

/** How an event came in first: the CMS sent it, it was asked for, or a walk over everything found it. */
export type Via = "push" | "pull" | "walk";

/** A stored event: inbox, job and line of the event log in one row. Times are milliseconds since the epoch. */
export interface InboxRow extends QueueColumns {
  /** Site and event id. */
  readonly id: string;
  readonly site: string;
  readonly event: string;
  /** Place in the CMS's own order; 0 where it has none. */
  readonly ordinal: number;
  /** What the event is about, where the CMS says so. */
  readonly subject: string | null;
  readonly payload: string;
  readonly via: Via;
  readonly received_at: number;
  readonly state: EventState;
  readonly changed_at: number;
  /** JSON of `Plan`, written before the first request, so that a repeated request has the same body. */
  readonly plan: string | null;
  /** JSON list of the accepted invalidations. */
  readonly invalidations: string | null;
  /** Why the event is where it is. */
  readonly remark: string | null;
  /** Where a person can look at what the event is about; known once it was read. */
  readonly link: string | null;
}

/** Names of one connector's tables; `owner` is their common prefix and the name of their migrations. */
export interface Tables {
  readonly owner: string;
  readonly inbox: string;
  readonly known: string;
  readonly place: string;
}

export function tablesOf(connector: string): Tables {
  const owner = `connector${connector}`;
  return { owner, inbox: `${owner}_inbox`, known: `${owner}_known`, place: `${owner}_place` };
}

export function migrationsOf({ inbox, known, place }: Tables): readonly Migration[] {
  return [
    {
      version: 1,
      name: "inbox",
      async up(transaction) {
        await withQueueColumns(
          transaction.schema
            .createTable(inbox)
            .addColumn("id", "text", (column) => column.primaryKey())
            .addColumn("site", "text", (column) => column.notNull())
            .addColumn("event", "text", (column) => column.notNull())
            .addColumn("ordinal", "bigint", (column) => column.notNull())
            .addColumn("payload", "text", (column) => column.notNull())
            .addColumn("via", "text", (column) => column.notNull())
            .addColumn("received_at", "bigint", (column) => column.notNull())
            .addColumn("state", "text", (column) => column.notNull())
            .addColumn("changed_at", "bigint", (column) => column.notNull())
            .addColumn("plan", "text")
            .addColumn("invalidations", "text")
            .addColumn("remark", "text"),
        ).execute();
        await sql`create index ${sql.id(`${inbox}_due`)} on ${sql.table(inbox)} (next_at)`.execute(
          transaction,
        );
        await sql`create index ${sql.id(`${inbox}_log`)} on ${sql.table(inbox)} (received_at, id)`.execute(
          transaction,
        );
        await transaction.schema
          .createTable(known)
          .addColumn("site", "text", (column) => column.notNull())
          .addColumn("original", "text", (column) => column.notNull())
          .addColumn("version", "text")
          .addColumn("digest", "text")
          .addColumn("ordinal", "bigint", (column) => column.notNull())
          .addPrimaryKeyConstraint(`${known}_key`, ["site", "original"])
          .execute();
        await transaction.schema
          .createTable(place)
          .addColumn("site", "text", (column) => column.primaryKey())
          .addColumn("cursor", "text")
          .addColumn("pulled_at", "bigint", (column) => column.notNull())
          .execute();
      },
    },
    {
      version: 2,
      name: "subjects",
      async up(transaction) {
        await sql`alter table ${sql.table(inbox)} add column subject text`.execute(transaction);
        await sql`create index ${sql.id(`${inbox}_subject`)} on ${sql.table(inbox)} (site, subject, received_at)`.execute(
          transaction,
        );
      },
    },
    {
      version: 3,
      name: "links",
      async up(transaction) {
        await sql`alter table ${sql.table(inbox)} add column link text`.execute(transaction);
      },
    },
  ];
}
