import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "../config.ts";
import { leaksOf } from "../secrets/leaks.test.support.ts";

const KEY = "client_0123456789abcdef";
const HIDDEN = "this must be shown to nobody";
const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});
const account = JSON.stringify({
  type: "service_account",
  client_email: "a@b.example",
  private_key: pem,
  private_key_id: "1",
});

async function load(demo: object, files: Readonly<Record<string, string>> = {}) {
  const all: Readonly<Record<string, string>> = {
    "/c/freshet.config.json": JSON.stringify({ projects: { demo: { apiKey: KEY, ...demo } } }),
    ...files,
  };
  const config = await loadConfig({
    env: {},
    cwd: "/c",
    readFile: async (path) => {
      const text = all[path];
      if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return text;
    },
  });
  return config.projects[0];
}

const problemsOf = (demo: object, files?: Readonly<Record<string, string>>) =>
  load(demo, files).then(
    () => [],
    (error) => {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    },
  );
const target = async (to: object, files?: Readonly<Record<string, string>>) =>
  (await load({ aliases: { _a_: to } }, files))?.aliases._a_;

describe("an alias", () => {
  test("of S3 is completed: Amazon by the bucket's host, others by the path", async () => {
    const keys = { accessKeyId: "id", secretAccessKey: HIDDEN };
    const s3 = { bucket: "media", region: "eu-central-1", ...keys };
    expect(await target({ s3 })).toMatchObject({
      bucket: "s3:media@s3.eu-central-1.amazonaws.com",
      place: { addressing: "host", endpoint: "https://s3.eu-central-1.amazonaws.com", prefix: "" },
    });
    expect(await target({ s3: { ...s3, bucket: "a.b" } })).toMatchObject({ place: { addressing: "path" } });
    expect(await target({ s3: { ...s3, endpoint: "http://m.example:9000/", prefix: "x/" } })).toMatchObject({
      bucket: "s3:media@m.example:9000/x",
      place: { addressing: "path", endpoint: "http://m.example:9000", prefix: "x" },
    });
    const { secretAccessKey: _, ...open } = s3;
    const found = await target(
      { s3: { ...open, secretAccessKeyFile: "s3.key" } },
      { "/c/s3.key": `${HIDDEN}\n` },
    );
    const place = found && "place" in found ? found.place : undefined;
    expect(place?.kind === "s3" && place.credentials?.secretAccessKey.reveal()).toBe(HIDDEN);
  });

  test("of Google takes a service account's key, an access key, or nothing", async () => {
    const tokenUrl = "https://oauth2.googleapis.com/token";
    const made = await target({ gcs: { bucket: "media", keyFile: "/k.json" } }, { "/k.json": account });
    expect(made).toMatchObject({
      bucket: "gcs:media@storage.googleapis.com",
      place: {
        endpoint: "https://storage.googleapis.com",
        credentials: { email: "a@b.example", keyId: "1", tokenUrl },
      },
    });
    expect(await target({ gcs: { bucket: "media" } })).not.toHaveProperty("place.credentials");
    expect(
      await target({ gcs: { bucket: "media", accessKeyId: "id", secretAccessKey: HIDDEN } }),
    ).toHaveProperty("place.credentials.accessKeyId", "id");
  });

  test("of Azure takes a key, a shared access signature, or nothing", async () => {
    const azure = { account: "acct", container: "photos" };
    expect(await target({ azure })).toEqual({
      bucket: "azure:acct.photos@acct.blob.core.windows.net",
      place: { kind: "azure", ...azure, endpoint: "https://acct.blob.core.windows.net", prefix: "" },
    });
    const found = await target({ azure: { ...azure, sas: "?sv=1&sig=2" } });
    const place = found && "place" in found ? found.place : undefined;
    const credentials = place?.kind === "azure" ? place.credentials : undefined;
    expect(credentials && "sas" in credentials && credentials.sas.reveal()).toBe("sv=1&sig=2");
  });

  test("with a password, and every other secret, is shown without it", async () => {
    const project = await load({
      aliases: {
        _a_: { url: "https://h.example/x/", user: "u", password: HIDDEN },
        _b_: { s3: { bucket: "media", region: "r", accessKeyId: "id", secretAccessKey: HIDDEN } },
        _c_: { azure: { account: "acct", container: "photos", sas: `sig=${HIDDEN.replaceAll(" ", "-")}` } },
        _d_: { gcs: { bucket: "media", key: account } },
      },
      origins: { headers: [{ name: "X-Key", value: HIDDEN }], staleIfError: 60, rememberMissing: 5 },
    });
    expect(project).toMatchObject({
      aliases: { _a_: { url: "https://h.example/x", auth: { user: "u" } } },
      origins: { headers: [{ name: "x-key" }], staleIfError: 60, rememberMissing: 5 },
    });
    const line = String(pem).split("\n")[3] ?? "";
    expect(leaksOf(project, [HIDDEN, HIDDEN.replaceAll(" ", "-"), line])).toEqual([]);
    expect(leaksOf(JSON.stringify(project), [HIDDEN, HIDDEN.replaceAll(" ", "-"), line])).toEqual([]);
  });
});

const s3 = { bucket: "media", region: "r" };
const azure = { account: "acct", container: "photos" };
const cases: readonly (readonly [object, string])[] = [
  [{ aliases: { _a_: { s3: { ...s3, accessKeyId: "id" } } } }, "_a_.s3 has one half of an access key"],
  [{ aliases: { _a_: { s3: { ...s3, secretAccessKey: HIDDEN } } } }, "_a_.s3 has one half of an access key"],
  [
    {
      aliases: {
        _a_: { s3: { ...s3, accessKeyId: "id", secretAccessKey: HIDDEN, secretAccessKeyFile: "x" } },
      },
    },
    "_a_.s3 has secretAccessKey and secretAccessKeyFile; keep one",
  ],
  [
    { aliases: { _a_: { s3: { ...s3, accessKeyId: "id", secretAccessKeyFile: "none" } } } },
    "_a_.s3.secretAccessKeyFile names none, which cannot be read (ENOENT)",
  ],
  [{ aliases: { _a_: { s3: { ...s3, bucket: "../other" } } } }, '_a_.s3.bucket is "../other"'],
  [{ aliases: { _a_: { s3: { ...s3, prefix: "a/../b" } } } }, '_a_.s3.prefix is "a/../b"'],
  [{ aliases: { _a_: { s3: { ...s3, prefix: "/a" } } } }, '_a_.s3.prefix is "/a"'],
  [{ aliases: { _a_: { s3: { ...s3, endpoint: "https://u:p@h.example" } } } }, "_a_.s3.endpoint is"],
  [{ aliases: { _a_: { s3: { ...s3, endpoint: "https://h.example:99999" } } } }, "which is no address"],
  [
    { aliases: { _a_: { s3: { ...s3, endpoint: "http://127.0.0.1:9000", pathStyle: false } } } },
    "_a_.s3 names an address",
  ],
  [{ aliases: { _a_: { s3: { bucket: "media" } } } }, "_a_.s3.region is missing"],
  [{ aliases: { _a_: { s3: HIDDEN } } }, "_a_.s3 is"],
  [
    { aliases: { _a_: { gcs: { bucket: "media", key: HIDDEN } } } },
    "_a_.gcs.key is no key of a service account",
  ],
  [{ aliases: { _a_: { gcs: { bucket: "media", key: account, accessKeyId: "id" } } } }, "keep one"],
  [{ aliases: { _a_: { azure: { ...azure, accountKey: "a2V5", sas: "sig=1" } } } }, "keep one"],
  [{ aliases: { _a_: { azure: { ...azure, accountKey: HIDDEN } } } }, "_a_.azure.accountKey is not right"],
  [{ aliases: { _a_: { azure: { ...azure, sas: HIDDEN } } } }, "_a_.azure.sas is not right"],
  [{ aliases: { _a_: { url: "https://h.example", user: "u" } } }, "_a_ has a user and no password"],
  [{ aliases: { _a_: { url: "h.example", user: "u", password: HIDDEN } } }, '_a_.url is "h.example"'],
  [{ aliases: { _a_: { url: "https://h.example", password: HIDDEN } } }, "_a_.user is missing"],
  [{ aliases: { _a_: { secret: HIDDEN } } }, "_a_ is an object with"],
  [{ origins: { headers: [{ name: "X-Key" }] } }, "origins.headers[0] has no value"],
  [
    { origins: { headers: [{ name: "Host", value: HIDDEN }] } },
    "origins.headers[0] is Host, which Freshet itself sets",
  ],
  [
    { origins: { headers: [{ name: "X-Key", value: `${HIDDEN}\r\nX: y` }] } },
    "origins.headers[0].value is not right",
  ],
  [
    { origins: { headers: [{ name: "X-Ip", value: "{{req.ipp}}" }] } },
    "{{req.ipp}}, which stands for nothing",
  ],
  [{ origins: { headers: [{ name: "X-Host", value: "{{header.host}}" }] } }, "write the hosts"],
];

describe("a source that is written down wrongly", () => {
  test.each(cases)("%j is told so, without its secrets", async (demo, sentence) => {
    const problems = await problemsOf(demo);
    expect(problems.join("\n")).toContain(sentence);
    expect(leaksOf(problems, [HIDDEN])).toEqual([]);
  });

  test("in a file is told so too", async () => {
    const demo = { origins: { headers: [{ name: "X-Key", valueFile: "key" }] } };
    expect((await problemsOf(demo, { "/c/key": "two\nlines" })).join()).toContain("more than one line");
    expect((await problemsOf(demo, { "/c/key": " \n" })).join()).toContain("which is empty");
    const sas = { aliases: { _a_: { azure: { ...azure, sasFile: "sas" } } } };
    expect((await problemsOf(sas, { "/c/sas": "sv=1&sig=2#x" })).join()).toContain(
      "no shared access signature",
    );
  });
});

describe("an alias of a space of Contentful", () => {
  const contentful = { connector: "http://127.0.0.1:8082/", token: HIDDEN.replaceAll(" ", "-") };
  const named = (name: string, to: object) => problemsOf({ aliases: { [name]: to } });

  test("is called as the space is, and nothing else is called so", async () => {
    const project = await load({ aliases: { "ctf:space1": { contentful } } });
    expect(project?.aliases["ctf:space1"]).toMatchObject({
      bucket: "ctf:space1@contentful",
      place: { space: "space1", connector: "http://127.0.0.1:8082", hosts: ["ctfassets.net"] },
    });
    expect(leaksOf(project, [contentful.token])).toEqual([]);
    for (const [name, to] of [
      ["_a_", { contentful }],
      ["ctf:space1", { folder: "media" }],
    ] as const)
      expect((await named(name, to)).length, name).toBeGreaterThan(0);
  });

  test.each([
    [{ connector: "http://127.0.0.1:8082" }],
    [{ ...contentful, token: "short" }],
    [{ ...contentful, connector: "127.0.0.1:8082" }],
    [{ ...contentful, connector: "http://h/?x=1" }],
    [{ ...contentful, hosts: ["*"] }],
    [{ ...contentful, hosts: ["a b"] }],
    [{ ...contentful, space: "space1" }],
  ])("says what is wrong with %j", async (section) => {
    const problems = await named("ctf:space1", { contentful: section });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain(HIDDEN.replaceAll(" ", "-"));
  });
});
