import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessControl } from "../access/plugin.ts";
import { type Access, includesRight, type Right } from "../access/right.ts";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { createProjects } from "../projects/projects.ts";
import { done, makeProject } from "./api.test.support.ts";
import { collectOperations } from "./openapi.ts";

interface Documented {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly access: Access;
}

/** What each address needs, written down once more by hand: nobody loosens one by accident. */
const NEEDED: readonly string[] = [
  "DELETE /connectors/{id}: write key",
  "DELETE /keys/{id}: admin installation",
  "DELETE /projects/{name}/keys/{id}: admin path",
  "DELETE /projects/{name}: admin installation",
  "GET /audit: admin visible",
  "GET /connectors/{id}/events: read key",
  "GET /connectors/{id}/status: read key",
  "GET /connectors: read visible",
  "GET /instances: read visible",
  "GET /invalidate/events: read key",
  "GET /invalidate/{uuid}: read key",
  "GET /invalidate: read key",
  "GET /keys: admin installation",
  "GET /openapi.json: public",
  "DELETE /warmup/{id}: write key",
  "GET /warmup/{id}/urls: read key",
  "GET /warmup/{id}: read key",
  "GET /warmup: read key",
  "POST /warmup/urls: write key",
  "POST /warmup: write key",
  "GET /projects/{name}/explain: read path",
  "GET /projects/{name}/keys: admin path",
  "GET /projects/{name}/states: read path",
  "GET /projects/{name}/versions/{version}: read path",
  "GET /projects/{name}/versions: read path",
  "GET /projects/{name}: read path",
  "GET /projects: read visible",
  "POST /connectors/{id}/reconcile: write key",
  "POST /invalidate/{uuid}/retry: write key",
  "POST /invalidate: write key",
  "POST /keys: admin installation",
  "POST /projects/{name}/keys: admin path",
  "POST /projects/{name}/states: write path",
  "POST /projects/{name}/versions/{version}/restore: admin path",
  "POST /projects: admin installation",
  "PUT /connectors/{id}: write key",
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

const send = ({ method, path }: Documented, key: string, query = "") =>
  server.ask(method, `${fill(path)}${askedOf(path, query)}`, {
    key,
    ...(method === "POST" || method === "PUT" ? { body: {} } : {}),
  });

function mayAsk(access: Access, { right, project }: { readonly right: Right; readonly project?: string }) {
  if (access === "public") return true;
  if (!includesRight(right, access.right)) return false;
  if (project === undefined) return true;
  return access.of === "path" ? project === "shop" : access.of !== "installation";
}

test("the document says of each address what it needs, and it is what was meant", () => {
  const said = operations.map(({ method, path, access }) =>
    access === "public" ? `${method} ${path}: public` : `${method} ${path}: ${access.right} ${access.of}`,
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
      expect(body.code).toBe("API_KEY_WRONG");
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
    const byKey = operations.filter(({ access }) => access !== "public" && access.of === "key");
    expect(byKey.length).toBeGreaterThan(5);
    for (const operation of byKey) {
      expect((await send(operation, key, "?project=blog")).status, operation.path).toBe(403);
      expect((await send(operation, key, "?project=nobody")).status, operation.path).toBe(403);
      expect((await send(operation, key, "?project=shop")).status, operation.path).not.toBe(403);
    }
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
