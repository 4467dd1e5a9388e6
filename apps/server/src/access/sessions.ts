import type { Kysely, Transaction } from "@freshet/store";
import { type AuditTables, type Author, writeAudit } from "../admin/audit.ts";
import { ServerError } from "../errors.ts";
import type { AccessTables, SessionRow } from "./migrations.ts";
import type { Principal } from "./right.ts";
import { idOfToken, isToken, makeToken } from "./token.ts";
import { labelOf, readUser, type User } from "./user.ts";

/** Sessions are noted as used at most this often: reading must not cost a write. */
const NOTED_MS = 60_000;
/** Of one user; the oldest gives way. */
const MOST_SESSIONS = 100;
const LONGEST_AGENT = 200;
const PREFIX = "fs";

export type SessionTables = AccessTables & AuditTables;

/** Milliseconds. */
export interface SessionTimes {
  /** After which a session ends that is not used. */
  readonly idleMs: number;
  /** After which any session ends. */
  readonly mostMs: number;
}

/** How and where somebody signs in. */
export interface SignInFrom {
  readonly method: SessionRow["method"];
  readonly address: string;
  /** What the browser calls itself. */
  readonly agent: string;
}

/** Who is signed in where. Each use asks the store, so that a session that was ended is of no use to any instance from that moment. */
export interface Sessions {
  /**
   * Who is signed in with this token; undefined when nobody is, or no longer. Its end moves on with each use, but not when somebody only
   * looks whether it is still there.
   */
  principalOf(token: string, how?: { readonly isLook?: boolean }): Promise<Principal | undefined>;
  /** The same with all that is known of the user and when the session ends. */
  find(
    token: string,
    how?: { readonly isLook?: boolean },
  ): Promise<{ readonly user: User; readonly session: SessionRow } | undefined>;
  /** Signs a user in; the token is nowhere but in the answer. */
  open(
    transaction: Transaction<SessionTables>,
    user: User,
    from: SignInFrom,
  ): Promise<{ readonly token: string; readonly session: SessionRow }>;
  /** Signs out who has this token, if anybody does. */
  close(token: string, address: string): Promise<void>;
  /** The same by the session's id, for whom the server itself has kept it. */
  closeById(id: string, address: string): Promise<void>;
  /** Newest first. */
  list(userId: string): Promise<readonly SessionRow[]>;
  /** @throws ServerError SESSION_UNKNOWN. */
  revoke(userId: string, id: string, by: Author): Promise<void>;
  revokeAll(userId: string, by: Author, except?: string): Promise<void>;
}

export function createSessions(parts: {
  readonly db: Kysely<SessionTables>;
  readonly times: SessionTimes;
  readonly now: () => number;
}): Sessions {
  const { db, times, now } = parts;
  const find: Sessions["find"] = async (token, { isLook = false } = {}) => {
    const id = idOfToken(PREFIX, token);
    if (id === undefined) return undefined;
    const session = await db.selectFrom("access_session").selectAll().where("id", "=", id).executeTakeFirst();
    const time = now();
    if (!session || !isToken(token, session.hash) || session.expires_at <= time) return undefined;
    const user = await readUser(db, session.user_id);
    if (!user) return undefined;
    if (isLook || time - session.seen_at < NOTED_MS) return { user, session };
    const moved = { seen_at: time, expires_at: Math.min(time + times.idleMs, session.ends_at) };
    await db.updateTable("access_session").set(moved).where("id", "=", id).execute();
    return { user, session: { ...session, ...moved } };
  };
  const closeById: Sessions["closeById"] = (id, address) =>
    db.transaction().execute(async (transaction) => {
      const ended = await transaction
        .deleteFrom("access_session")
        .where("id", "=", id)
        .returning("user_id")
        .executeTakeFirst();
      const user = ended && (await readUser(transaction, ended.user_id));
      if (!user) return;
      const by = { principal: labelOf(user), address };
      const change = { by, project: null, action: "session.closed", subject: id, at: now() } as const;
      await writeAudit(transaction, [change]);
    });
  return {
    find,
    closeById,
    async principalOf(token, how) {
      const found = await find(token, how);
      if (!found) return undefined;
      const { user, session } = found;
      return { label: labelOf(user), rights: user.rights, user: { id: user.id, session: session.id } };
    },
    async open(transaction, user, { method, address, agent }) {
      const { id, token, hash } = makeToken(PREFIX);
      const at = now();
      await transaction.deleteFrom("access_session").where("expires_at", "<=", at).execute();
      await makeRoom(transaction, user.id);
      const session: SessionRow = {
        ...{ id, hash, user_id: user.id, method, address, agent: cut(agent), created_at: at, seen_at: at },
        ...{ expires_at: at + Math.min(times.idleMs, times.mostMs), ends_at: at + times.mostMs },
      };
      await transaction.insertInto("access_session").values(session).execute();
      await transaction
        .updateTable("access_user")
        .set({ signed_in_at: at })
        .where("id", "=", user.id)
        .execute();
      const by = { principal: labelOf(user), address };
      await writeAudit(transaction, [{ by, project: null, action: "session.opened", subject: id, at }]);
      return { token, session };
    },
    async close(token, address) {
      const found = await find(token, { isLook: true });
      if (found) await closeById(found.session.id, address);
    },
    list: (userId) =>
      db
        .selectFrom("access_session")
        .selectAll()
        .where("user_id", "=", userId)
        .where("expires_at", ">", now())
        .orderBy("created_at", "desc")
        .orderBy("id")
        .limit(MOST_SESSIONS)
        .execute(),
    revoke: (userId, id, by) =>
      db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom("access_session")
          .where("id", "=", id)
          .where("user_id", "=", userId)
          .executeTakeFirstOrThrow();
        if (numDeletedRows !== 1n) throw new ServerError("SESSION_UNKNOWN");
        await writeAudit(transaction, [
          { by, project: null, action: "session.revoked", subject: id, at: now() },
        ]);
      }),
    revokeAll: (userId, by, except) =>
      db.transaction().execute((transaction) => endSessions(transaction, userId, by, now(), except)),
  };
}

/** Whether nobody has ended the session so far. */
export async function isOpen(transaction: Transaction<SessionTables>, id: string): Promise<boolean> {
  const row = await transaction
    .selectFrom("access_session")
    .select("id")
    .where("id", "=", id)
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends all sessions of a user but one, in the transaction that is the reason. */
export async function endSessions(
  transaction: Transaction<SessionTables>,
  userId: string,
  by: Author,
  at: number,
  except = "",
): Promise<void> {
  const ended = await transaction
    .deleteFrom("access_session")
    .where("user_id", "=", userId)
    .where("id", "!=", except)
    .returning("id")
    .execute();
  await writeAudit(
    transaction,
    ended.map(({ id }) => ({ by, project: null, action: "session.revoked", subject: id, at })),
  );
}

async function makeRoom(transaction: Transaction<SessionTables>, userId: string): Promise<void> {
  const kept = await transaction
    .selectFrom("access_session")
    .select("id")
    .where("user_id", "=", userId)
    .orderBy("created_at", "desc")
    .limit(MOST_SESSIONS - 1)
    .execute();
  if (kept.length < MOST_SESSIONS - 1) return;
  await transaction
    .deleteFrom("access_session")
    .where("user_id", "=", userId)
    .where(
      "id",
      "not in",
      kept.map(({ id }) => id),
    )
    .execute();
}

const cut = (agent: string) => agent.replace(/[\p{Cc}\p{Cs}]/gu, "").slice(0, LONGEST_AGENT);
