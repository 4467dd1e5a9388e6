import type { Kysely, Transaction } from "@freshet/store";
import { type Author, writeAudit } from "../admin/audit.ts";
import { isServerError, ServerError } from "../errors.ts";
import { SignInAttempts } from "./attempts.ts";
import type { Devices } from "./devices.ts";
import { Failures } from "./failures.ts";
import { findInvitation, useLink } from "./links.ts";
import type { SessionRow } from "./migrations.ts";
import type { PasswordHashes } from "./password-hash.ts";
import { faultOfPassword } from "./password-rule.ts";
import type { NoteRefusal } from "./refusals.ts";
import { endSessions, isOpen, type Sessions, type SessionTables, type SignInFrom } from "./sessions.ts";
import type { Setup } from "./setup.ts";
import { takeTurn } from "./shared-row.ts";
import { labelOf, normaliseEmail, passwordOf, readUser, readUserBy, type User } from "./user.ts";
import { insertUser } from "./users.ts";

/** Where a request to sign in comes from. */
export interface Visitor extends Pick<SignInFrom, "address" | "agent"> {
  /** What the browser proves that it was here before by. */
  readonly device: string | undefined;
}

export interface SignedIn {
  readonly user: User;
  readonly token: string;
  readonly session: SessionRow;
}

/** The ways to become somebody who is signed in, besides the provider of an organisation. */
export interface SignIn {
  /** @throws ServerError SIGN_IN_REFUSED, SIGN_IN_TOO_OFTEN. */
  byPassword(email: string, password: string, visitor: Visitor): Promise<SignedIn>;
  /**
   * Makes the first user, an administrator of the installation.
   * @throws ServerError SETUP_DONE, SETUP_TOKEN_WRONG, PASSWORD_WEAK.
   */
  bySetup(
    wanted: {
      readonly token: string;
      readonly email: string;
      readonly name: string;
      readonly password: string;
    },
    visitor: Visitor,
  ): Promise<SignedIn>;
  /** Whom a link is for. @throws ServerError LINK_WRONG, SIGN_IN_TOO_OFTEN. */
  invited(token: string, address: string): Promise<{ readonly user: User; readonly expiresAt: number }>;
  /** Sets the password of whom the link is for, whose other sessions end. @throws ServerError LINK_WRONG, PASSWORD_WEAK. */
  byInvitation(
    wanted: { readonly token: string; readonly password: string; readonly name?: string },
    visitor: Visitor,
  ): Promise<SignedIn>;
  /** Other sessions of the user end. @throws ServerError PASSWORD_WRONG, PASSWORD_WEAK, SESSION_OVER, SIGN_IN_TOO_OFTEN. */
  changePassword(
    user: { readonly id: string; readonly session: string },
    wanted: { readonly password: string; readonly next: string },
    by: Author,
  ): Promise<void>;
}

export function createSignIn(parts: {
  readonly db: Kysely<SessionTables>;
  readonly sessions: Sessions;
  readonly hashes: PasswordHashes;
  readonly devices: Devices;
  readonly setup: Setup;
  readonly note: NoteRefusal;
  readonly now: () => number;
}): SignIn {
  const { db, sessions, hashes, devices, setup, note, now } = parts;
  const attempts = new SignInAttempts(now);
  const wrongTokens = new Failures(now);

  /** Nobody guesses a token. Who tries often is told to stop; a right one is taken whatever else comes from its address. */
  const withToken = async <Result>(address: string, find: () => Promise<Result>): Promise<Result> => {
    try {
      return await find();
    } catch (error) {
      if (!isServerError(error) || error.status !== 403) throw error;
      if (wrongTokens.isSpent(address)) throw new ServerError("SIGN_IN_TOO_OFTEN");
      wrongTokens.add(address);
      throw error;
    }
  };

  const checkPassword = (password: string, user: { readonly email: string; readonly name: string }): void => {
    const fault = faultOfPassword(password, user);
    if (fault !== undefined) throw new ServerError("PASSWORD_WEAK", fault);
  };
  const setPassword = async (
    transaction: Transaction<SessionTables>,
    { id }: Pick<User, "id">,
    password: string,
    by: Author,
    kept?: string,
  ): Promise<void> => {
    await transaction.updateTable("access_user").set({ password }).where("id", "=", id).execute();
    await transaction.deleteFrom("access_link").where("user_id", "=", id).execute();
    await endSessions(transaction, id, by, now(), kept);
    await writeAudit(transaction, [
      { by, project: null, action: "password.changed", subject: id, at: now() },
    ]);
  };
  const invited: SignIn["invited"] = (token, address) =>
    withToken(address, async () => {
      const link = await findInvitation(db, token, now());
      const user = link && (await readUser(db, link.user_id));
      if (!user || user.rights_from === "oidc") throw new ServerError("LINK_WRONG");
      return { user, expiresAt: link.expires_at };
    });
  return {
    invited,
    async byPassword(typed, password, { device, ...from }) {
      const email = normaliseEmail(typed);
      const user = await readUserBy(db, "email", email);
      const isKnown = user !== undefined && (await devices.isKnown(device, user.id));
      const attempt = { account: email, address: from.address, device: isKnown ? device : undefined };
      const forgive = attempts.begin(attempt);
      const isRight = await hashes
        .isRight(password, user ? passwordOf(user) : null)
        .catch((error: unknown) => {
          forgive();
          throw error;
        });
      if (!isRight || user === undefined) {
        await note(from.address, user?.id ?? "unknown");
        throw new ServerError("SIGN_IN_REFUSED");
      }
      forgive();
      const better =
        user.password !== null && hashes.isOld(user.password) ? await hashes.make(password) : null;
      return db.transaction().execute(async (transaction) => {
        // Somebody may have changed the password, or removed the user, while it was compared. Who does takes the turn too: else a
        // session could begin that the end of all others does not see.
        await takeTurn(transaction);
        const current = await readUser(transaction, user.id);
        if (current?.password !== user.password) throw new ServerError("SIGN_IN_REFUSED");
        if (better !== null) {
          const set = { password: better };
          await transaction.updateTable("access_user").set(set).where("id", "=", user.id).execute();
        }
        const opened = await sessions.open(transaction, current, { ...from, method: "password" });
        return { user: current, ...opened };
      });
    },
    async bySetup({ token, email: typed, name, password }, { address, agent }) {
      const email = normaliseEmail(typed);
      await withToken(address, () => setup.check(db, token));
      checkPassword(password, { email, name });
      const hash = await hashes.make(password);
      const signedIn = await db.transaction().execute(async (transaction) => {
        await takeTurn(transaction);
        await setup.use(transaction, token);
        const by = { principal: "set-up", address };
        const rights = { installation: "admin", projects: new Map() } as const;
        const wanted = { email, name, rights };
        const user = await insertUser(transaction, wanted, { by, at: now(), password: hash });
        return { user, ...(await sessions.open(transaction, user, { address, agent, method: "setup" })) };
      });
      await setup.forget();
      return signedIn;
    },
    async byInvitation({ token, password, name }, { address, agent }) {
      const { user } = await invited(token, address);
      checkPassword(password, { email: user.email, name: name ?? user.name });
      const hash = await hashes.make(password);
      return db.transaction().execute(async (transaction) => {
        await takeTurn(transaction);
        const link = await findInvitation(transaction, token, now());
        const current = link && (await readUser(transaction, link.user_id));
        if (!current || !(await useLink(transaction, link.id))) throw new ServerError("LINK_WRONG");
        const named = { ...current, name: name ?? current.name };
        await setPassword(transaction, named, hash, { principal: labelOf(named), address });
        const set = { name: named.name };
        await transaction.updateTable("access_user").set(set).where("id", "=", named.id).execute();
        const opened = await sessions.open(transaction, named, { address, agent, method: "link" });
        return { user: { ...named, password: hash }, ...opened };
      });
    },
    async changePassword({ id, session }, { password, next }, by) {
      const user = await readUser(db, id);
      // Whoever found an open browser guesses no faster than anybody else.
      const attempt = { account: `own ${id}`, address: by.address, device: session };
      const forgive = attempts.begin(attempt);
      if (!(await hashes.isRight(password, user ? passwordOf(user) : null)) || user === undefined)
        throw new ServerError("PASSWORD_WRONG");
      forgive();
      checkPassword(next, user);
      const hash = await hashes.make(next);
      await db.transaction().execute(async (transaction) => {
        // A link may have set another password, and ended this session, while the old one was compared: what came later counts.
        await takeTurn(transaction);
        const current = await readUser(transaction, id);
        if (current?.password !== user.password) throw new ServerError("PASSWORD_WRONG");
        if (!(await isOpen(transaction, session))) throw new ServerError("SESSION_OVER");
        await setPassword(transaction, current, hash, by, session);
      });
    },
  };
}
