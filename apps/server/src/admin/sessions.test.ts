import { openStore, type Store } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ACCESS_MIGRATIONS, ACCESS_OWNER } from "../access/migrations.ts";
import { createSessions, type Sessions, type SessionTables } from "../access/sessions.ts";
import { makeSharedRow } from "../access/shared-row.ts";
import type { User } from "../access/user.ts";
import { insertUser } from "../access/users.ts";
import { AUDIT_MIGRATIONS, AUDIT_OWNER } from "./audit.ts";

const HOUR = 3_600_000;

let store: Store;
let sessions: Sessions;
let user: User;
let time: number;
const db = () => store.db.$extendTables<SessionTables>();

beforeEach(async () => {
  time = Date.parse("2030-01-01T00:00:00Z");
  store = await openStore(at(await newPlace()));
  await store.migrate(AUDIT_OWNER, AUDIT_MIGRATIONS);
  await store.migrate(ACCESS_OWNER, ACCESS_MIGRATIONS);
  await makeSharedRow(db());
  sessions = createSessions({
    db: db(),
    times: { idleMs: 12 * HOUR, mostMs: 7 * 24 * HOUR },
    now: () => time,
  });
  const rights = { installation: undefined, projects: new Map() };
  const by = { principal: "test", address: "192.0.2.1" };
  user = await db()
    .transaction()
    .execute((transaction) =>
      insertUser(transaction, { email: "ada@shop.example", name: "Ada", rights }, { by, at: time }),
    );
});
afterEach(() => store.close());

const open = (agent = "a browser") =>
  db()
    .transaction()
    .execute((transaction) =>
      sessions.open(transaction, user, { method: "password", address: "192.0.2.1", agent }),
    );

test("a session that is used goes on, one that is not ends", async () => {
  const { token } = await open();
  for (let each = 0; each < 5; each += 1) {
    time += 11 * HOUR;
    expect(await sessions.principalOf(token)).toMatchObject({ user: { id: user.id } });
  }
  time += 12 * HOUR;
  expect(await sessions.principalOf(token)).toBeUndefined();
});

test("no use carries it past its absolute end", async () => {
  const { token } = await open();
  for (let hours = 0; hours < 7 * 24 - 1; hours += 1) {
    time += HOUR;
    if (hours % 5 === 0) expect(await sessions.principalOf(token)).toBeDefined();
  }
  const found = await sessions.find(token);
  expect(found?.session.expires_at).toBe(time + HOUR);
  time += HOUR;
  expect(await sessions.principalOf(token)).toBeUndefined();
});

test("somebody who only looks whether it is there does not keep it alive", async () => {
  const { token } = await open();
  for (let each = 0; each < 11; each += 1) {
    time += HOUR;
    expect(await sessions.principalOf(token, { isLook: true })).toBeDefined();
  }
  time += HOUR;
  expect(await sessions.principalOf(token, { isLook: true })).toBeUndefined();
});

test("reading writes at most once a minute", async () => {
  const { token, session } = await open();
  const seen = async () => (await sessions.find(token, { isLook: true }))?.session.seen_at;
  time += 59_000;
  await sessions.principalOf(token);
  expect(await seen()).toBe(session.created_at);
  time += 1_000;
  await sessions.principalOf(token);
  expect(await seen()).toBe(time);
});

test("a token that was changed, cut off or made up is nobody's", async () => {
  const { token } = await open();
  const last = token.endsWith("A") ? "B" : "A";
  const forms = [
    "",
    "x",
    token.slice(0, -1),
    `${token}A`,
    token.slice(0, -1) + last,
    token.replace("fs_", "fk_"),
  ];
  for (const each of [...forms, token.toUpperCase(), ` ${token}`, `${token.slice(0, 15)}_${"A".repeat(43)}`])
    expect(await sessions.principalOf(each), each).toBeUndefined();
  expect(await sessions.principalOf(token)).toBeDefined();
});

test("what has ended is not kept, and of many the oldest gives way", async () => {
  const first = await open("the first");
  time += 1;
  for (let each = 0; each < 99; each += 1) await open(`${each}`);
  expect(await sessions.list(user.id)).toHaveLength(100);
  expect(await sessions.principalOf(first.token, { isLook: true })).toBeDefined();
  await open("one more");
  expect(await sessions.list(user.id)).toHaveLength(100);
  expect(await sessions.principalOf(first.token)).toBeUndefined();
  time += 13 * HOUR;
  await open("much later\u0000\n");
  const rows = await db().selectFrom("access_session").selectAll().execute();
  expect(rows.map(({ agent }) => agent)).toEqual(["much later"]);
});
