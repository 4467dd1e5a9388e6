import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findFaults, type Schema } from "../config/shape.ts";
import { type Fleet, type Instance, type Replied, startFleet } from "../instances/fleet.test.support.ts";
import { change, done, makeProject } from "./api.test.support.ts";
import { wholeOf } from "./openapi.test.support.ts";

let fleet: Fleet;
let a: Instance;
let b: Instance;
beforeAll(async () => {
  fleet = await startFleet();
  a = await fleet.start({ name: "a", box });
  b = await fleet.start({ name: "b", box });
});
afterAll(() => fleet.stop());

/** Both instances seal with one key, as they would be configured. */
const box = {
  seal: (text: string, place = "") => Buffer.from(`${place}|${text}`).toString("base64url"),
  open(sealed: string, place = "") {
    const [whose, ...rest] = Buffer.from(sealed, "base64url").toString().split("|");
    if (whose !== place) throw new Error("not sealed here");
    return rest.join("|");
  },
  isOld: () => false,
};

const put = (instance: Instance, name: string, settings: unknown, etag?: unknown, key?: string) =>
  instance.ask("PUT", `/projects/${name}`, {
    body: { settings },
    ...(etag === undefined ? {} : { headers: { "if-match": String(etag) } }),
    ...(key === undefined ? {} : { key }),
  });
const pointers = ({ body }: Replied) => body.errors.map(({ pointer }: { pointer: string }) => pointer);

describe("settings", () => {
  test("are versions: who made each, what it says, and an old one can be put in force again", async () => {
    const made = await makeProject(a, "versions", { cache: { browser: 1 } });
    expect(made.headers).toMatchObject({ etag: '"1"', location: "/projects/versions" });
    for (const browser of [2, 3]) await change(a, "versions", { cache: { browser } });
    const now = await a.ask("GET", "/projects/versions");
    expect(now).toMatchObject({ headers: { etag: '"3"' }, body: { settings: { cache: { browser: 3 } } } });
    const first = await a.ask("GET", "/projects/versions/versions?limit=2");
    expect(first.body.versions).toMatchObject([
      { version: 3, principal: "configuration", address: "127.0.0.1" },
      { version: 2 },
    ]);
    const second = await a.ask("GET", `/projects/versions/versions?limit=2&cursor=${first.body.cursor}`);
    expect(second.body).toEqual({ versions: [expect.objectContaining({ version: 1 })] });
    const old = await b.ask("GET", "/projects/versions/versions/1");
    expect(old.body.settings).toEqual({ cache: { browser: 1 } });
    const restored = await a.ask("POST", "/projects/versions/versions/1/restore", {
      headers: { "if-match": '"3"' },
    });
    expect(restored).toMatchObject({ status: 200, headers: { etag: '"4"' } });
    expect(restored.body.settings).toEqual({ cache: { browser: 1 } });
    expect(restored.body.invalidations).toHaveLength(1);
    const { body } = await a.ask("GET", "/audit?project=versions");
    expect(body.changes.map(({ action, subject }: Record<string, string>) => `${action} ${subject}`)).toEqual(
      expect.arrayContaining(["project.restored 4", "project.changed 3", "project.created 1"]),
    );
    expect((await a.ask("GET", "/projects/versions/versions/9")).status).toBe(404);
    expect((await a.ask("GET", "/projects/versions/versions/%00")).status).toBe(404);
  });

  test("are changed only by whoever has read the newest version", async () => {
    await makeProject(a, "race", {});
    expect(await put(a, "race", {})).toMatchObject({ status: 428, body: { code: "VERSION_MISSING" } });
    for (const etag of ['"7"', "1", 'W/"1"', '"1", "2"', "*", '"99999999999999999999"']) {
      expect(await put(a, "race", {}, etag), etag).toMatchObject({ status: 412 });
    }
    for (let version = 1; version <= 5; version += 1) {
      const etag = `"${version}"`;
      const answers = await Promise.all(
        [a, b, a, b].map((each, at) => put(each, "race", { cache: { browser: version * 10 + at } }, etag)),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412]);
      const won = answers.find(({ status }) => status === 200);
      expect((await b.ask("GET", "/projects/race")).body.settings).toEqual(won?.body.settings);
    }
  });

  test("that cannot be used are refused with a pointer to each field, and nothing changes", async () => {
    await makeProject(a, "faulty", { hosts: ["faulty.example"] });
    const { body: before } = await a.ask("GET", "/instances");
    const refused = await put(
      a,
      "faulty",
      { hosts: ["a b"], cache: { browser: -1 }, tags: [{ match: "/x" }] },
      '"1"',
    );
    expect(refused).toMatchObject({
      status: 422,
      headers: { "content-type": expect.stringContaining("application/problem+json") },
      body: { code: "SETTINGS_WRONG", type: "urn:freshet:error:SETTINGS_WRONG" },
    });
    expect(pointers(refused).toSorted()).toEqual([
      "/settings/cache/browser",
      "/settings/hosts/0",
      "/settings/tags/0/tag",
    ]);
    for (const [settings, pointer] of [
      [{ hosts: ["faulty.example"] }, undefined],
      [{ apiKeyFile: "/etc/passwd" }, "/settings/apiKeyFile"],
      [
        { aliases: { _a_: { url: "https://x.example", user: "u", passwordFile: "/etc/passwd" } } },
        "/settings/aliases/_a_/passwordFile",
      ],
      [{ hosts: ["race.example"] }, "/settings/hosts/0"],
      [[], "/settings"],
      [null, "/settings"],
    ] as const) {
      const answer = await put(a, "faulty", settings, '"1"');
      if (pointer === undefined) break;
      expect(answer.status, pointer).toBe(422);
      expect(pointers(answer)).toContain(pointer);
    }
    const taken = await a.ask("POST", "/projects", {
      body: { name: "taker", settings: { hosts: ["faulty.example"] } },
    });
    expect(taken.status).toBe(422);
    expect(pointers(taken)).toEqual(["/settings/hosts/0"]);
    const { body: after } = await a.ask("GET", "/instances");
    expect(after.head).toBe(before.head);
    expect((await a.ask("GET", "/projects/taker")).status).toBe(404);
  });

  test("in bodies and queries of any form are never answered by a 5xx", async () => {
    for (const body of ["", "{", "[]", "null", '"x"', '{"name":1}', '{"name":"ok"}', '{"__proto__":{}}']) {
      const { status } = await a.ask("POST", "/projects", { body });
      expect(status, body).toBe(400);
    }
    for (const name of ["", "A", "-a", "a".repeat(64), "../x", "a.b", "__proto__"]) {
      const { status, body } = await a.ask("POST", "/projects", { body: { name, settings: {} } });
      expect([name, status, body.code]).toEqual([
        name,
        400,
        name.length > 63 ? "BODY_UNREADABLE" : "PROJECT_NAME_WRONG",
      ]);
    }
    for (const query of ["limit=x", "cursor=", "cursor=%00", "cursor=%F0%28", "limit=1&limit=2", "x=1"]) {
      expect((await a.ask("GET", `/projects?${query}`)).status, query).toBe(400);
    }
    expect((await a.ask("GET", "/projects?limit=1000000")).status).toBe(200);
  });

  test("of the configuration file are read-only, and show neither keys nor paths of files", async () => {
    const { status, body, headers } = await a.ask("GET", "/projects/demo");
    expect(status).toBe(200);
    expect(headers.etag).toBeUndefined();
    expect(body).toEqual({
      ...{ name: "demo", origin: "file", pinned: [""] },
      settings: { aliases: { _site_: fleet.origin }, origins: { allowPrivate: true }, formats: [] },
    });
    for (const [method, url] of [
      ["PUT", "/projects/demo"],
      ["POST", "/projects/demo/versions/1/restore"],
      ["DELETE", "/projects/demo"],
    ] as const) {
      const sent = {
        headers: { "if-match": '"1"' },
        ...(method === "PUT" ? { body: { settings: {} } } : {}),
      };
      expect(await a.ask(method, url, sent)).toMatchObject({
        status: 409,
        body: { code: "PROJECT_READ_ONLY" },
      });
    }
    const again = await a.ask("POST", "/projects", { body: { name: "demo", settings: {} } });
    expect(again).toMatchObject({ status: 409, body: { code: "PROJECT_READ_ONLY" } });
  });

  test("keep their secrets sealed and to themselves; a mask that is sent back keeps the secret", async () => {
    const password = "correct horse battery";
    const aliases = (secret: string) => ({ _a_: { url: "https://a.example", user: "u", password: secret } });
    const made = await makeProject(a, "secrets", { aliases: aliases(password) });
    const shown = made.body.settings.aliases._a_.password;
    expect(shown).toMatch(/^\*{8}[0-9a-f]{8}$/);
    const kept = await a.store.db
      .selectFrom("project_version" as never)
      .selectAll()
      .execute();
    expect(JSON.stringify(kept)).not.toContain(password);
    const changed = await change(b, "secrets", { aliases: aliases(shown), cache: { browser: 5 } });
    expect(changed.body.settings.aliases._a_.password).toBe(shown);
    const rows = await a.store.db
      .selectFrom("project_version" as never)
      .selectAll()
      .execute();
    const newest = (rows as { project: string; version: number; settings: string }[]).find(
      ({ project, version }) => project === "secrets" && version === 2,
    );
    const sealed = JSON.parse(newest?.settings ?? "").aliases._a_.password.$sealed;
    expect(box.open(sealed, "secrets")).toBe(password);
    const lost = await put(a, "secrets", { aliases: aliases("********00000000") }, '"2"');
    expect(lost.status).toBe(422);
    expect(pointers(lost)).toEqual(["/settings/aliases/_a_/password"]);
    await change(a, "secrets", { aliases: aliases("another one") });
    await a.ask("POST", "/projects/secrets/versions/1/restore", { headers: { "if-match": '"3"' } });
    expect((await b.ask("GET", "/projects/secrets")).body.settings.aliases._a_.password).toBe(shown);
  });

  test("that open what lies behind the server are the installation's to grant", async () => {
    await makeProject(a, "tenant", { origins: { allowPrivate: true } });
    const { body } = await a.ask("POST", "/projects/tenant/keys", { body: { name: "t", right: "admin" } });
    const folder = { aliases: { _f_: { folder: "sample" } }, origins: { allowPrivate: true } };
    expect(await put(a, "tenant", folder, '"1"', body.key)).toMatchObject({
      status: 403,
      body: { code: "SETTING_NOT_ALLOWED" },
    });
    // What was granted may stay, and be given back.
    expect(
      (await put(a, "tenant", { origins: { allowPrivate: true }, formats: [] }, '"1"', body.key)).status,
    ).toBe(200);
    // Where private addresses are open, each host is another one of them.
    const inside = { origins: { allowPrivate: true, allow: ["169.254.169.254"] } };
    expect((await put(a, "tenant", inside, '"2"', body.key)).status).toBe(403);
    expect((await put(a, "tenant", {}, '"2"', body.key)).status).toBe(200);
    expect((await put(a, "tenant", { origins: { allowPrivate: true } }, '"3"', body.key)).status).toBe(403);
  });
});

test("hosts that the file was given after the project was made are the file's, and the others stay", async () => {
  const hosts = ["taken.example", "filed.example", "own.example"];
  const aliases = { _site_: fleet.origin };
  await makeProject(a, "late", { hosts, aliases, origins: { allowPrivate: true } });
  fleet.publish("/late.jpg");
  const statusesOn = (instance: Instance) =>
    Promise.all(
      [...hosts, "late.other.example", "late.example"].map(
        async (host) => (await instance.get("/late.jpg", { host })).status,
      ),
    );
  expect(await statusesOn(a)).toEqual([200, 200, 200, 200, 200]);
  const key = (letter: string) => ({ apiKey: letter.repeat(20) });
  const filed = { ...key("f"), hosts: ["taken.example", "late.other.example"] };
  const c = await fleet.start({ name: "c", box, projects: () => ({ demo: key("d"), filed }) });
  // The project of the file has no such alias.
  expect(await statusesOn(c)).toEqual([404, 404, 200, 404, 200]);
  // Nodes may hold what the project answered under them.
  const { body } = await a.ask("GET", "/invalidate?project=late");
  expect(body.invalidations).toMatchObject([{ cause: { kind: "settings" } }]);
  await c.stop();
});

test("a key that is revoked on one instance is of no use to any other", async () => {
  await makeProject(a, "keyed", {});
  const { body } = await a.ask("POST", "/projects/keyed/keys", { body: { name: "k", right: "read" } });
  const looks = () => b.ask("GET", "/projects/keyed", { key: body.key });
  await expect.poll(async () => (await looks()).status, { timeout: 5_000 }).toBe(200);
  await a.ask("DELETE", `/projects/keyed/keys/${body.id}`);
  expect((await looks()).status).toBe(401);
});

test("connectors announce themselves, are away when they fall silent, and can be forgotten", async () => {
  await makeProject(a, "shop", {});
  const { body: made } = await a.ask("POST", "/projects/shop/keys", { body: { name: "c", right: "write" } });
  const key = made.key;
  const said = {
    kind: "contentful",
    state: "running",
    lag: 3,
    waiting: 2,
    status_url: "https://c.example/status",
    version: "1.2.3",
  };
  const announce = (body: object, id = "space-1") => a.ask("PUT", `/connectors/${id}`, { body, key });
  await expect.poll(async () => (await announce(said)).status).toBe(200);
  const first = await announce(said);
  expect(first).toMatchObject({
    status: 200,
    body: { ...said, id: "space-1", project: "shop", ttl: 90, is_present: true },
  });
  const second = await announce({
    kind: "contentful",
    state: "failing",
    lag: 40,
    note: "401 from the CMS",
    ttl: 10,
  });
  expect(second.body).toMatchObject({
    state: "failing",
    registered_at: first.body.registered_at,
    waiting: 0,
  });
  expect([second.body.status_url, second.body.version]).toEqual([undefined, undefined]);
  const later = await b.ask("GET", "/connectors", { key });
  expect(later.body.connectors).toMatchObject([{ id: "space-1", is_present: true }]);
  for (const wrong of [
    {},
    { ...said, state: "well" },
    { ...said, lag: -1 },
    { ...said, status_url: "file:///x" },
  ]) {
    expect((await announce(wrong)).status).toBe(400);
  }
  expect((await announce(said, "%20")).status).toBe(400);
  expect((await a.ask("DELETE", "/connectors/space-1?project=demo")).status).toBe(404);
  expect((await a.ask("DELETE", "/connectors/space-1", { key })).status).toBe(204);
  expect((await b.ask("GET", "/connectors", { key })).body.connectors).toEqual([]);
  // Whoever is given the name next is told nothing of them.
  await announce(said, "space-2");
  const headers = { "if-match": '"1"' };
  expect((await a.ask("DELETE", "/projects/shop", { headers })).status).toBe(200);
  await makeProject(a, "shop", {});
  expect((await a.ask("GET", "/connectors?project=shop")).body.connectors).toEqual([]);
});

test("what is answered fits the document of the API", async () => {
  const { body: document } = await a.ask("GET", "/openapi.json", { key: "" });
  expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "Freshet" } });
  const schemaOf = (path: string, status: number): Schema =>
    wholeOf(document).paths[path].get.responses[String(status)].content["application/json"].schema;
  const fit = async (path: string, url: string) => {
    const { status, body } = await a.ask("GET", url);
    expect([url, status]).toEqual([url, 200]);
    expect(findFaults(schemaOf(path, 200), body, "answer"), url).toEqual([]);
  };
  await fit("/projects", "/projects?limit=3");
  await fit("/projects/{name}", "/projects/shop");
  await fit("/projects/{name}/versions", "/projects/secrets/versions");
  await fit("/projects/{name}/versions/{version}", "/projects/secrets/versions/2");
  await fit("/projects/{name}/keys", "/projects/shop/keys");
  await fit("/keys", "/keys");
  await fit("/audit", "/audit?limit=100");
  await a.ask("PUT", "/connectors/x?project=shop", { body: { kind: "shopify", state: "paused", lag: 0 } });
  await fit("/connectors", "/connectors");
  const { body: accepted } = await a.ask("POST", "/invalidate?project=shop", { body: { scope: "all" } });
  await done(a, "shop", [accepted.invalidation.uuid]);
});
