import type { Kysely, Transaction } from "@freshet/store";
import type { AccessTables, GrantRow, UserRow } from "./migrations.ts";
import type { Rights } from "./right.ts";

/** A user with what he or she may do. */
export interface User extends Omit<UserRow, "installation"> {
  readonly rights: Rights;
}

/** What logs call a user: the id stays when the address changes. */
export const labelOf = ({ id, email }: Pick<User, "id" | "email">) => `user ${id} (${email})`;

/**
 * What the user can sign in by here. Who has rights by the provider's word has none: it would keep them when the provider takes them
 * away.
 */
export const passwordOf = ({ password, rights_from }: Pick<User, "password" | "rights_from">) =>
  rights_from === "oidc" ? null : password;

/** One address has one form, however it is written. */
export const normaliseEmail = (text: string) => text.trim().normalize("NFC").toLowerCase();

type Db = Kysely<AccessTables> | Transaction<AccessTables>;

export async function readUser(db: Db, id: string): Promise<User | undefined> {
  const row = await db.selectFrom("access_user").selectAll().where("id", "=", id).executeTakeFirst();
  return row && (await withRights(db, [row]))[0];
}

export async function readUserBy(
  db: Db,
  column: "email" | "subject",
  value: string,
): Promise<User | undefined> {
  const row = await db.selectFrom("access_user").selectAll().where(column, "=", value).executeTakeFirst();
  return row && (await withRights(db, [row]))[0];
}

/** Users with their rights, in the order of the rows. */
export async function withRights(db: Db, rows: readonly UserRow[]): Promise<readonly User[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const grants = await db.selectFrom("access_grant").selectAll().where("user_id", "in", ids).execute();
  const byUser = Map.groupBy(grants, ({ user_id }) => user_id);
  return rows.map(({ installation, ...row }) => ({
    ...row,
    rights: { installation: installation ?? undefined, projects: mapOf(byUser.get(row.id) ?? []) },
  }));
}

const mapOf = (grants: readonly GrantRow[]) =>
  new Map(grants.map(({ project, access_right }) => [project, access_right] as const));
