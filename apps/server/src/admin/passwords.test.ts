import { openStore, type Store } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDevices } from "../access/devices.ts";
import { makeInvitation } from "../access/links.ts";
import { ACCESS_MIGRATIONS, ACCESS_OWNER } from "../access/migrations.ts";
import { createPasswordHashes } from "../access/password-hash.ts";
import { createSessions, endSessions, type Sessions, type SessionTables } from "../access/sessions.ts";
import { createSetup } from "../access/setup.ts";
import { makeSharedRow, readDeviceKey, takeTurn } from "../access/shared-row.ts";
import { createSignIn, type SignIn } from "../access/sign-in.ts";
import { createUsers, insertUser, type Users } from "../access/users.ts";
import { viewUser } from "../access/view.ts";
import { AUDIT_MIGRATIONS, AUDIT_OWNER } from "./audit.ts";

// What happens while a password is compared, which takes long enough for anything to happen.

const [OLD, NEW, OTHER] = ["a heron stands here", "an otter swims here", "a toad sits in the mud"];
const ADA = "ada@shop.example";
const by = { principal: "test", address: "192.0.2.1" };
const visitor = { address: "192.0.2.1", agent: "a browser", device: undefined };

let store: Store;
let users: Users;
let sessions: Sessions;
let signIn: SignIn;
/** Runs once, after the next comparison and before anything is done with what it found. */
let meanwhile: (() => Promise<unknown>) | undefined;
let ada: { readonly id: string; readonly session: string };

beforeEach(async () => {
  store = await openStore(at(await newPlace()));
  await store.migrate(AUDIT_OWNER, AUDIT_MIGRATIONS);
  await store.migrate(ACCESS_OWNER, ACCESS_MIGRATIONS);
  const db = store.db.$extendTables<SessionTables>();
  await makeSharedRow(db);
  const now = Date.now;
  sessions = createSessions({ db, times: { idleMs: 3_600_000, mostMs: 3_600_000 }, now });
  users = createUsers({ db, fixed: [], now });
  const hashes = createPasswordHashes();
  signIn = createSignIn({
    ...{ db, sessions, now, devices: createDevices(() => readDeviceKey(db)), note: async () => {} },
    setup: createSetup({ db, dataFolder: "/nonexistent", now }),
    hashes: {
      ...hashes,
      async isRight(password, hash) {
        const isRight = await hashes.isRight(password, hash);
        const work = meanwhile;
        meanwhile = undefined;
        await work?.();
        return isRight;
      },
    },
  });
  const rights = { installation: "admin", projects: new Map() } as const;
  const { invitation } = await users.invite({ email: ADA, name: "Ada", rights }, by);
  const { user, session } = await signIn.byInvitation({ token: invitation.token, password: OLD }, visitor);
  ada = { id: user.id, session: session.id };
});
afterEach(async () => {
  meanwhile = undefined;
  await store.close();
});

const reset = async () => {
  const { token } = await users.inviteAgain(ada.id, by);
  await signIn.byInvitation({ token, password: NEW }, visitor);
};
const change = () => signIn.changePassword(ada, { password: OLD, next: OTHER }, by);

test("a password that was reset while the old one was compared stays what the link made it", async () => {
  meanwhile = reset;
  await expect(change()).rejects.toMatchObject({ code: "PASSWORD_WRONG" });
  await expect(signIn.byPassword(ADA, OTHER, visitor)).rejects.toMatchObject({ code: "SIGN_IN_REFUSED" });
  expect((await signIn.byPassword(ADA, NEW, visitor)).user.id).toBe(ada.id);
});

test("a session that was ended while the password was compared changes none", async () => {
  meanwhile = () => sessions.revokeAll(ada.id, by);
  await expect(change()).rejects.toMatchObject({ code: "SESSION_OVER" });
  expect((await signIn.byPassword(ADA, OLD, visitor)).user.id).toBe(ada.id);
});

test("who has rights by the provider's word gets no link, and no password counts", async () => {
  const db = store.db.$extendTables<SessionTables>();
  const rights = { installation: "admin", projects: new Map() } as const;
  const wanted = { email: "bob@shop.example", name: "Bob", rights };
  const password = await createPasswordHashes().make(OLD);
  const more = {
    by,
    at: Date.now(),
    password,
    subject: "https://id.example bob",
    rights_from: "oidc",
  } as const;
  const { id, token } = await db.transaction().execute(async (transaction) => {
    const bob = await insertUser(transaction, wanted, more);
    return { ...bob, ...(await makeInvitation(transaction, bob.id, "somebody", Date.now())) };
  });
  await expect(users.inviteAgain(id, by)).rejects.toMatchObject({ code: "RIGHTS_ELSEWHERE" });
  await expect(signIn.invited(token, by.address)).rejects.toMatchObject({ code: "LINK_WRONG" });
  const followed = signIn.byInvitation({ token, password: NEW }, visitor);
  await expect(followed).rejects.toMatchObject({ code: "LINK_WRONG" });
  const signedIn = signIn.byPassword(wanted.email, OLD, visitor);
  await expect(signedIn).rejects.toMatchObject({ code: "SIGN_IN_REFUSED" });
  expect(viewUser(await users.get(id))).toMatchObject({ has_password: false });
});

test("a right link is followed from an address that wrong ones come from, and those are refused for a while", async () => {
  const { token } = await users.inviteAgain(ada.id, by);
  const wrong = async () =>
    (await signIn.invited(`${token}x`, by.address).catch((error: unknown) => error)) as { code: string };
  const codes: string[] = [];
  for (let each = 0; each < 40; each += 1) codes.push((await wrong()).code);
  expect(codes[0]).toBe("LINK_WRONG");
  expect(codes.at(-1)).toBe("SIGN_IN_TOO_OFTEN");
  expect((await signIn.invited(token, by.address)).user.id).toBe(ada.id);
  const { user } = await signIn.byInvitation({ token, password: NEW }, visitor);
  expect(user.id).toBe(ada.id);
});

test("of two changes at the same moment one holds", async () => {
  const ends = await Promise.allSettled([change(), change(), change()]);
  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("a sign-in by the old password opens nothing that a reset in the same moment does not end", async () => {
  const db = store.db.$extendTables<SessionTables>();
  const held = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const changing: Promise<void>[] = [];
  // Another instance has changed the password and ended all sessions, and is about to commit.
  meanwhile = async () => {
    const changed = db.transaction().execute(async (transaction) => {
      await takeTurn(transaction);
      await transaction.updateTable("access_user").set({ password: "another" }).execute();
      await endSessions(transaction, ada.id, by, Date.now());
      isHeld.resolve();
      await held.promise;
    });
    changing.push(changed);
    await isHeld.promise;
  };
  const signingIn = signIn.byPassword(ADA, OLD, visitor).catch((error: unknown) => error);
  await isHeld.promise;
  await Promise.race([signingIn, new Promise((resolve) => setTimeout(resolve, 300))]);
  held.resolve();
  await Promise.all(changing);
  expect(await signingIn).toMatchObject({ code: "SIGN_IN_REFUSED" });
  expect(await sessions.list(ada.id)).toEqual([]);
});
