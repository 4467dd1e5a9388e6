import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import type { ChangeTables } from "../projects/changes.ts";
import { makeProject } from "./api.test.support.ts";
import { addUser, type Browser, setUp } from "./browser.test.support.ts";

let fleet: Fleet;
let server: Instance;
let admin: Browser;

beforeAll(async () => {
  fleet = await startFleet();
  server = await fleet.start({ name: "a", isAlone: true });
  admin = await setUp(server);
});
afterAll(() => fleet.stop());

/** Deletes a project as another instance does, of which this one has not heard so far. */
async function deleteElsewhere(name: string): Promise<void> {
  const db = server.store.db.$extendTables<ChangeTables>();
  await db.transaction().execute(async (transaction) => {
    const { n } = await transaction
      .updateTable("project_feed")
      .set(({ eb }) => ({ n: eb("n", "+", 1) }))
      .returning("n")
      .executeTakeFirstOrThrow();
    const at = { project: name, version: 2, at: Date.now(), principal: "elsewhere", address: "192.0.2.1" };
    await transaction
      .insertInto("project_version")
      .values({ ...at, settings: null, note: null })
      .execute();
    const row = { version: 2, revision: n, is_deleted: 1 };
    await transaction.updateTable("project_row").set(row).where("name", "=", name).execute();
  });
}

const wanted = (email: string, project: string) => ({
  body: { email, name: "Late", rights: { projects: { [project]: "admin" } } },
});

test("a user who is given rights in a project that was just deleted has none in its namesake", async () => {
  const { id } = await addUser(admin, server, "late@shop.example", {});
  for (const [name, ask] of [
    ["one", () => admin.ask("POST", "/access/users", wanted("new@shop.example", "one"))],
    ["two", () => admin.ask("PUT", `/access/users/${id}`, wanted("late@shop.example", "two"))],
  ] as const) {
    await makeProject(server, name, {});
    await deleteElsewhere(name);
    const { status, body } = await ask();
    expect([name, status, body.code]).toEqual([name, 400, "BODY_UNREADABLE"]);
  }
  const { body } = await admin.ask("GET", "/access/users");
  const rights = body.users.map((user: { email: string; rights: object }) => [user.email, user.rights]);
  expect(rights).toEqual([
    ["ada@shop.example", { installation: "admin", projects: {} }],
    ["late@shop.example", { projects: {} }],
  ]);
});

test("a key that is made for a project that was just deleted is none of its namesake", async () => {
  await makeProject(server, "keys", {});
  await deleteElsewhere("keys");
  const body = { name: "late", right: "read" };
  const made = await admin.ask("POST", "/projects/keys/keys", { body });
  expect(made).toMatchObject({ status: 404, body: { code: "PROJECT_NOT_FOUND" } });
  await makeProject(server, "keys", {});
  expect((await admin.ask("GET", "/projects/keys/keys")).body.keys).toEqual([]);
});

test("a picture that comes for a project that was just deleted is no file of its namesake", async () => {
  await makeProject(server, "files", {});
  await deleteElsewhere("files");
  const put = await admin.ask("PUT", "/projects/files/files/late.svg", {
    body: '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z"/></svg>',
    headers: { "content-type": "image/svg+xml" },
  });
  expect(put).toMatchObject({ status: 404, body: { code: "PROJECT_NOT_FOUND" } });
  await makeProject(server, "files", {});
  expect((await admin.ask("GET", "/projects/files/files")).body.files).toEqual([]);
});
