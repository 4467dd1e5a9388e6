import { type Kysely, type Migration, type Store, sql } from "@freshet/store";
import { type AuditTables, type Author, writeAudit } from "../admin/audit.ts";
import { ServerError } from "../errors.ts";

/** What a connector says of itself. */
export const CONNECTOR_STATES = ["running", "paused", "failing"] as const;

/** A CMS connector that has announced itself. Times: milliseconds since the epoch. */
export interface ConnectorRow {
  readonly project: string;
  readonly id: string;
  readonly kind: string;
  readonly state: (typeof CONNECTOR_STATES)[number];
  /** Seconds that the oldest event waits which it has not carried out. */
  readonly lag: number;
  /** Events that wait. */
  readonly waiting: number;
  /** Address of its signed status API. */
  readonly status_url: string | null;
  /** What questions there are signed with, sealed. */
  readonly status_secret: string | null;
  readonly note: string | null;
  readonly ttl_ms: number;
  readonly registered_at: number;
  readonly seen_at: number;
}

/** A type and not an interface: only that counts as a record of tables for the query builder. */
export type ConnectorTables = { connector_row: ConnectorRow };

export const OWNER = "connector";
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "registrations",
    async up(transaction) {
      await sql`create table connector_row (project text not null, id text not null, kind text not null, state text not null,
        lag bigint not null, waiting bigint not null, status_url text, note text, ttl_ms bigint not null,
        registered_at bigint not null, seen_at bigint not null, primary key (project, id))`.execute(
        transaction,
      );
    },
  },
  {
    version: 2,
    name: "questions",
    async up(transaction) {
      await sql`alter table connector_row add column status_secret text`.execute(transaction);
    },
  },
];

const MOST_CONNECTORS = 100;
/** Milliseconds after its last word at which a connector is forgotten. */
const FORGOTTEN_MS = 30 * 86_400_000;

/** Who says that he brings changes of a CMS, and how he is. */
export interface Connectors {
  migrate(): Promise<void>;
  /** Announces a connector, or says that it is still there. @throws ServerError CONNECTORS_FULL. */
  announce(row: Omit<ConnectorRow, "registered_at" | "seen_at">): Promise<ConnectorRow>;
  /** @throws ServerError CONNECTOR_UNKNOWN. */
  find(project: string, id: string): Promise<ConnectorRow>;
  /** Writes down who had a connector look through everything. */
  reconciled(project: string, id: string, by: Author): Promise<void>;
  /** By project and id, behind `after`; `projects` limits the list, undefined to nothing. */
  list(
    projects: readonly string[] | undefined,
    limit: number,
    after: { readonly project: string; readonly id: string } | undefined,
  ): Promise<readonly ConnectorRow[]>;
  /** @throws ServerError CONNECTOR_UNKNOWN. */
  remove(project: string, id: string, by: Author): Promise<void>;
}

export function createConnectors(store: Store, now: () => number): Connectors {
  const db: Kysely<ConnectorTables & AuditTables> = store.db.$extendTables<ConnectorTables & AuditTables>();
  return {
    migrate: () => store.migrate(OWNER, MIGRATIONS),
    announce: (row) =>
      db.transaction().execute(async (transaction) => {
        const at = now();
        await transaction
          .deleteFrom("connector_row")
          .where("seen_at", "<", at - FORGOTTEN_MS)
          .execute();
        const { project: _project, id: _id, ...said } = row;
        const updated = await transaction
          .updateTable("connector_row")
          .set({ ...said, seen_at: at })
          .where("project", "=", row.project)
          .where("id", "=", row.id)
          .returningAll()
          .executeTakeFirst();
        if (updated) return updated;
        const { n } = await transaction
          .selectFrom("connector_row")
          .select(({ fn }) => fn.countAll().as("n"))
          .where("project", "=", row.project)
          .executeTakeFirstOrThrow();
        if (Number(n) >= MOST_CONNECTORS) throw new ServerError("CONNECTORS_FULL");
        const made = { ...row, registered_at: at, seen_at: at };
        // Two announcements at once are one.
        await transaction
          .insertInto("connector_row")
          .values(made)
          .onConflict((conflict) => conflict.columns(["project", "id"]).doUpdateSet({ ...said, seen_at: at }))
          .execute();
        return made;
      }),
    async find(project, id) {
      const row = await db
        .selectFrom("connector_row")
        .selectAll()
        .where("project", "=", project)
        .where("id", "=", id)
        .executeTakeFirst();
      if (row === undefined) throw new ServerError("CONNECTOR_UNKNOWN");
      return row;
    },
    reconciled: (project, id, by) =>
      db.transaction().execute(async (transaction) => {
        await writeAudit(transaction, [
          { by, project, action: "connector.reconciled", subject: id, at: now() },
        ]);
      }),
    async list(projects, limit, after) {
      if (projects?.length === 0) return [];
      let query = db.selectFrom("connector_row").selectAll().orderBy("project").orderBy("id").limit(limit);
      if (projects !== undefined) query = query.where("project", "in", projects);
      if (after !== undefined) {
        query = query.where(({ eb, or, and }) =>
          or([
            eb("project", ">", after.project),
            and([eb("project", "=", after.project), eb("id", ">", after.id)]),
          ]),
        );
      }
      return query.execute();
    },
    remove: (project, id, by) =>
      db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom("connector_row")
          .where("project", "=", project)
          .where("id", "=", id)
          .executeTakeFirstOrThrow();
        if (numDeletedRows !== 1n) throw new ServerError("CONNECTOR_UNKNOWN");
        await writeAudit(transaction, [{ by, project, action: "connector.deleted", subject: id, at: now() }]);
      }),
  };
}
