import { randomBytes } from "node:crypto";
import { type Kysely, type Migration, sql, type Transaction } from "@freshet/store";

/** Who changes something, and from where. */
export interface Author {
  /** What the log calls the principal, e.g. "key 5f0c21d9 (deploy)" or "configuration (shop)". */
  readonly principal: string;
  /** Address of the connection that the request came in on. */
  readonly address: string;
}

/** Everything that is written down: a new kind of change is a new word here. */
export type AuditAction =
  | "project.created"
  | "project.changed"
  | "project.restored"
  | "project.deleted"
  | "key.created"
  | "key.revoked"
  | "state.changed"
  | "user.created"
  | "user.changed"
  | "user.deleted"
  | "user.invited"
  | "password.changed"
  | "session.opened"
  | "session.closed"
  | "session.revoked"
  | "session.refused"
  | "connector.deleted"
  | "connector.reconciled"
  | "invalidation.accepted"
  | "invalidation.retried";

/** One change that took place. */
export interface AuditRow {
  /** Begins with the time, so that it sorts by it. */
  readonly id: string;
  readonly at: number;
  /** Null for what concerns the whole installation. */
  readonly project: string | null;
  readonly principal: string;
  readonly address: string;
  readonly action: AuditAction;
  /** What was changed: a version, the id of a key or of an invalidation. */
  readonly subject: string;
}

/** A type and not an interface: only that counts as a record of tables for the query builder. */
export type AuditTables = { audit_row: AuditRow };

export const AUDIT_OWNER = "audit";

export const AUDIT_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "changes",
    async up(transaction) {
      await sql`create table audit_row (id text not null primary key, at bigint not null, project text,
        principal text not null, address text not null, action text not null, subject text not null)`.execute(
        transaction,
      );
      await sql`create index audit_row_project on audit_row (project, id)`.execute(transaction);
    },
  },
];

/** Rows removed at a time: nobody waits long for it. */
const AT_ONCE = 1_000;

/** Writes changes down in the transaction that makes them: there is no change without its row, and no row without its change. */
export async function writeAudit(
  db: Transaction<AuditTables>,
  changes: readonly (Omit<AuditRow, "id" | "principal" | "address"> & { readonly by: Author })[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ by, ...change }) => ({ id: nextId(change.at), ...by, ...change }));
  await db.insertInto("audit_row").values(rows).execute();
}

/** Newest first; `projects` limits the list to what concerns them, undefined to nothing. */
export async function listAudit(
  db: Kysely<AuditTables>,
  {
    projects,
    before,
    limit,
  }: { readonly projects?: readonly string[]; readonly before?: string; readonly limit: number },
): Promise<readonly AuditRow[]> {
  const some = async (project: string | undefined): Promise<readonly AuditRow[]> => {
    let query = db.selectFrom("audit_row").selectAll().orderBy("id", "desc").limit(limit);
    if (project !== undefined) query = query.where("project", "=", project);
    if (before !== undefined) query = query.where("id", "<", before);
    return query.execute();
  };
  if (projects === undefined) return some(undefined);
  // A look at the newest of each is quick however long the log is; a look for any of them may read all of it.
  const lists: AuditRow[] = [];
  for (const project of projects) lists.push(...(await some(project)));
  return lists.toSorted((one, other) => (one.id < other.id ? 1 : -1)).slice(0, limit);
}

/** Removes what is older; resolves to how many rows that were. */
export async function trimAudit(db: Kysely<AuditTables>, olderThan: number): Promise<number> {
  let removed = 0;
  for (;;) {
    const { numDeletedRows } = await db
      .deleteFrom("audit_row")
      .where("id", "in", ({ selectFrom }) =>
        selectFrom("audit_row").select("id").where("id", "<", timeOf(olderThan)).orderBy("id").limit(AT_ONCE),
      )
      .executeTakeFirstOrThrow();
    removed += Number(numDeletedRows);
    if (numDeletedRows < BigInt(AT_ONCE)) return removed;
  }
}

let last = { at: 0, count: 0 };

/** Rows of one process keep their order within a millisecond. */
function nextId(at: number): string {
  last = { at, count: at === last.at ? last.count + 1 : 0 };
  const count = last.count.toString(36).padStart(4, "0");
  return `${timeOf(last.at)}${count}${randomBytes(6).toString("hex")}`;
}

const timeOf = (at: number) => Math.max(0, at).toString(36).padStart(10, "0");
