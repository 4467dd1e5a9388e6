import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { done, makeProject } from "./api.test.support.ts";
import { addUser, type Browser, openBrowser, PASSWORD, setUp, signIn } from "./browser.test.support.ts";

let fleet: Fleet;
let server: Instance;
let admin: Browser;

beforeAll(async () => {
  fleet = await startFleet();
  server = await fleet.start({ name: "a", isAlone: true });
  for (const project of ["shop", "blog", "news"]) await makeProject(server, project, {});
  admin = await setUp(server);
});
afterAll(() => fleet.stop());

const follow = (token: string, password = PASSWORD) =>
  openBrowser(server).ask("POST", "/access/invitation", { body: { token, password } });

describe("an invitation", () => {
  test("says whom it is for, works once, and ends those from before", async () => {
    const wanted = { email: "Grace@Shop.example", name: "Grace", rights: { projects: { shop: "write" } } };
    const made = await admin.ask("POST", "/access/users", { body: wanted });
    expect(made).toMatchObject({
      status: 201,
      body: { email: "grace@shop.example", has_password: false, rights: { projects: { shop: "write" } } },
    });
    const { id, invitation, invitation_expires_at } = made.body;
    expect(Date.parse(invitation_expires_at) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    const look = (token: string) =>
      openBrowser(server).ask("POST", "/access/invitation/check", { body: { token } });
    expect((await look(invitation)).body).toMatchObject({ email: "grace@shop.example", name: "Grace" });
    const { body: again } = await admin.ask("POST", `/access/users/${id}/invitation`);
    expect(await look(invitation)).toMatchObject({ status: 403, body: { code: "LINK_WRONG" } });
    expect((await follow(invitation)).status).toBe(403);
    expect((await follow(again.invitation, "short")).status).toBe(422);
    const [first, second] = await Promise.all([follow(again.invitation), follow(again.invitation)]);
    expect([first.status, second.status].toSorted()).toEqual([201, 403]);
    expect(await follow(again.invitation)).toMatchObject({ status: 403 });
    const { body: user } = await admin.ask("GET", `/access/users/${id}`);
    expect(user).toMatchObject({ has_password: true });
    expect(user.invited_until).toBeUndefined();
    expect(JSON.stringify(user)).not.toContain("argon2");
  });

  test("followed where somebody else is signed in takes that place; looking at it and failing end nothing", async () => {
    const { id: sender, browser } = await addUser(admin, server, "sender@shop.example", {});
    const elsewhere = await signIn(server, "sender@shop.example");
    const before = openBrowser(server, new Map(browser.cookies));
    const wanted = { email: "guest@shop.example", name: "Guest", rights: { projects: {} } };
    const { invitation: token } = (await admin.ask("POST", "/access/users", { body: wanted })).body;
    const who = async (one: Browser) => (await one.ask("GET", "/access/session")).body.user?.email;

    for (const [path, body, status] of [
      ["/access/invitation/check", { token }, 200],
      ["/access/invitation", { token, password: "short" }, 422],
      ["/access/invitation", { token: `${token}x`, password: PASSWORD }, 403],
      ["/access/invitation", { token }, 400],
    ] as const) {
      expect((await browser.ask("POST", path, { body })).status).toBe(status);
      expect(await who(browser)).toBe("sender@shop.example");
    }
    // Another site cannot have it done.
    const evil = { headers: { origin: "https://evil.example" }, body: { token, password: PASSWORD } };
    expect((await browser.ask("POST", "/access/invitation", evil)).status).toBe(403);

    expect(
      (await browser.ask("POST", "/access/invitation", { body: { token, password: PASSWORD } })).status,
    ).toBe(201);
    expect(await who(browser)).toBe("guest@shop.example");
    expect((await before.ask("GET", "/access/sessions")).status).toBe(401);
    // Only this browser's: wherever else the sender is signed in, that goes on.
    expect(await who(elsewhere)).toBe("sender@shop.example");
    expect((await admin.ask("GET", `/access/users/${sender}/sessions`)).body.sessions).toHaveLength(1);
  });

  test("resets a password, and ends what was open with the old one", async () => {
    const { id, browser } = await addUser(admin, server, "reset@shop.example", {});
    const { body } = await admin.ask("POST", `/access/users/${id}/invitation`);
    expect((await browser.ask("GET", "/access/sessions")).status).toBe(200);
    expect((await follow(body.invitation, "another good one here")).status).toBe(201);
    expect((await browser.ask("GET", "/access/sessions")).status).toBe(401);
    await signIn(server, "reset@shop.example", "another good one here");
  });

  test("is needed once for each address, and only for projects that there are", async () => {
    const ask = (body: object) => admin.ask("POST", "/access/users", { body });
    const twice = { email: "ADA@shop.example", name: "Ada", rights: {} };
    expect(await ask(twice)).toMatchObject({ status: 409, body: { code: "USER_EXISTS" } });
    const unknown = { email: "x@shop.example", name: "X", rights: { projects: { nowhere: "read" } } };
    expect(await ask(unknown)).toMatchObject({ status: 400 });
    for (const body of [
      {},
      { email: "x@shop.example", name: "X" },
      { email: "x@shop.example", name: "X", rights: { installation: "root" } },
      { email: "x@shop.example", name: "X", rights: { projects: { shop: "owner" } } },
      { email: "x@shop.example", name: "X", rights: { projects: ["shop"] } },
      { email: "x@shop.example", name: "X", rights: { projects: { "": "read" } } },
      { email: "x y@shop.example", name: "X", rights: {} },
      { email: "x@shop.example", name: "X\u0000", rights: {} },
    ]) {
      expect((await ask(body)).status, JSON.stringify(body)).toBe(400);
    }
  });
});

describe("rights", () => {
  test("that were taken away are not given back by a form from before", async () => {
    const email = "stale@shop.example";
    const rights = { projects: { shop: "admin" } };
    const { id } = await addUser(admin, server, email, rights);
    const where = `/access/users/${id}`;
    const { headers, body } = await admin.ask("GET", where);
    const put = (wanted: object, tag: string) =>
      admin.ask("PUT", where, { body: { email, name: body.name, ...wanted }, headers: { "if-match": tag } });
    const read = String(headers.etag);
    const taken = await put({ rights: {} }, read);
    expect(taken.status).toBe(200);
    for (const stale of [read, `W/${taken.headers.etag}`, "7"])
      expect(await put({ rights, name: "Stale" }, stale)).toMatchObject({
        status: 412,
        body: { code: "VERSION_OUTDATED" },
      });
    expect((await admin.ask("GET", where)).body).toMatchObject({ name: body.name, rights: { projects: {} } });
    expect((await put({ rights: {}, name: "Fresh" }, String(taken.headers.etag))).status).toBe(200);
    expect((await put({ rights: {}, name: "Whoever" }, "*")).status).toBe(200);
  });

  test("in several projects show those, and ask which one is meant", async () => {
    const rights = { projects: { shop: "admin", blog: "write" } };
    const { browser } = await addUser(admin, server, "several@shop.example", rights);
    const { body } = await browser.ask("GET", "/projects");
    expect(body.projects.map(({ name }: { name: string }) => name)).toEqual(["blog", "shop"]);
    expect(await browser.ask("GET", "/invalidate")).toMatchObject({
      status: 400,
      body: { code: "PROJECT_NOT_NAMED" },
    });
    for (const [project, status] of [
      ["shop", 200],
      ["blog", 200],
      ["news", 403],
      ["nowhere", 403],
    ] as const)
      expect((await browser.ask("GET", `/invalidate?project=${project}`)).status, project).toBe(status);
    const accepted = await browser.ask("POST", "/invalidate?project=blog", { body: { scope: "all" } });
    expect(accepted.status).toBe(201);
    await done(server, "blog", [accepted.body.invalidation.uuid]);
    expect((await browser.ask("GET", "/projects/shop/keys")).status).toBe(200);
    expect((await browser.ask("GET", "/projects/blog/keys")).status).toBe(403);
    const put = { body: { kind: "wordpress", state: "running", lag: 0 } };
    for (const project of ["shop", "blog", "news"])
      await server.ask("PUT", `/connectors/one?project=${project}`, put);
    const listed = async (query: string) => {
      const { body: found } = await browser.ask("GET", `/connectors${query}`);
      return found.connectors.map(({ project }: { project: string }) => project);
    };
    expect(await listed("")).toEqual(["blog", "shop"]);
    expect(await listed("?project=shop")).toEqual(["shop"]);
    expect(await listed("?project=news")).toEqual([]);
    const first = await browser.ask("GET", "/connectors?limit=1");
    expect(await listed(`?limit=1&cursor=${first.body.cursor}`)).toEqual(["shop"]);
    // The log needs admin: that is shop's alone.
    const { body: audit } = await browser.ask("GET", "/audit?limit=100");
    expect(new Set(audit.changes.map(({ project }: { project: string }) => project))).toEqual(
      new Set(["shop"]),
    );
    expect((await browser.ask("GET", "/audit?project=blog")).body.changes).toEqual([]);
  });

  test("in one project need not name it; none see nothing", async () => {
    const { browser } = await addUser(admin, server, "one@shop.example", { projects: { blog: "read" } });
    expect((await browser.ask("GET", "/invalidate")).status).toBe(200);
    expect((await browser.ask("POST", "/invalidate", { body: { scope: "all" } })).status).toBe(403);
    const { browser: nobody } = await addUser(admin, server, "none@shop.example", {});
    for (const path of ["/projects", "/connectors", "/instances", "/audit", "/invalidate", "/projects/shop"])
      expect(await nobody.ask("GET", path), path).toMatchObject({
        status: 403,
        body: { code: "RIGHT_MISSING" },
      });
    expect((await nobody.ask("GET", "/access/sessions")).status).toBe(200);
  });

  test("to look at everything and to administer one project go together", async () => {
    const rights = { installation: "read", projects: { shop: "admin" } };
    const { browser } = await addUser(admin, server, "both@shop.example", rights);
    expect((await browser.ask("GET", "/projects")).body.projects.length).toBeGreaterThan(3);
    expect((await browser.ask("GET", "/projects/shop/keys")).status).toBe(200);
    expect((await browser.ask("GET", "/projects/blog/keys")).status).toBe(403);
    expect((await browser.ask("GET", "/access/users")).status).toBe(403);
    // What only the installation may open, the administrator of a project may not.
    const { headers } = await browser.ask("GET", "/projects/shop");
    const opened = await browser.ask("PUT", "/projects/shop", {
      body: { settings: { origins: { allowPrivate: true } } },
      headers: { "if-match": String(headers.etag) },
    });
    expect(opened).toMatchObject({ status: 403, body: { code: "SETTING_NOT_ALLOWED" } });
  });

  test("that change are in force with the next request, in both directions", async () => {
    const email = "moving@shop.example";
    const { id, browser } = await addUser(admin, server, email, { projects: { shop: "read" } });
    const set = (rights: object) =>
      admin.ask("PUT", `/access/users/${id}`, { body: { email, name: "Moving", rights } });
    expect((await browser.ask("GET", "/projects/shop/keys")).status).toBe(403);
    expect(await set({ projects: { shop: "admin" } })).toMatchObject({
      status: 200,
      body: { name: "Moving", rights: { projects: { shop: "admin" } } },
    });
    expect((await browser.ask("GET", "/projects/shop/keys")).status).toBe(200);
    await set({});
    expect((await browser.ask("GET", "/projects/shop")).status).toBe(403);
    expect(await admin.ask("DELETE", `/access/users/${id}`)).toMatchObject({ status: 204 });
    expect((await browser.ask("GET", "/access/sessions")).status).toBe(401);
    for (const method of ["GET", "DELETE"] as const)
      expect((await admin.ask(method, `/access/users/${id}`)).status).toBe(404);
    expect((await set({})).status).toBe(404);
  });

  test("in a project end with it, and do not come back with another one of its name", async () => {
    await makeProject(server, "gone", {});
    const { id, browser } = await addUser(admin, server, "gone@shop.example", {
      projects: { gone: "admin" },
    });
    const { headers } = await browser.ask("GET", "/projects/gone");
    const version = { headers: { "if-match": String(headers.etag) } };
    expect((await admin.ask("DELETE", "/projects/gone", version)).status).toBe(200);
    await makeProject(server, "gone", {});
    expect((await browser.ask("GET", "/projects/gone")).status).toBe(403);
    expect((await admin.ask("GET", `/access/users/${id}`)).body.rights).toEqual({ projects: {} });
  });
});

describe("the last administrator who can sign in", () => {
  test("stays one, however many are only invited", async () => {
    const { body: me } = await admin.ask("GET", "/access/session");
    const { id, email, name } = me.user;
    const rights = { installation: "admin" };
    const body = { email: "invited@shop.example", name: "Invited", rights };
    const { body: invited } = await admin.ask("POST", "/access/users", { body });
    const demote = () => admin.ask("PUT", `/access/users/${id}`, { body: { email, name, rights: {} } });
    for (const answer of [await demote(), await admin.ask("DELETE", `/access/users/${id}`)])
      expect(answer).toMatchObject({ status: 409, body: { code: "LAST_ADMIN" } });
    expect((await admin.ask("DELETE", `/access/users/${invited.id}`)).status).toBe(204);
  });

  test("is one of two who take each other's rights at the same moment", async () => {
    const { id, browser } = await addUser(admin, server, "second@shop.example", { installation: "admin" });
    const { body: me } = await admin.ask("GET", "/access/session");
    const answers = await Promise.all([
      admin.ask("DELETE", `/access/users/${id}`),
      browser.ask("DELETE", `/access/users/${me.user.id}`),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.every((status) => status < 500)).toBe(true);
    if ((await admin.ask("GET", "/access/users")).status !== 200) admin = browser;
    expect((await admin.ask("GET", "/access/users")).status).toBe(200);
  });
});

test("users are listed by address, page by page, and their sessions are ended by an administrator", async () => {
  const seen: string[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const at = cursor === "" ? "" : `&cursor=${cursor}`;
    const { body } = await admin.ask("GET", `/access/users?limit=2${at}`);
    seen.push(...body.users.map(({ email }: { email: string }) => email));
    cursor = body.cursor;
  }
  expect(seen.length).toBeGreaterThan(4);
  expect(seen).toEqual([...new Set(seen)].toSorted());
  const { id, browser } = await addUser(admin, server, "watched@shop.example", {});
  const { body } = await admin.ask("GET", `/access/users/${id}/sessions`);
  expect(body.sessions).toMatchObject([{ method: "link", is_current: false }]);
  const one = `/access/users/${id}/sessions/${body.sessions[0].id}`;
  expect((await admin.ask("DELETE", one)).status).toBe(204);
  expect((await admin.ask("DELETE", one)).status).toBe(404);
  expect((await browser.ask("GET", "/access/sessions")).status).toBe(401);
  const next = await signIn(server, "watched@shop.example");
  expect((await admin.ask("DELETE", `/access/users/${id}/sessions`)).status).toBe(204);
  expect((await next.ask("GET", "/access/sessions")).status).toBe(401);
});
