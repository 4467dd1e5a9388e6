import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessControl } from "../access/plugin.ts";
import { type Access, includesRight, type Right } from "../access/right.ts";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { createProjects } from "../projects/projects.ts";
import { done, makeProject } from "./api.test.support.ts";
import { addUser, type Browser, openBrowser, setUp } from "./browser.test.support.ts";
import { collectOperations } from "./openapi.ts";

interface Documented {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly access: Access;
}

/** What each address needs, written down once more by hand: nobody loosens one by accident. */
const NEEDED: readonly string[] = [
  "DELETE /access/session: public",
  "DELETE /access/sessions/{id}: user",
  "DELETE /access/sessions: user",
  "DELETE /access/users/{id}/sessions/{session}: admin installation",
  "DELETE /access/users/{id}/sessions: admin installation",
  "DELETE /access/users/{id}: admin installation",
  "DELETE /connectors/{id}: write key",
  "DELETE /keys/{id}: admin installation",
  "DELETE /projects/{name}/files/{file}: admin path",
  "DELETE /projects/{name}/keys/{id}: admin path",
  "DELETE /projects/{name}: admin installation",
  "GET /access/oidc/callback: public",
  "GET /access/oidc: public",
  "GET /access/session: public",
  "GET /access/sessions: user",
  "GET /access/users/{id}/sessions: admin installation",
  "GET /access/users/{id}: admin installation",
  "GET /access/users: admin installation",
  "GET /audit: admin visible",
  "GET /connectors/{id}/events: read key",
  "GET /connectors/{id}/status: read key",
  "GET /connectors: read visible",
  "GET /instances: read visible",
  "GET /invalidate/events: read key",
  "GET /invalidate/reach: read key",
  "GET /invalidate/{uuid}: read key",
  "GET /invalidate: read key",
  "GET /keys: admin installation",
  "GET /nodes: read visible",
  "GET /openapi.json: public",
  "DELETE /warmup/{id}: write key",
  "GET /warmup/{id}/urls: read key",
  "GET /warmup/{id}: read key",
  "GET /warmup: read key",
  "POST /warmup/urls: write key",
  "POST /warmup: write key",
  "GET /projects/{name}/explain: read path",
  "GET /projects/{name}/files/{file}: read path",
  "GET /projects/{name}/files: read path",
  "GET /projects/{name}/keys: admin path",
  "GET /projects/{name}/picture: read path",
  "GET /projects/{name}/states: read path",
  "GET /projects/{name}/versions/{version}: read path",
  "GET /projects/{name}/versions: read path",
  "GET /projects/{name}: read path",
  "GET /projects: read visible",
  "GET /stats/delivery: read visible",
  "GET /stats/general: read visible",
  "GET /stats/logs/{kind}: read visible",
  "GET /stats/optimization: read visible",
  "GET /stats/overview: read visible",
  "GET /stats/top: read visible",
  "GET /stats/volumetry: read visible",
  "POST /access/invitation/check: public",
  "POST /access/invitation: public",
  "POST /access/session: public",
  "POST /access/setup: public",
  "POST /access/users/{id}/invitation: admin installation",
  "POST /access/users: admin installation",
  "POST /connectors/{id}/reconcile: write key",
  "POST /invalidate/{uuid}/retry: write key",
  "POST /invalidate: write key",
  "POST /keys: admin installation",
  "POST /projects/{name}/check-source: write path",
  "POST /projects/{name}/explain: admin path",
  "POST /projects/{name}/keys: admin path",
  "POST /projects/{name}/sign: write path",
  "POST /projects/{name}/states: write path",
  "POST /projects/{name}/versions/{version}/restore: admin path",
  "POST /projects: admin installation",
  "POST /stats/logs/cdn: write key",
  "PUT /access/password: user",
  "PUT /access/users/{id}: admin installation",
  "PUT /connectors/{id}: write key",
  "PUT /projects/{name}/files/{file}: admin path",
  "PUT /projects/{name}: admin path",
];

let fleet: Fleet;
let server: Instance;
let operations: readonly Documented[];
/** Keys by what they are: of the project that paths name, of another one, of the file, of the installation. */
const keys = new Map<string, { readonly key: string; readonly right: Right; readonly project?: string }>();

beforeAll(async () => {
  fleet = await startFleet();
  server = await fleet.start({ name: "a", isAlone: true });
  for (const project of ["shop", "blog"]) {
    await makeProject(server, project, {});
    for (const right of ["read", "write", "admin"] as const) {
      const made = await server.ask("POST", `/projects/${project}/keys`, { body: { name: right, right } });
      keys.set(`${right} of ${project}`, { key: made.body.key, right, project });
    }
  }
  keys.set("the file's of demo", { key: "client_0123456789abcdef", right: "write", project: "demo" });
  const { body } = await server.ask("POST", "/keys", { body: { name: "all", right: "admin" } });
  keys.set("admin of the installation", { key: body.key, right: "admin" });
  keys.set("the file's of the installation", { key: "admin_0123456789abcdef", right: "admin" });
  const reading = await server.ask("POST", "/keys", { body: { name: "look", right: "read" } });
  keys.set("read of the installation", { key: reading.body.key, right: "read" });
  const { body: document } = await server.ask("GET", "/openapi.json", { key: "" });
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { readonly "x-freshet-access": Access }>).map(
      ([method, operation]) => ({
        method: method.toUpperCase() as Documented["method"],
        path,
        access: operation["x-freshet-access"],
      }),
    ),
  );
});
afterAll(() => fleet.stop());

const fill = (path: string) =>
  path
    .replace("{name}", "shop")
    .replace("{version}", "1")
    .replace(/\{\w+\}/, "nothing");

/** A stream of everything has no end; of one that is not there, it has no beginning. */
const askedOf = (path: string, query: string) =>
  path === "/invalidate/events" ? `${query === "" ? "?" : `${query}&`}uuid=nothing` : query;

const sentWith = (method: string) => (method === "POST" || method === "PUT" ? { body: {} } : {});

const send = ({ method, path }: Documented, key: string, query = "") =>
  server.ask(method, `${fill(path)}${askedOf(path, query)}`, {
    key,
    // Where sessions are given and taken, everybody says that no other site sent it.
    ...(path.startsWith("/access/") ? { headers: { "freshet-csrf": "1" } } : {}),
    ...sentWith(method),
  });

function mayAsk(access: Access, { right, project }: { readonly right: Right; readonly project?: string }) {
  if (access === "public") return true;
  if (access === "user") return false;
  if (!includesRight(right, access.right)) return false;
  if (project === undefined) return true;
  return access.of === "path" ? project === "shop" : access.of !== "installation";
}

/** What users may have, by what they are called. */
const USERS: Readonly<
  Record<string, { readonly installation?: Right; readonly projects?: Readonly<Record<string, Right>> }>
> = {
  "nobody in particular": {},
  ...Object.fromEntries(
    (["read", "write", "admin"] as const).flatMap((right) => [
      [`${right} of shop`, { projects: { shop: right } }],
      [`${right} of blog`, { projects: { blog: right } }],
      [`${right} of the installation`, { installation: right }],
    ]),
  ),
  "admin of shop, reader of blog": { projects: { shop: "admin", blog: "read" } },
  "reader of everything, admin of blog": { installation: "read", projects: { blog: "admin" } },
};

/** The project that a request of a signed-in user is about. */
function mayUserAsk(
  access: Access,
  { installation, projects = {} }: (typeof USERS)[string],
  project: string,
): boolean {
  if (access === "public" || access === "user") return true;
  const rights =
    access.of === "installation"
      ? []
      : access.of === "visible"
        ? Object.values(projects)
        : [projects[project]];
  return [installation, ...rights].some((right) => includesRight(right, access.right));
}

test("the document says of each address what it needs, and it is what was meant", () => {
  const said = operations.map(({ method, path, access }) =>
    typeof access === "string"
      ? `${method} ${path}: ${access}`
      : `${method} ${path}: ${access.right} ${access.of}`,
  );
  expect(said.toSorted()).toEqual(NEEDED.toSorted());
});

describe("each address", () => {
  test("is answered to nobody without a key, and to nobody with a wrong one", async () => {
    for (const operation of operations.filter(({ access }) => access !== "public")) {
      const { status, headers, body } = await send(operation, "");
      expect(status, operation.path).toBe(401);
      expect(headers["www-authenticate"]).toContain("Bearer");
      expect(headers["cache-control"]).toBe("no-store");
      expect(body.code).toBe(operation.access === "user" ? "SESSION_OVER" : "API_KEY_WRONG");
    }
    const wrong = `fk_0123456789ab_${"A".repeat(43)}`;
    for (const operation of operations.filter(({ access }) => access !== "public").slice(0, 10)) {
      expect((await send(operation, wrong)).status, operation.path).toBe(401);
    }
  });

  test("is answered to exactly those keys whose right and project allow it", async () => {
    const wrong: string[] = [];
    let refused = 0;
    for (const operation of operations) {
      for (const [name, key] of keys) {
        const { status, headers, body } = await send(operation, key.key);
        const isRefused = status === 401 || status === 403;
        const line = `${operation.method} ${operation.path} with ${name}: ${status} ${body?.code ?? ""}`;
        if (isRefused === mayAsk(operation.access, key) || status >= 500) wrong.push(line);
        if (headers["cache-control"] !== "no-store") wrong.push(`${line} may be stored`);
        if (isRefused) refused += 1;
      }
    }
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(50);
  });

  test("that goes by the key's project is no way into another one", async () => {
    const { key } = keys.get("admin of shop") ?? { key: "" };
    const byKey = operations.filter(({ access }) => typeof access === "object" && access.of === "key");
    expect(byKey.length).toBeGreaterThan(5);
    for (const operation of byKey) {
      expect((await send(operation, key, "?project=blog")).status, operation.path).toBe(403);
      expect((await send(operation, key, "?project=nobody")).status, operation.path).toBe(403);
      expect((await send(operation, key, "?project=shop")).status, operation.path).not.toBe(403);
    }
  });

  test("of the analytics is no way into another project, named in the query", async () => {
    const { key } = keys.get("admin of shop") ?? { key: "" };
    const stats = operations.filter(({ method, path }) => method === "GET" && path.startsWith("/stats/"));
    expect(stats.length).toBeGreaterThan(5);
    for (const { path } of stats) {
      for (const kind of path.includes("{kind}") ? ["resizes", "slow", "failed", "urls", "cdn"] : [""]) {
        const ask = (project: string) =>
          server.ask("GET", `${path.replace("{kind}", kind)}?project=${project}`, { key });
        expect((await ask("blog")).status, `${path} ${kind}`).toBe(403);
        expect((await ask("nobody")).status, `${path} ${kind}`).toBe(403);
        expect((await ask("shop")).status, `${path} ${kind}`).not.toBe(403);
      }
    }
  });

  test("finds nothing by the id of what belongs to another project", async () => {
    const { key } = keys.get("admin of shop") ?? { key: "" };
    const owner = keys.get("admin of blog")?.key ?? "";
    const list = { data: ["/_sample_/landscape.jpg"] };
    const { body: warmUp } = await server.ask("POST", "/warmup/urls", { key: owner, body: list });
    const all = { scope: "all" };
    const { body: receipt } = await server.ask("POST", "/invalidate", { key: owner, body: all });
    const { uuid } = receipt.invalidation;
    await server.ask("PUT", "/connectors/theirs", {
      key: owner,
      body: { kind: "wordpress", state: "running", lag: 0 },
    });
    const { body: made } = await server.ask("POST", "/projects/blog/keys", {
      key: owner,
      body: { name: "own", right: "read" },
    });
    for (const [method, path] of [
      ...[["GET", `/warmup/${warmUp.id}`] as const, ["GET", `/warmup/${warmUp.id}/urls`] as const],
      ...[["DELETE", `/warmup/${warmUp.id}`] as const, ["GET", `/invalidate/${uuid}`] as const],
      ...[["POST", `/invalidate/${uuid}/retry`] as const, ["GET", "/connectors/theirs/status"] as const],
      ...[["GET", "/connectors/theirs/events"] as const, ["POST", "/connectors/theirs/reconcile"] as const],
      ...[["DELETE", "/connectors/theirs"] as const, ["DELETE", `/projects/shop/keys/${made.id}`] as const],
    ]) {
      expect((await server.ask(method, path, { key })).status, `${method} ${path}`).toBe(404);
    }
    // All of it is still there for whom it belongs to.
    expect((await server.ask("GET", `/warmup/${warmUp.id}`, { key: owner })).status).toBe(200);
    expect((await server.ask("GET", "/keys", { key: made.key })).status).toBe(403);
    await done(server, "blog", [uuid]);
  });

  test("that lists what a key may see shows it nothing of other projects", async () => {
    const { key } = keys.get("admin of shop") ?? { key: "" };
    const { body: projects } = await server.ask("GET", "/projects", { key });
    expect(projects.projects.map(({ name }: { name: string }) => name)).toEqual(["shop"]);
    const put = { body: { kind: "wordpress", state: "running", lag: 0 } };
    await server.ask("PUT", "/connectors/one?project=blog", put);
    await server.ask("PUT", "/connectors/one", { ...put, key });
    const { body: connectors } = await server.ask("GET", "/connectors?project=blog", { key });
    expect(connectors.connectors.map(({ project }: { project: string }) => project)).toEqual(["shop"]);
    const { body: audit } = await server.ask("GET", "/audit?project=blog&limit=100", { key });
    expect(new Set(audit.changes.map(({ project }: { project: string }) => project))).toEqual(
      new Set(["shop"]),
    );
  });
});

describe("each address, asked by who is signed in,", () => {
  let admin: Browser;
  const users = new Map<string, Browser>();
  /** Signing out comes last: whoever did is nobody. */
  const inOrder = () =>
    operations.toSorted((one, other) => Number(isSigningOut(one)) - Number(isSigningOut(other)));
  const isSigningOut = ({ method, path }: Documented) => method === "DELETE" && path === "/access/session";
  const closed = () => operations.filter(({ access }) => access !== "public");
  const sendBy = (browser: Browser, { method, path }: Documented, query = "", headers = {}) =>
    browser.ask(method, `${fill(path)}${askedOf(path, query)}`, { ...sentWith(method), headers });

  beforeAll(async () => {
    admin = await setUp(server);
    for (const [name, rights] of Object.entries(USERS)) {
      const email = `${name.replace(/[^a-z]+/g, "-")}@shop.example`;
      users.set(name, (await addUser(admin, server, email, rights)).browser);
    }
  });

  test("is answered to exactly those who have the right there", async () => {
    const wrong: string[] = [];
    const seen = { allowed: 0, refused: 0 };
    for (const operation of inOrder()) {
      for (const [name, browser] of users) {
        const isByName = typeof operation.access === "object" && operation.access.of === "key";
        for (const project of isByName ? ["shop", "blog", "nowhere"] : ["shop"]) {
          const { status, headers, body } = await sendBy(
            browser,
            operation,
            isByName ? `?project=${project}` : "",
          );
          const isRefused = status === 401 || status === 403;
          const isMeant = mayUserAsk(operation.access, USERS[name] ?? {}, project);
          // Whoever follows no link, and set up nothing, is told so by the same status.
          const isAboutToken = ["LINK_WRONG", "SIGN_IN_REFUSED"].includes(body?.code);
          const line = `${operation.method} ${operation.path} of ${project} by ${name}: ${status} ${body?.code ?? ""}`;
          if ((isRefused && !isAboutToken) === isMeant || status >= 500) wrong.push(line);
          if (headers["cache-control"] !== "no-store") wrong.push(`${line} may be stored`);
          if (body?.code === "KEY_NOT_ALLOWED") wrong.push(`${line} speaks of a key`);
          seen[isRefused ? "refused" : "allowed"] += 1;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(seen.allowed, seen.refused)).toBeGreaterThan(100);
  });

  test("says to a user what users lack, and to a key what keys lack, also about what is inside of a request", async () => {
    const { browser: writer } = await addUser(admin, server, "writer@shop.example", {
      projects: { shop: "write" },
    });
    const { key } = keys.get("write of shop") ?? { key: "" };
    const settings = { path: "_site_/hat.gif", settings: {} };
    for (const [path, body] of [
      ["/projects/shop/check-source", settings],
      ["/warmup?project=shop", { warmup: { token: "blog", uris: ["_site_/hat.gif"] } }],
    ] as const) {
      const byUser = await writer.ask("POST", path, { body });
      expect(byUser, path).toMatchObject({ status: 403, body: { code: "RIGHT_MISSING" } });
      const byKey = await server.ask("POST", path, { key, body });
      expect(byKey, path).toMatchObject({ status: 403, body: { code: "KEY_NOT_ALLOWED" } });
    }
  });

  test("is answered to no session that was made up, changed, ended, or is of another installation", async () => {
    const other = await startFleet();
    const elsewhere = await setUp(await other.start({ name: "elsewhere" }));
    const ended = await setUpAgain();
    const value = admin.cookies.get("freshet_session") ?? "";
    const forged = [
      ...["", "x", "null", "fs_", `fs_${"0".repeat(12)}_${"A".repeat(43)}`, value.slice(0, -1), `${value}x`],
      ...[value.slice(0, 16) + "A".repeat(43), value.replace("fs_", "fi_"), "%00", "a".repeat(5_000)],
      ...['"', "é", "../../etc/passwd", "' or 1=1 --"],
      elsewhere.cookies.get("freshet_session") ?? "",
      ended,
    ];
    const wrong: string[] = [];
    for (const [at, session] of forged.entries()) {
      for (const operation of at < 3 || at > 14 ? closed() : closed().slice(0, 4)) {
        const browser = openBrowser(server, new Map([["freshet_session", session]]));
        const { status } = await sendBy(browser, operation);
        if (status !== 401) wrong.push(`${operation.method} ${operation.path} by ${session}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
    await other.stop();
  });

  /** The session of a user who is gone. */
  async function setUpAgain(): Promise<string> {
    const { id, browser } = await addUser(admin, server, "ended@shop.example", { installation: "admin" });
    const session = browser.cookies.get("freshet_session") ?? "";
    expect((await browser.ask("GET", "/keys")).status).toBe(200);
    expect((await admin.ask("DELETE", `/access/users/${id}`)).status).toBe(204);
    return session;
  }

  test("changes nothing for a page of another site, nor for a form", async () => {
    const unsafe = operations.filter(
      ({ method, path, access }) => method !== "GET" && (access !== "public" || path.startsWith("/access/")),
    );
    expect(unsafe.length).toBeGreaterThan(20);
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const forgeries: readonly Readonly<Record<string, string>>[] = [
      { "freshet-csrf": "" },
      { "freshet-csrf": "", ...form },
      { "freshet-csrf": "", "content-type": "text/plain" },
      { "freshet-csrf": "", "content-type": "multipart/form-data; boundary=x" },
      { "freshet-csrf": "", "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
      { origin: "null" },
    ];
    const wrong: string[] = [];
    for (const operation of unsafe) {
      for (const headers of forgeries) {
        const { status, body } = await sendBy(admin, operation, "?project=shop", headers);
        const isSaid = body.code === "CSRF_REFUSED" || body.errors === undefined;
        if (status !== 403 || !isSaid)
          wrong.push(`${operation.method} ${operation.path} with ${JSON.stringify(headers)}: ${status}`);
      }
      // A form is not read even where the header is there.
      if (operation.path.startsWith("/invalidate")) continue;
      const { status } = await sendBy(admin, operation, "?project=shop", { ...form, "freshet-csrf": "" });
      if (status !== 403) wrong.push(`${operation.method} ${operation.path} by a form: ${status}`);
    }
    expect(wrong).toEqual([]);
    // The session is none the worse for it, and with a key nobody is asked where a request comes from.
    expect((await admin.ask("GET", "/access/sessions")).status).toBe(200);
    const evil = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    expect((await server.ask("POST", "/keys", { body: {}, headers: evil })).status).toBe(400);
    const both = { cookie: `freshet_session=${admin.cookies.get("freshet_session")}`, ...evil };
    expect((await server.ask("POST", "/keys", { body: {}, headers: both })).status).toBe(400);
  });

  test("is refused to a key and a cookie together where the key is wrong", async () => {
    const headers = { cookie: `freshet_session=${admin.cookies.get("freshet_session")}` };
    expect((await server.ask("GET", "/keys", { key: "wrong", headers })).status).toBe(401);
    expect((await server.ask("GET", "/keys", { key: "", headers })).status).toBe(200);
  });
});

test("no route can be registered that does not say what it needs, or that the document leaves out", async () => {
  const app = Fastify();
  const projects = createProjects([]);
  const of = () => Promise.reject(new Error("nobody asks"));
  accessControl(app, { of }, projects);
  collectOperations(app);
  expect(() => app.get("/forgotten", async () => "open")).toThrow("does not say what access it needs");
  const access = { right: "read", of: "key" } as const;
  expect(() => app.get("/hidden", { config: { access } }, async () => "")).toThrow("give it a summary");
  await app.close();
});

describe("a key", () => {
  test("is shown once, kept as a hash, recognised by its prefix and of no use once it is revoked", async () => {
    const body = { name: "deploy", right: "write", expires_at: "2999-01-01T00:00:00Z" };
    const { body: made, status } = await server.ask("POST", "/projects/shop/keys", { body });
    expect(status).toBe(201);
    expect(made.key).toMatch(new RegExp(`^fk_${made.id}_[\\w-]{43}$`));
    const invalidate = () => server.ask("POST", "/invalidate", { key: made.key, body: { scope: "all" } });
    const { body: accepted } = await invalidate();
    await done(server, "shop", [accepted.invalidation.uuid]);
    const { body: list } = await server.ask("GET", "/projects/shop/keys?limit=100");
    const shown = list.keys.find(({ id }: { id: string }) => id === made.id);
    expect(shown).toMatchObject({ name: "deploy", right: "write", created_by: "configuration" });
    expect(Date.parse(shown.used_at)).toBeGreaterThan(Date.now() - 60_000);
    expect(JSON.stringify(list)).not.toContain(made.key);
    const dump = await server.store.db
      .selectFrom("access_key" as never)
      .selectAll()
      .execute();
    expect(JSON.stringify(dump)).not.toContain(made.key.slice(16));
    expect((await server.ask("DELETE", `/projects/blog/keys/${made.id}`)).status).toBe(404);
    expect((await server.ask("DELETE", `/projects/shop/keys/${made.id}`)).status).toBe(204);
    expect((await invalidate()).status).toBe(401);
    const { body: audit } = await server.ask("GET", "/audit?project=shop&limit=4");
    expect(audit.changes.slice(0, 3)).toMatchObject([
      { action: "key.revoked", subject: made.id, principal: "configuration", address: "127.0.0.1" },
      {
        action: "invalidation.accepted",
        subject: accepted.invalidation.uuid,
        principal: `key ${made.id} (deploy)`,
      },
      { action: "key.created", subject: made.id },
    ]);
  });

  test("is refused where it would have ended before it began, and ends when it says", async () => {
    const past = { name: "late", right: "read", expires_at: "2001-01-01T00:00:00Z" };
    expect((await server.ask("POST", "/projects/shop/keys", { body: past })).status).toBe(400);
    const expires_at = new Date(Date.now() + 400).toISOString();
    const { body } = await server.ask("POST", "/keys", {
      body: { name: "short", right: "read", expires_at },
    });
    expect((await server.ask("GET", "/projects", { key: body.key })).status).toBe(200);
    await expect
      .poll(async () => (await server.ask("GET", "/projects", { key: body.key })).status, { timeout: 5_000 })
      .toBe(401);
  });

  test("that was right before is answered though a flood of wrong ones comes from its address", async () => {
    const { key } = keys.get("admin of shop") ?? { key: "" };
    const statuses: number[] = [];
    for (let guess = 0; guess < 60; guess += 1) {
      const wrong = `fk_${guess.toString(16).padStart(12, "0")}_${"B".repeat(43)}`;
      statuses.push((await server.ask("GET", "/projects", { key: wrong })).status);
    }
    expect(statuses[0]).toBe(401);
    expect(statuses).toContain(429);
    expect((await server.ask("GET", "/projects", { key })).status).toBe(200);
    expect((await server.ask("GET", "/projects")).status).toBe(200);
  });

  test("is taken from X-Client-Key and as a bearer", async () => {
    const { key } = keys.get("read of shop") ?? { key: "" };
    for (const headers of [{ "x-client-key": key }, { authorization: `bearer ${key}` }]) {
      expect((await server.ask("GET", "/projects/shop", { key: "", headers })).status).toBe(200);
    }
    expect(
      (await server.ask("GET", "/projects", { key: "", headers: { authorization: key } })).status,
    ).not.toBe(200);
  });
});
