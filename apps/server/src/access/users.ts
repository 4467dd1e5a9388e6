import { randomBytes } from "node:crypto";
import type { Kysely, Transaction } from "@freshet/store";
import { type AuditAction, type Author, writeAudit } from "../admin/audit.ts";
import type { IsExpected } from "../admin/precondition.ts";
import { ServerError } from "../errors.ts";
import { firstGone } from "../projects/live.ts";
import type { ProjectTables } from "../projects/migrations.ts";
import { type Invitation, makeInvitation } from "./links.ts";
import type { UserRow } from "./migrations.ts";
import type { Rights } from "./right.ts";
import { endSessions, type SessionTables } from "./sessions.ts";
import { takeTurn } from "./shared-row.ts";
import { readUser, readUserBy, type User, withRights } from "./user.ts";
import { tagOfUser } from "./user-tag.ts";

const MOST_USERS = 10_000;

/** What somebody is told to be. */
export interface WantedUser {
  /** In its one form. */
  readonly email: string;
  readonly name: string;
  readonly rights: Rights;
}

/** Who may sign in, and what they may do. What changes is in force with the next request, at every instance. */
export interface Users {
  /** By e-mail address, behind `after`. */
  list(limit: number, after?: string): Promise<readonly (User & { readonly invited_until: number | null })[]>;
  /** @throws ServerError USER_UNKNOWN. */
  get(id: string): Promise<User & { readonly invited_until: number | null }>;
  /** @throws ServerError USER_EXISTS, USERS_FULL, BODY_UNREADABLE where a right is in no project. */
  invite(wanted: WantedUser, by: Author): Promise<{ readonly user: User; readonly invitation: Invitation }>;
  /** A link to a new password. The old one stays until it is used. @throws ServerError USER_UNKNOWN, RIGHTS_ELSEWHERE. */
  inviteAgain(id: string, by: Author): Promise<Invitation>;
  /**
   * `isExpected` is told the ETag of the user.
   * @throws ServerError USER_UNKNOWN, USER_EXISTS, LAST_ADMIN, RIGHTS_ELSEWHERE, VERSION_OUTDATED, BODY_UNREADABLE where a right is
   * in no project.
   */
  change(id: string, wanted: WantedUser, by: Author, isExpected?: IsExpected): Promise<User>;
  /**
   * Ends the user's sessions and links too. Whoever has the machine may remove the last administrator.
   * @throws ServerError USER_UNKNOWN, LAST_ADMIN.
   */
  remove(id: string, by: Author, how?: { readonly mayBeLast?: boolean }): Promise<void>;
}

export function createUsers(parts: {
  readonly db: Kysely<SessionTables>;
  /** Projects of the configuration, which nobody deletes. */
  readonly fixed: readonly { readonly name: string }[];
  readonly now: () => number;
}): Users {
  const { now, fixed } = parts;
  const db = parts.db.$extendTables<ProjectTables>();
  const demandProjects = async (transaction: Transaction<ProjectTables>, { projects }: Rights) => {
    const gone = await firstGone(transaction, [...projects.keys()], fixed);
    if (gone === undefined) return;
    throw new ServerError("BODY_UNREADABLE", `rights.projects names ${gone}, which is no project.`);
  };
  /** Changes of users come one after the other. */
  const inTurn = <Result>(
    work: (transaction: Transaction<SessionTables & ProjectTables>) => Promise<Result>,
  ) =>
    db.transaction().execute(async (transaction) => {
      await takeTurn(transaction);
      return work(transaction);
    });
  const note = (
    transaction: Transaction<SessionTables>,
    by: Author,
    action: AuditAction,
    subject: string,
  ): Promise<void> => writeAudit(transaction, [{ by, project: null, action, subject, at: now() }]);
  return {
    async list(limit, after) {
      let query = db.selectFrom("access_user").selectAll().orderBy("email").limit(limit);
      if (after !== undefined) query = query.where("email", ">", after);
      return withInvitations(db, await withRights(db, await query.execute()), now());
    },
    async get(id) {
      const [user] = await withInvitations(db, [await known(db, id)], now());
      if (!user) throw new ServerError("USER_UNKNOWN");
      return user;
    },
    invite: (wanted, by) =>
      inTurn(async (transaction) => {
        await demandProjects(transaction, wanted.rights);
        const user = await insertUser(transaction, wanted, { by, at: now() });
        const invitation = await makeInvitation(transaction, user.id, by.principal, now());
        return { user, invitation };
      }),
    inviteAgain: (id, by) =>
      inTurn(async (transaction) => {
        const user = await known(transaction, id);
        if (user.rights_from === "oidc")
          throw new ServerError("RIGHTS_ELSEWHERE", "By a password they would stay when they end there.");
        await note(transaction, by, "user.invited", id);
        return makeInvitation(transaction, id, by.principal, now());
      }),
    change: (id, wanted, by, isExpected = () => true) =>
      inTurn(async (transaction) => {
        const user = await known(transaction, id);
        if (!isExpected(tagOfUser(user))) throw new ServerError("VERSION_OUTDATED");
        const isOther = !isSameRights(user.rights, wanted.rights);
        if (isOther) await demandProjects(transaction, wanted.rights);
        if (isOther && user.rights_from === "oidc") throw new ServerError("RIGHTS_ELSEWHERE");
        const other = await readUserBy(transaction, "email", wanted.email);
        if (other && other.id !== id) throw new ServerError("USER_EXISTS");
        if (wanted.rights.installation !== "admin") await keepAnAdmin(transaction, user);
        const { email, name } = wanted;
        await transaction.updateTable("access_user").set({ email, name }).where("id", "=", id).execute();
        if (isOther) await writeRights(transaction, id, wanted.rights);
        await note(transaction, by, "user.changed", id);
        return { ...user, ...wanted };
      }),
    remove: (id, by, { mayBeLast = false } = {}) =>
      inTurn(async (transaction) => {
        const user = await known(transaction, id);
        if (!mayBeLast) await keepAnAdmin(transaction, user);
        await endSessions(transaction, id, by, now());
        await transaction.deleteFrom("access_link").where("user_id", "=", id).execute();
        await transaction.deleteFrom("access_grant").where("user_id", "=", id).execute();
        await transaction.deleteFrom("access_user").where("id", "=", id).execute();
        await note(transaction, by, "user.deleted", id);
      }),
  };
}

/**
 * Adds a user, in a transaction that has the turn.
 * @throws ServerError USER_EXISTS, USERS_FULL.
 */
export async function insertUser(
  transaction: Transaction<SessionTables>,
  { email, name, rights }: WantedUser,
  {
    by,
    at,
    ...more
  }: { readonly by: Author; readonly at: number } & Partial<
    Pick<UserRow, "password" | "subject" | "rights_from">
  >,
): Promise<User> {
  if (await readUserBy(transaction, "email", email)) throw new ServerError("USER_EXISTS");
  const { n } = await transaction
    .selectFrom("access_user")
    .select(({ fn }) => fn.countAll().as("n"))
    .executeTakeFirstOrThrow();
  if (Number(n) >= MOST_USERS) throw new ServerError("USERS_FULL");
  const row: Omit<UserRow, "installation"> = {
    ...{ id: randomBytes(6).toString("hex"), email, name, password: null, subject: null },
    ...{ rights_from: "console", created_at: at, created_by: by.principal, signed_in_at: null },
    ...more,
  };
  await transaction
    .insertInto("access_user")
    .values({ ...row, installation: rights.installation ?? null })
    .execute();
  await writeRights(transaction, row.id, rights);
  await writeAudit(transaction, [{ by, project: null, action: "user.created", subject: row.id, at }]);
  return { ...row, rights };
}

/** Puts other rights in place of those that a user has. */
export async function writeRights(
  transaction: Transaction<SessionTables>,
  id: string,
  { installation, projects }: Rights,
): Promise<void> {
  await transaction
    .updateTable("access_user")
    .set({ installation: installation ?? null })
    .where("id", "=", id)
    .execute();
  await transaction.deleteFrom("access_grant").where("user_id", "=", id).execute();
  const grants = [...projects].map(([project, access_right]) => ({ user_id: id, project, access_right }));
  if (grants.length > 0) await transaction.insertInto("access_grant").values(grants).execute();
}

export function isSameRights(one: Rights, other: Rights): boolean {
  if (one.installation !== other.installation || one.projects.size !== other.projects.size) return false;
  return [...one.projects].every(([project, right]) => other.projects.get(project) === right);
}

async function known(db: Kysely<SessionTables> | Transaction<SessionTables>, id: string): Promise<User> {
  const user = await readUser(db, id);
  if (!user) throw new ServerError("USER_UNKNOWN");
  return user;
}

/** @throws ServerError LAST_ADMIN where nobody else who can sign in administers the installation. */
async function keepAnAdmin(transaction: Transaction<SessionTables>, user: User): Promise<void> {
  if (user.rights.installation !== "admin") return;
  const other = await transaction
    .selectFrom("access_user")
    .select("id")
    .where("installation", "=", "admin")
    .where("id", "!=", user.id)
    .where(({ or, eb }) => or([eb("password", "is not", null), eb("subject", "is not", null)]))
    .limit(1)
    .executeTakeFirst();
  if (other === undefined) throw new ServerError("LAST_ADMIN");
}

async function withInvitations(
  db: Kysely<SessionTables>,
  users: readonly User[],
  now: number,
): Promise<readonly (User & { readonly invited_until: number | null })[]> {
  if (users.length === 0) return [];
  const links = await db
    .selectFrom("access_link")
    .select(["user_id", "expires_at"])
    .where(
      "user_id",
      "in",
      users.map(({ id }) => id),
    )
    .where("expires_at", ">", now)
    .execute();
  const until = new Map(links.map(({ user_id, expires_at }) => [user_id, expires_at]));
  return users.map((user) => ({ ...user, invited_until: until.get(user.id) ?? null }));
}
