import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { describeOriginal } from "../projects/originals.ts";
import { projectOf } from "../projects/project.test.support.ts";
import { type AliasTarget, ORIGIN_DEFAULTS, type Project } from "../projects/project.ts";
import { Secret } from "../secrets/secret.ts";
import type { BucketPlace } from "./buckets/place.ts";
import type { Fetched } from "./source.ts";
import { createSources, type Sources } from "./sources.ts";

/** What a name resolves to here: names of the attacker's, who answers as he likes. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ["127.0.0.1"],
  "foo.localhost": ["127.0.0.1"],
  "metadata.google.internal": ["169.254.169.254"],
  "127.0.0.1.nip.example": ["127.0.0.1"],
  "v6.example": ["::1"],
  "mapped.example": ["::ffff:10.0.0.1"],
  "zero.example": ["0.0.0.0"],
  "mixed.example": ["93.184.216.34", "127.0.0.1"],
  "rebind.example": ["127.0.0.1"],
};

/** Ways to write an address that a server must not be led to: the host of a URL, as somebody might write it. */
const HOSTS: readonly string[] = [
  ["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0X7F.0x0.0.1", "0177.0.0.1", "017700000001"],
  ["0x7f.1", "127.0.0.1.", "127.000.000.001", "127.255.255.254", "0", "0.0.0.0", "0x0", "[::]", "[::1]"],
  [
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
  ],
  [
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
  ],
  [
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "[::ffff:a9fe:a9fe]",
    "100.100.100.200",
  ],
  [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "224.0.0.1",
    "255.255.255.255",
    "１２７.０.０.１",
    "127。0。0。1",
  ],
  [
    "①②⑦.⓪.⓪.①",
    "０ｘ７ｆ.1",
    "%31%32%37.0.0.1",
    "LOCALHOST",
    "localhost.",
    "foo.localhost",
    "ℓocalhost",
    "local\u00adhost",
  ],
  ["ｌｏｃａｌｈｏｓｔ", "metadata.google.internal", "METADATA.google.INTERNAL.", "127.0.0.1.nip.example"],
  ["v6.example", "mapped.example", "zero.example", "mixed.example", "rebind.example"],
].flat();

/** Ways to make a URL seem to lead elsewhere than it does; PORT is where nobody may get to. */
const AUTHORITIES: readonly string[] = [
  "93.184.216.34@127.0.0.1:PORT",
  "93.184.216.34:80@127.0.0.1:PORT",
  "user:secret@localhost:PORT",
  "127.0.0.1:PORT#@93.184.216.34",
  "127.0.0.1:PORT\\@93.184.216.34",
  "127.0.0.1:PORT?@93.184.216.34",
  "127.0.0.1:PORT%23@93.184.216.34",
  "[::1]:PORT@93.184.216.34:1",
];

const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});

let knocks: number;
let canaryPort: number;
let redirector: string;
let sources: Sources;
let folder: string;
const closing: Server[] = [];

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(server);
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-hostile-"));
  canaryPort = await listen((_, response) => response.end("should never be read"));
  closing.at(-1)?.on("connection", () => {
    knocks += 1;
  });
  // The same port on the other loopback, where there is one.
  const other = createTcpServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) =>
    other.once("error", () => resolve()).listen(canaryPort, "::1", resolve),
  );
  closing.push(other as Server);
  const port = await listen((request, response) => {
    // The bytes as somebody wrote them, not as a client would.
    const location = Buffer.from((request.url ?? "").slice(1), "hex").toString("latin1");
    response.writeHead(302, { location }).end();
  });
  redirector = `127.0.0.1:${port}`;
  sources = createSources({
    dataFolder: folder,
    http: {
      resolve: async (host) => {
        const addresses = NAMES[host.replace(/\.$/, "").toLowerCase()];
        if (!addresses) throw Object.assign(new Error(`${host} has no address.`), { code: "ENOTFOUND" });
        return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
      },
    },
  });
});
afterAll(async () => {
  await sources.close();
  for (const server of closing) await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  knocks = 0;
});

const project = (aliases: Record<string, AliasTarget>, source: Partial<Project["source"]> = {}): Project =>
  projectOf({
    aliases,
    source: { allow: [], allowPrivate: false, maxBytes: 10_000, timeoutMs: 2_000, ...source },
    origins: { ...ORIGIN_DEFAULTS, headers: [{ name: "x-key", value: new Secret("secret of the owner") }] },
  });

/** What became of an original: the source's answer, or the code with which it was refused before any. */
async function read(from: Project, original: string): Promise<string> {
  try {
    const { location, policy } = describeOriginal(from, original);
    const fetched: Fetched = await sources.fetch(
      location,
      { policy, fresh: false },
      AbortSignal.timeout(20_000),
    );
    return fetched.kind === "refused" ? fetched.code : fetched.kind;
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
}

const bucket = (place: BucketPlace) => project({ _b_: { bucket: "s3:b@h", place } });
const accessKey = { accessKeyId: "id", secretAccessKey: new Secret("secret") };
const s3 = (endpoint: string): BucketPlace => {
  const named = { kind: "s3", bucket: "media", region: "eu-central-1", prefix: "" } as const;
  return { ...named, endpoint, addressing: "path", credentials: accessKey };
};

/** Every way in which a host gets into a source. */
const WAYS: Readonly<Record<string, (authority: string) => Promise<string>>> = {
  "a URL of a visitor": (at) => read(project({}, { allow: ["*"] }), `http://${at}/a.jpg`),
  "a URL of a visitor, without scheme": (at) => read(project({}, { allow: ["*"] }), `${at}/a.jpg`),
  "a URL of a visitor, though others may be private": (at) =>
    read(project({}, { allow: ["*", redirector], allowPrivate: true }), `http://${at}/a.jpg`),
  "an alias": (at) => read(project({ _a_: { url: `http://${at}` } }), "_a_/a.jpg"),
  "an alias with a password": (at) =>
    read(
      project({ _a_: { url: `http://${at}`, auth: { user: "u", password: new Secret("p") } } }),
      "_a_/a.jpg",
    ),
  "a prefix": (at) => read({ ...project({}), prefix: `http://${at}` }, "a.jpg"),
  "a redirect": (at) =>
    read(
      project({ _r_: { url: `http://${redirector}` } }, { allow: ["*"], allowPrivate: true }),
      `_r_/${Buffer.from(`http://${at}/a.jpg`).toString("hex")}`,
    ),
  "an S3 endpoint": (at) => read(bucket(s3(`http://${at}`)), "_b_/a.jpg"),
  "a Google endpoint": (at) =>
    read(
      bucket({ kind: "gcs", endpoint: `http://${at}`, bucket: "media", prefix: "", credentials: accessKey }),
      "_b_/a.jpg",
    ),
  "an address for Google's tokens": (at) => {
    const account = {
      email: "a@b.example",
      keyId: undefined,
      privateKey: new Secret(String(key)),
      tokenUrl: `http://${at}/token`,
    };
    const endpoint = "http://127.0.0.1:1";
    return read(
      bucket({ kind: "gcs", endpoint, bucket: "media", prefix: "", credentials: account }),
      "_b_/a.jpg",
    );
  },
  "an Azure endpoint": (at) =>
    read(
      bucket({
        ...{ kind: "azure", endpoint: `http://${at}`, account: "acct", container: "photos", prefix: "" },
        credentials: { accountKey: new Secret("a2V5") },
      }),
      "_b_/a.jpg",
    ),
};

// An alias or endpoint that is no URL at all has no source; configuration refuses it, and so does this.
const REFUSED = /^(ORIGINAL_NOT_ALLOWED|ORIGINAL_NOT_NAMED|ERR_INVALID_URL)$/;

describe.each(Object.keys(WAYS))("by %s", (way) => {
  test.each(HOSTS)("nobody gets to http://%s", async (host) => {
    const outcome = await WAYS[way]?.(`${host}:${canaryPort}`);
    // A header is Latin-1: other letters become other names there, which nobody has.
    const isMangled = way === "a redirect" && !/^[ -~]+$/.test(host);
    if (!isMangled || outcome !== "ORIGIN_BROKEN") expect(outcome).toMatch(REFUSED);
    expect(knocks).toBe(0);
  });

  test.each(AUTHORITIES)("nobody gets to http://%s", async (authority) => {
    const outcome = await WAYS[way]?.(authority.replace("PORT", String(canaryPort)));
    // Some of them are plain addresses of somewhere else, which do not answer here.
    expect(outcome).not.toBe("found");
    expect(knocks).toBe(0);
  });
});

/** Ways out of the place that an alias names. */
const PATHS: readonly string[] = [
  ["../secret.jpg", "x/../../secret.jpg", "%2e%2e/secret.jpg", "%2E%2E/secret.jpg", ".%2e/secret.jpg"],
  ["..%2fsecret.jpg", "..%2Fsecret.jpg", "%2e%2e%2fsecret.jpg", "x/..%2f..%2fsecret.jpg", "..%5csecret.jpg"],
  [
    "..\\secret.jpg",
    "x\\..\\..\\secret.jpg",
    "%2e%2e%5csecret.jpg",
    "%252e%252e%252fsecret.jpg",
    "..%252fsecret.jpg",
  ],
  [
    "..%c0%afsecret.jpg",
    "..%e0%80%afsecret.jpg",
    "%c0%ae%c0%ae/secret.jpg",
    "..%ef%bc%8fsecret.jpg",
    "．．/secret.jpg",
  ],
  [
    "..%00/secret.jpg",
    "..;/secret.jpg",
    "....//secret.jpg",
    "..../secret.jpg",
    "//../secret.jpg",
    "./../secret.jpg",
  ],
  [
    "..%0d%0asecret.jpg",
    "..#/secret.jpg",
    "..?/secret.jpg",
    "%2f..%2fsecret.jpg",
    "//secret.jpg",
    "/%2fsecret.jpg",
  ],
].flat();

describe("out of the place that an alias names", () => {
  const asked: string[] = [];
  let own: number;
  beforeAll(async () => {
    own = await listen((request, response) => {
      asked.push(request.url ?? "");
      response.end("read");
    });
  });

  const below: Readonly<Record<string, (endpoint: string) => AliasTarget>> = {
    "an address": (endpoint) => ({ url: `${endpoint}/media/in` }),
    "an address with a password": (endpoint) => {
      return { url: `${endpoint}/media/in`, auth: { user: "u", password: new Secret("p") } };
    },
    S3: (endpoint) => ({ bucket: "s3:media@h/in", place: { ...s3(endpoint), prefix: "in" } }),
    Google: (endpoint) => ({
      bucket: "gcs:media@h/in",
      place: { kind: "gcs", endpoint, bucket: "media", prefix: "in" },
    }),
    Azure: (endpoint) => {
      const place = { kind: "azure", endpoint, account: "acct", container: "media", prefix: "in" } as const;
      return { bucket: "azure:acct.media@h/in", place };
    },
  };

  for (const [kind, targetOf] of Object.entries(below)) {
    test.each(PATHS)(`of ${kind} no path leads: %j`, async (path) => {
      asked.length = 0;
      const from = project({ _a_: targetOf(`http://127.0.0.1:${own}`) }, { allowPrivate: true });
      const outcome = await read(from, `_a_/${path}`);
      expect(outcome).toMatch(/^(found|ORIGINAL_NOT_NAMED|ORIGINAL_NOT_ALLOWED)$/);
      for (const url of asked) {
        expect(url).toMatch(/^\/media\/in\//);
        // An address is asked as it was written: what its server makes of an escaped slash is the server's own affair.
        const shown = kind === "an address" ? url : decodeURIComponent(url);
        expect(shown.split(/[/\\]/)).not.toContain("..");
      }
    });
  }

  test.each(PATHS)("of a folder no path leads: %j", async (path) => {
    await mkdir(join(folder, "sample"), { recursive: true });
    await writeFile(join(folder, "secret.jpg"), "secret");
    const outcome = await read(project({ _a_: { folder: "sample" } }), `_a_/${path}`);
    expect(outcome).toMatch(/^(missing|ORIGINAL_NOT_NAMED|ORIGINAL_NOT_ALLOWED)$/);
  });
});

test("the canary is there for whoever may get to it", async () => {
  const allowed = project({ _a_: { url: `http://127.0.0.1:${canaryPort}` } }, { allowPrivate: true });
  expect(await read(allowed, "_a_/a.jpg")).toBe("found");
  expect(knocks).toBe(1);
});

test("a name that resolves to something else at its second look-up is judged by that look-up", async () => {
  let lookups = 0;
  const rebinding = createSources({
    dataFolder: folder,
    http: {
      resolve: async () => {
        lookups += 1;
        if (lookups === 1) throw Object.assign(new Error("not yet"), { code: "EAI_AGAIN" });
        return [{ address: "127.0.0.1", family: 4 }];
      },
    },
  });
  const open = project({}, { allow: ["*"] });
  const { location, policy } = describeOriginal(open, `http://twice.example:${canaryPort}/a.jpg`);
  for (const code of ["ORIGIN_BROKEN", "ORIGINAL_NOT_ALLOWED"]) {
    const fetched = await rebinding.fetch(location, { policy, fresh: false }, AbortSignal.timeout(5_000));
    expect(fetched).toMatchObject({ kind: "refused", code });
  }
  expect(knocks).toBe(0);
  await rebinding.close();
});
