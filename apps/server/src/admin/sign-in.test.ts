import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "@freshet/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fleet, type Instance, newFolder, startFleet } from "../instances/fleet.test.support.ts";
import {
  addUser,
  type Browser,
  cookiesOf,
  openBrowser,
  PASSWORD,
  setUp,
  signIn,
} from "./browser.test.support.ts";

let fleet: Fleet;
let server: Instance;
let admin: Browser;

beforeAll(async () => {
  fleet = await startFleet();
  server = await fleet.start({ name: "a" });
});
afterAll(() => fleet.stop());

describe("the set-up", () => {
  test("takes the token of the start alone, which only this user of the machine can read", async () => {
    const folder = await newFolder();
    const other = await fleet.start({ name: "other", folder });
    const path = join(folder, "setup.token");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path, "utf8")).trim()).toBe(other.server.setupToken);
    const browser = openBrowser(server);
    expect((await browser.ask("GET", "/access/session")).body).toEqual({ setup_needed: true });
    const wanted = { email: "ada@shop.example", name: "Ada", password: PASSWORD };
    const wrong = `ft_${"0".repeat(12)}_${"A".repeat(43)}`;
    for (const token of ["", "x", wrong, `${server.server.setupToken?.slice(0, -1)}`]) {
      const refused = await browser.ask("POST", "/access/setup", { body: { token, ...wanted } });
      expect(refused).toMatchObject({ status: 403, body: { code: "SETUP_TOKEN_WRONG" } });
    }
    const token = other.server.setupToken;
    for (const [body, status] of [
      [{ token, ...wanted, password: "aaaaaaaaaaaa" }, 422],
      [{ token, ...wanted, email: "nobody" }, 400],
      [{ token, ...wanted, name: " " }, 400],
      [{ ...wanted }, 400],
    ] as const) {
      expect(await browser.ask("POST", "/access/setup", { body })).toMatchObject({ status });
    }
    // The token of one instance is good at any other.
    const made = await browser.ask("POST", "/access/setup", { body: { token, ...wanted } });
    expect(made).toMatchObject({
      status: 201,
      body: {
        setup_needed: false,
        user: { email: "ada@shop.example", name: "Ada", rights: { installation: "admin", projects: {} } },
      },
    });
    for (const used of [token, server.server.setupToken]) {
      const again = await browser.ask("POST", "/access/setup", { body: { ...wanted, token: used } });
      expect(again).toMatchObject({ status: 409, body: { code: "SETUP_DONE" } });
    }
    await other.stop();
    const restarted = await fleet.start({ name: "restarted", folder });
    expect(restarted.server.setupToken).toBeUndefined();
    await expect(stat(path)).rejects.toThrow("ENOENT");
    await restarted.stop();
    admin = browser;
  });

  test("of two who use the token at the same moment makes one user", async () => {
    const place = await startFleet();
    const one = await place.start({ name: "one" });
    const answers = await Promise.all(
      ["ada", "bob", "eve"].map((name) =>
        openBrowser(one).ask("POST", "/access/setup", {
          body: { token: one.server.setupToken, email: `${name}@shop.example`, name, password: PASSWORD },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()[0]).toBe(201);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 403 || status === 409)).toHaveLength(2);
    await place.stop();
  });
});

describe("a session", () => {
  test("is a cookie that no script reads and no other site sends; the store has its hash", async () => {
    const browser = openBrowser(server);
    const body = { email: " Ada@Shop.Example ", password: PASSWORD };
    const answer = await browser.ask("POST", "/access/session", { body });
    expect(answer.status).toBe(201);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const [session, device] = cookiesOf(answer);
    expect(session?.name).toBe("freshet_session");
    expect(session?.value).toMatch(/^fs_[0-9a-f]{12}_[\w-]{43}$/);
    const [path, age, ...others] = session?.attributes ?? [];
    expect([path, ...others]).toEqual(["Path=/", "HttpOnly", "SameSite=Strict"]);
    expect(Math.abs(Number(age?.slice("Max-Age=".length)) - 7 * 86_400)).toBeLessThan(60);
    expect(device?.attributes).toEqual(["Path=/", "Max-Age=31536000", "HttpOnly", "SameSite=Strict"]);
    const { rows } = await sql`select * from access_session`.execute(server.store.db);
    expect(JSON.stringify(rows)).toContain(session?.value.slice(3, 15));
    expect(JSON.stringify(rows)).not.toContain(session?.value.slice(16));
    expect(JSON.stringify(answer.body)).not.toContain("fs_");
    const tls = { headers: { "x-forwarded-proto": "https" } };
    const [safe] = cookiesOf(await openBrowser(server).ask("POST", "/access/session", { body, ...tls }));
    expect(safe?.name).toBe("__Host-freshet_session");
    expect(safe?.attributes).toContain("Secure");
  });

  test("is good at every instance, survives a restart, and ends everywhere at once", async () => {
    const browser = await signIn(server, "ada@shop.example");
    const other = await fleet.start({ name: "b" });
    const there = browser.at(other);
    expect((await there.ask("GET", "/keys")).status).toBe(200);
    await other.stop();
    const again = await fleet.start({ name: "c" });
    expect((await browser.at(again).ask("GET", "/keys")).status).toBe(200);
    const kept = new Map(browser.cookies);
    expect(await browser.ask("DELETE", "/access/session")).toMatchObject({ status: 204 });
    expect(browser.cookies.has("freshet_session")).toBe(false);
    for (const instance of [server, again]) {
      const stolen = openBrowser(instance, new Map(kept));
      expect(await stolen.ask("GET", "/keys")).toMatchObject({ status: 401, body: { code: "SESSION_OVER" } });
      expect((await stolen.ask("GET", "/access/session")).body).toEqual({ setup_needed: false });
      expect(stolen.cookies.has("freshet_session")).toBe(false);
    }
    // Who is signed out already is signed out.
    expect((await browser.ask("DELETE", "/access/session")).status).toBe(204);
    await again.stop();
  });

  test("of before ends when somebody signs in in the same browser", async () => {
    const browser = await signIn(server, "ada@shop.example");
    const before = openBrowser(server, new Map(browser.cookies));
    const body = { email: "ada@shop.example", password: PASSWORD };
    expect((await browser.ask("POST", "/access/session", { body })).status).toBe(201);
    expect((await before.ask("GET", "/keys")).status).toBe(401);
    expect((await browser.ask("GET", "/keys")).status).toBe(200);
  });

  test("is seen and ended by its user, one by one and all but this one", async () => {
    const [here, there, elsewhere] = [
      await signIn(server, "ada@shop.example"),
      await signIn(server, "ada@shop.example"),
      await signIn(server, "ada@shop.example"),
    ];
    const { body } = await here.ask("GET", "/access/sessions");
    expect(body.sessions.length).toBeGreaterThanOrEqual(3);
    expect(body.sessions.filter(({ is_current }: { is_current: boolean }) => is_current)).toHaveLength(1);
    const { body: own } = await there.ask("GET", "/access/session");
    expect(await here.ask("DELETE", `/access/sessions/${own.user.session}`)).toMatchObject({ status: 204 });
    expect(await here.ask("DELETE", `/access/sessions/${own.user.session}`)).toMatchObject({ status: 404 });
    expect((await there.ask("GET", "/access/sessions")).status).toBe(401);
    expect((await elsewhere.ask("GET", "/access/sessions")).status).toBe(200);
    await here.ask("DELETE", "/access/sessions");
    expect((await elsewhere.ask("GET", "/access/sessions")).status).toBe(401);
    expect((await here.ask("GET", "/access/sessions")).body.sessions).toHaveLength(1);
    admin = here;
  });
});

describe("a sign-in", () => {
  test("tells nobody whether there is such a user, and what was typed stands nowhere", async () => {
    const refusals = await Promise.all(
      [
        { email: "ada@shop.example", password: "not the password" },
        { email: "nobody@shop.example", password: "not the password" },
        { email: "a secret typed into the wrong field", password: PASSWORD },
        { email: "", password: "" },
        { email: "ada@shop.example", password: "" },
      ].map((body) => openBrowser(server).ask("POST", "/access/session", { body })),
    );
    for (const { status, body, headers } of refusals) {
      expect([status, body]).toEqual([401, refusals[0]?.body]);
      expect(body.code).toBe("SIGN_IN_REFUSED");
      expect(headers["set-cookie"]).toBeUndefined();
    }
    const { body: audit } = await admin.ask("GET", "/audit?limit=10");
    const lines = audit.changes.filter(({ action }: { action: string }) => action === "session.refused");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatchObject({ principal: "nobody", address: "127.0.0.1" });
    expect(JSON.stringify(audit)).not.toContain("wrong field");
  });

  test("that fails again and again is refused for a while, but not where the user signed in before", async () => {
    const { browser } = await addUser(admin, server, "grace@shop.example", { projects: {} });
    await browser.ask("DELETE", "/access/session");
    const wrong = { email: "grace@shop.example", password: "not the password" };
    const statuses: number[] = [];
    for (let each = 0; each < 15; each += 1)
      statuses.push((await openBrowser(server).ask("POST", "/access/session", { body: wrong })).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    const right = { ...wrong, password: PASSWORD };
    const late = await openBrowser(server).ask("POST", "/access/session", { body: right });
    expect(late).toMatchObject({ status: 429, body: { code: "SIGN_IN_TOO_OFTEN" } });
    expect(Number(late.headers["retry-after"])).toBeGreaterThan(10);
    // Her own browser is known, an invented proof is not, and a link works for everybody who has one.
    expect((await browser.ask("POST", "/access/session", { body: right })).status).toBe(201);
    const invented = new Map([["freshet_device", `${"A".repeat(22)}.${"A".repeat(43)}`]]);
    const forged = await openBrowser(server, invented).ask("POST", "/access/session", { body: right });
    expect(forged.status).toBe(429);
  });

  test("from many places at once is tried no more often than one after the other", async () => {
    const { browser } = await addUser(admin, server, "joan@shop.example", { projects: {} });
    await browser.ask("DELETE", "/access/session");
    const body = { email: "joan@shop.example", password: "not the password" };
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, each) =>
        openBrowser(server).ask("POST", "/access/session", {
          body,
          headers: { "user-agent": `guess ${each}` },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10);
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
  });

  test("of any form of body is answered without a 5xx", async () => {
    const browser = openBrowser(server);
    for (const body of [
      "",
      "{",
      "null",
      "[]",
      '"x"',
      '{"email":1,"password":[]}',
      '{"email":{},"password":null}',
      `{"email":"${"x".repeat(300)}","password":"p"}`,
      '{"email":"\\u0000","password":"\\ud800"}',
      '{"__proto__":{"email":"x"}}',
    ]) {
      for (const path of [
        "/access/session",
        "/access/setup",
        "/access/invitation",
        "/access/invitation/check",
      ]) {
        const headers = { "content-type": "application/json" };
        const { status } = await browser.ask("POST", path, { body, headers });
        expect(status, `${path} ${body}`).toBeGreaterThanOrEqual(400);
        expect(status, `${path} ${body}`).toBeLessThan(500);
      }
    }
  });
});

describe("a password", () => {
  test("is changed by who knows the present one; other sessions end, this one goes on", async () => {
    const { browser } = await addUser(admin, server, "mary@shop.example", { projects: {} });
    const other = await signIn(server, "mary@shop.example");
    const change = (password: string, next: string) =>
      browser.ask("PUT", "/access/password", { body: { password, next } });
    expect(await change("not the password", "another good one here")).toMatchObject({
      status: 403,
      body: { code: "PASSWORD_WRONG" },
    });
    expect(await change(PASSWORD, "mary@shop.example")).toMatchObject({
      status: 422,
      body: { code: "PASSWORD_WEAK" },
    });
    expect((await other.ask("GET", "/access/sessions")).status).toBe(200);
    expect(await change(PASSWORD, "another good one here")).toMatchObject({ status: 204 });
    expect((await other.ask("GET", "/access/sessions")).status).toBe(401);
    expect((await browser.ask("GET", "/access/sessions")).status).toBe(200);
    const old = { email: "mary@shop.example", password: PASSWORD };
    expect((await browser.ask("POST", "/access/session", { body: old })).status).toBe(401);
    await signIn(server, "mary@shop.example", "another good one here");
  });

  test("cannot be guessed by who found an open browser", async () => {
    const { browser } = await addUser(admin, server, "rosa@shop.example", { projects: {} });
    const statuses: number[] = [];
    for (let each = 0; each < 12; each += 1) {
      const body = { password: `guess number ${each}`, next: "another good one here" };
      statuses.push((await browser.ask("PUT", "/access/password", { body })).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
  });
});

test("what happened stands in the log of changes", async () => {
  const place = await startFleet();
  const one = await place.start({ name: "one" });
  const ada = await setUp(one);
  const { id, browser } = await addUser(ada, one, "bob@shop.example", { projects: {} });
  await browser.ask("PUT", "/access/password", {
    body: { password: PASSWORD, next: "another good one here" },
  });
  await browser.ask("DELETE", "/access/session");
  await ada.ask("POST", `/access/users/${id}/invitation`);
  await ada.ask("DELETE", `/access/users/${id}`);
  const { body } = await ada.ask("GET", "/audit?limit=100");
  const lines = body.changes.map(({ action, principal }: { action: string; principal: string }) => [
    action,
    principal.replace(/[0-9a-f]{12}/, "…"),
  ]);
  const [a, b] = ["user … (ada@shop.example)", "user … (bob@shop.example)"];
  expect(lines.toReversed()).toEqual([
    ["user.created", "set-up"],
    ["session.opened", a],
    ["user.created", a],
    ["password.changed", b],
    ["session.opened", b],
    ["password.changed", b],
    ["session.closed", b],
    ["user.invited", a],
    ["user.deleted", a],
  ]);
  await place.stop();
});
