import type { Kysely, Transaction } from "@freshet/store";
import { writeAudit } from "../admin/audit.ts";
import type { OidcConfig } from "../config/console.ts";
import { ServerError } from "../errors.ts";
import type { Identity } from "./oidc.ts";
import { isEmpty, rightsOfClaims } from "./oidc-rights.ts";
import type { NoteRefusal } from "./refusals.ts";
import type { Sessions, SessionTables } from "./sessions.ts";
import { takeTurn } from "./shared-row.ts";
import type { SignedIn, Visitor } from "./sign-in.ts";
import { labelOf, normaliseEmail, readUserBy, type User } from "./user.ts";
import { insertUser, isSameRights, writeRights } from "./users.ts";

const LONGEST_EMAIL = 254;
const LONGEST_NAME = 100;

/**
 * Signs in whom a provider let in: the user who came by it before; else who was invited by the address that the provider has verified; else a
 * new one, if the claims give rights and do not say that nobody verified the address.
 */
export function createOidcSignIn(parts: {
  readonly db: Kysely<SessionTables>;
  readonly sessions: Sessions;
  readonly mapping: OidcConfig["rights"];
  readonly note: NoteRefusal;
  readonly now: () => number;
}): (identity: Identity, visitor: Visitor) => Promise<SignedIn> {
  const { db, sessions, mapping, note, now } = parts;
  const userOf = async (
    transaction: Transaction<SessionTables>,
    { subject, claims }: Identity,
    address: string,
  ): Promise<User | undefined> => {
    const rights = rightsOfClaims(claims, mapping);
    const known = await readUserBy(transaction, "subject", subject);
    if (known) return renew(transaction, known, rights);
    const email = emailOf(claims);
    const invited = email === undefined ? undefined : await readUserBy(transaction, "email", email);
    // An address that nobody verified may be anybody's, and one that came by another way in is somebody else's.
    if (invited && (claims.email_verified !== true || invited.subject !== null)) return undefined;
    if (invited) {
      await transaction.updateTable("access_user").set({ subject }).where("id", "=", invited.id).execute();
      return { ...invited, subject };
    }
    // Where it says nothing, its claims are its word; where it says that nobody looked, the address may be anybody's.
    if (email === undefined || isUnverified(claims) || isEmpty(rights)) return undefined;
    const by = { principal: "organisation's sign-in", address };
    const wanted = { email, name: nameOf(claims) ?? email, rights };
    return insertUser(transaction, wanted, { by, at: now(), subject, rights_from: "oidc" });
  };
  /** Who came by the provider has what it says now; without anything, nothing. */
  const renew = async (
    transaction: Transaction<SessionTables>,
    user: User,
    rights: User["rights"],
  ): Promise<User | undefined> => {
    if (user.rights_from === "console") return user;
    if (!isSameRights(user.rights, rights)) {
      await writeRights(transaction, user.id, rights);
      const by = { principal: labelOf(user), address: "provider" };
      const change = { by, project: null, action: "user.changed", subject: user.id, at: now() } as const;
      await writeAudit(transaction, [change]);
    }
    return isEmpty(rights) ? undefined : { ...user, rights };
  };
  return async (identity, { address, agent }) => {
    const signedIn = await db.transaction().execute(async (transaction) => {
      await takeTurn(transaction);
      const user = await userOf(transaction, identity, address);
      if (!user) return undefined;
      return { user, ...(await sessions.open(transaction, user, { address, agent, method: "oidc" })) };
    });
    if (signedIn) return signedIn;
    await note(address, "oidc");
    throw new ServerError("OIDC_REFUSED");
  };
}

/** Some providers write it as a text. */
const isUnverified = ({ email_verified: said }: Identity["claims"]) => said === false || said === "false";

function emailOf({ email }: Identity["claims"]): string | undefined {
  if (typeof email !== "string" || !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email)) return undefined;
  const normal = normaliseEmail(email);
  return normal.length <= LONGEST_EMAIL ? normal : undefined;
}

function nameOf({ name, preferred_username: other }: Identity["claims"]): string | undefined {
  const some = [name, other].find((each) => typeof each === "string" && each.trim() !== "");
  if (typeof some !== "string") return undefined;
  const shown = some.replace(/\p{Cc}/gu, "").trim();
  return shown === "" ? undefined : [...shown].slice(0, LONGEST_NAME).join("");
}
