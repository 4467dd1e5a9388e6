import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { makeProject, twoProjects } from "./api.test.support.ts";

const SECRET = "a-very-secret-password";

let fleet: Fleet;
let a: Instance;
let bucket: Server;
let mute: TcpServer;
let keys: Record<"write" | "admin" | "rival", string>;
const portOf = (server: Server | TcpServer) => (server.address() as AddressInfo).port;
beforeAll(async () => {
  fleet = await startFleet();
  a = await fleet.start({ name: "a", projects: twoProjects });
  bucket = createServer((_request, response) => {
    response.writeHead(403, { "content-type": "application/xml" });
    response.end("<Error><Code>SignatureDoesNotMatch</Code><StringToSign>secret</StringToSign></Error>");
  }).listen(0, "127.0.0.1");
  mute = createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n")).listen(0, "127.0.0.1");
  await new Promise((resolve) => setImmediate(resolve));
  await makeProject(a, "shop", settings());
  await makeProject(a, "rival", {});
  keys = {
    write: await keyOf("shop", "write"),
    admin: await keyOf("shop", "admin"),
    rival: await keyOf("rival", "admin"),
  };
});
afterAll(async () => {
  bucket.close();
  mute.close();
  await fleet.stop();
});

const settings = () => ({
  aliases: {
    _site_: fleet.origin,
    _guarded_: { url: fleet.origin, user: "ada", password: SECRET },
    _bucket_: {
      s3: {
        ...{ bucket: "media", region: "us-east-1", endpoint: `http://127.0.0.1:${portOf(bucket)}` },
        ...{ accessKeyId: "AKIA", secretAccessKey: SECRET },
      },
    },
    _mute_: `http://127.0.0.1:${portOf(mute)}`,
    _tls_: `https://127.0.0.1:${portOf(bucket)}`,
    _dead_: "http://127.0.0.1:1",
    _folder_: { folder: "pictures" },
  },
  origins: { allowPrivate: true },
});

async function keyOf(project: string, right: string): Promise<string> {
  const { body } = await a.ask("POST", `/projects/${project}/keys`, { body: { name: right, right } });
  return body.key;
}

const attempt = (path: string, more: object = {}, key?: string, project = "shop") =>
  a.ask("POST", `/projects/${project}/check-source`, {
    body: { path, ...more },
    ...(key === undefined ? {} : { key }),
  });

test("a picture that comes is described, with each request on the way", async () => {
  const { status, body } = await attempt("_site_/hat.gif", {}, keys.write);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    original: { kind: "http", name: expect.stringMatching(/^shop\/127\.0\.0\.1:\d+\/hat\.gif$/) },
    outcome: "found",
    steps: [{ url: `${fleet.origin}/hat.gif`, networks: ["loopback"], reach: "private", status: 200 }],
    found: { contentType: "image/gif", format: "gif", width: 1, height: 1, validator: "none" },
  });
  expect(body.code).toBeUndefined();
});

test.each([
  ["_dead_/a.jpg", "ORIGIN_BROKEN", "Nobody listens at this port, or a firewall refuses."],
  [
    "_tls_/a.jpg",
    "ORIGIN_BROKEN",
    expect.stringMatching(/^(TLS: the server speaks no TLS|The connection was closed)/),
  ],
  ["_mute_/a.jpg", "ORIGIN_BROKEN", "What answers there does not speak HTTP."],
  ["_bucket_/a.jpg", "ORIGIN_BROKEN", "The bucket refused with status 403 (SignatureDoesNotMatch)."],
  ["_folder_/a.jpg", "ORIGINAL_MISSING", "The origin says that there is no such picture."],
  [
    "https://elsewhere.example/a.jpg",
    "ORIGINAL_NOT_ALLOWED",
    "elsewhere.example is not in the project's list.",
  ],
])("%s: what went wrong is said in words, without a secret", async (path, code, reason) => {
  const { status, body } = await attempt(path);
  expect(status).toBe(200);
  expect(body).toMatchObject({ code, reason });
  expect(JSON.stringify(body)).not.toMatch(new RegExp(`${SECRET}|StringToSign`));
});

test("nothing that the rules forbid is reached, by no draft either", async () => {
  const open = { origins: { allow: ["*"] } };
  const asked = fleet.fetches();
  const port = new URL(fleet.origin).port;
  for (const host of ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433"]) {
    const { body } = await attempt(`http://${host}:${port}/a.gif`, { settings: open }, keys.admin);
    expect(body, host).toMatchObject({ outcome: "refused", code: "ORIGINAL_NOT_ALLOWED" });
    expect(body.reason).toContain("not on the public internet (loopback)");
    expect(body.reason).not.toContain("127.0.0.1");
  }
  // What only an administrator of the installation may open is open in no trial of somebody else's.
  const draft = { ...settings(), aliases: { ...settings().aliases, _inner_: "http://10.0.0.1" } };
  for (const each of [draft, { ...settings(), aliases: { _etc_: { folder: "etc" } } }]) {
    const answer = await attempt("_inner_/a.jpg", { settings: each }, keys.admin);
    expect(answer).toMatchObject({ status: 403, body: { code: "SETTING_NOT_ALLOWED" } });
  }
  expect(fleet.fetches()).toBe(asked);
});

test("settings that nobody saved are tried by whoever may save them, and only understood ones", async () => {
  const draft = { ...settings(), aliases: { _new_: fleet.origin } };
  expect((await attempt("_new_/a.gif", { settings: draft }, keys.admin)).body.outcome).toBe("found");
  expect((await attempt("_new_/a.gif", { settings: draft }, keys.write)).body.code).toBe("KEY_NOT_ALLOWED");
  expect((await attempt("_new_/a.gif", {}, keys.admin)).body.code).toBe("ORIGINAL_NOT_NAMED");
  const wrong = await attempt("_new_/a.gif", { settings: { hosts: 7 } }, keys.admin);
  expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: "/settings/hosts" }] } });
  expect((await attempt("_site_/a.gif", { settings: {} }, undefined, "demo")).body.code).toBe(
    "PROJECT_READ_ONLY",
  );
  expect((await attempt("_site_/a.gif", {}, keys.rival)).status).toBe(403);
  // A mask stands for the secret that is kept.
  const { body } = await a.ask("GET", "/projects/shop");
  const masked = await attempt("_guarded_/a.gif", { settings: body.settings }, keys.admin);
  expect(masked.body.outcome).toBe("found");
});

test("no kept secret is told to another server, in a trial or by a change", async () => {
  const heard: string[] = [];
  const spy = createServer((request, response) => {
    heard.push(JSON.stringify(request.headers));
    response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => spy.once("listening", resolve));
  const url = `http://127.0.0.1:${portOf(spy)}`;
  const { body, headers } = await a.ask("GET", "/projects/shop");
  const { _guarded_: guarded, ...others } = body.settings.aliases;
  const stolen = { ...body.settings, aliases: { ...others, _guarded_: { ...guarded, url } } };
  const refused = {
    status: 422,
    body: {
      code: "SETTINGS_WRONG",
      errors: [
        {
          pointer: "/settings/aliases/_guarded_/password",
          detail: expect.stringContaining("Write the secret again"),
        },
      ],
    },
  };
  expect(await attempt("_guarded_/a.gif", { settings: stolen }, keys.admin)).toMatchObject(refused);
  const saved = await a.ask("PUT", "/projects/shop", {
    ...{ key: keys.admin, body: { settings: stolen } },
    headers: { "if-match": String(headers.etag) },
  });
  expect(saved).toMatchObject(refused);
  expect(heard).toEqual([]);
  // Written again it goes wherever whoever may open such an address wants.
  const own = { ...stolen, aliases: { ...others, _guarded_: { ...guarded, url, password: "known" } } };
  expect((await attempt("_guarded_/a.gif", { settings: own })).body.outcome).toBe("missing");
  expect(heard).toHaveLength(1);
  expect(heard[0]).toContain(Buffer.from("ada:known").toString("base64"));
  spy.close();
});

test("many trials in a row are too many", async () => {
  const codes = new Set<string>();
  for (let n = 0; n < 40; n += 1)
    codes.add((await attempt("_none_/x.jpg", {}, keys.rival, "rival")).body.code);
  expect([...codes]).toEqual(["ORIGINAL_NOT_NAMED"]);
  await makeProject(a, "busy", { aliases: { _none_: { folder: "none" } } });
  const statuses: number[] = [];
  for (let n = 0; n < 40; n += 1)
    statuses.push((await attempt("_none_/x.jpg", {}, undefined, "busy")).status);
  expect(statuses).toContain(200);
  expect(statuses.at(-1)).toBe(429);
});
