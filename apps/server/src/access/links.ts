import type { Kysely, Transaction } from "@freshet/store";
import type { AccessTables, LinkRow } from "./migrations.ts";
import { idOfToken, isToken, makeToken } from "./token.ts";

/** Invitations and links to a new password. */
const PREFIX = "fi";
/** Milliseconds that somebody has to follow an invitation. */
const INVITED_MS = 7 * 86_400_000;

type Db = Kysely<AccessTables> | Transaction<AccessTables>;

/** What somebody gets who is to choose a password. */
export interface Invitation {
  readonly token: string;
  readonly expiresAt: number;
}

/** Makes a link for a user; those from before end. */
export async function makeInvitation(
  transaction: Transaction<AccessTables>,
  userId: string,
  by: string,
  at: number,
): Promise<Invitation> {
  await transaction.deleteFrom("access_link").where("user_id", "=", userId).execute();
  await transaction.deleteFrom("access_link").where("expires_at", "<=", at).execute();
  const { id, token, hash } = makeToken(PREFIX);
  const expiresAt = at + INVITED_MS;
  const row = { id, hash, user_id: userId, created_at: at, created_by: by, expires_at: expiresAt };
  await transaction.insertInto("access_link").values(row).execute();
  return { token, expiresAt };
}

/** The link that a token is of; undefined where it was used, has ended, or never was. */
export async function findInvitation(
  db: Db,
  token: string,
  now: number,
): Promise<(LinkRow & { readonly user_id: string; readonly expires_at: number }) | undefined> {
  const id = idOfToken(PREFIX, token);
  if (id === undefined) return undefined;
  const row = await db.selectFrom("access_link").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row || !isToken(token, row.hash)) return undefined;
  const { user_id, expires_at } = row;
  if (user_id === null || expires_at === null || expires_at <= now) return undefined;
  return { ...row, user_id, expires_at };
}

/** Uses a link up; false where somebody else just did. */
export async function useLink(transaction: Transaction<AccessTables>, id: string): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom("access_link")
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}
