import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "./config.ts";

const KEY = "client_0123456789abcdef";
const SHARED = { endpoint: "https://s3.example", bucket: "pictures", accessKeyId: "AKID" };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-config-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Loads a configuration whose files are given by absolute path; numbers of files that do not exist are missing. */
function load(file: unknown, env: Record<string, string> = {}, others: Record<string, string> = {}) {
  const text = typeof file === "string" ? file : JSON.stringify(file);
  const files: Record<string, string> = {
    ...(file !== undefined && { [join(folder, "freshet.config.json")]: text }),
    ...others,
  };
  return loadConfig({
    env: { FRESHET_DATA: join(folder, "data"), ...env },
    cwd: folder,
    readFile: async (path) => {
      const found = files[path];
      if (found === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return found;
    },
  });
}

async function problemsOf(...args: Parameters<typeof load>): Promise<readonly string[]> {
  const error: unknown = await load(...args).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).problems;
}

/** A GIF of one pixel. */
const PIXEL = "R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==";

const SHARED_ENV = {
  FRESHET_SHARED_CACHE_ENDPOINT: SHARED.endpoint,
  FRESHET_SHARED_CACHE_BUCKET: SHARED.bucket,
  FRESHET_SHARED_CACHE_ACCESS_KEY_ID: SHARED.accessKeyId,
};

const withDemo = (section: unknown, more: object = {}) => ({ ...more, projects: { demo: section } });

describe("the effective configuration", () => {
  test("keeps the journal where the environment says, else the file, else in the data folder", async () => {
    const url = "postgres://freshet:secret@db.example/freshet";
    const other = "postgresql://other.example/freshet";
    const stores = async (...args: Parameters<typeof load>) => (await load(...args)).store;
    expect(await stores(undefined)).toBeUndefined();
    expect(await stores(undefined, { FRESHET_STORE_URL: url })).toEqual({ url, poolSize: 10 });
    const file = withDemo({}, { store: { url, poolSize: 3 } });
    expect(await stores(file)).toEqual({ url, poolSize: 3 });
    expect(await stores(file, { FRESHET_STORE_URL: other })).toEqual({ url: other, poolSize: 3 });
    const secret = { [join(folder, "db")]: `${other}\n` };
    expect(await stores(file, { FRESHET_STORE_URL_FILE: "db" }, secret)).toEqual({ url: other, poolSize: 3 });
    expect(await stores(withDemo({}, { store: { urlFile: "db" } }), {}, secret)).toEqual({
      url: other,
      poolSize: 10,
    });
  });

  test("has a shared cache where the environment, key by key, or the file speaks of one", async () => {
    const shared = async (...args: Parameters<typeof load>) => (await load(...args)).sharedCache;
    expect(await shared(undefined)).toBeUndefined();
    const section = {
      endpoint: "https://s3.example/",
      bucket: "pictures",
      accessKeyId: "AKID",
      secretAccessKeyFile: "s3",
    };
    const secret = { [join(folder, "s3")]: "a/secret+of+the+store\n" };
    const s3 = {
      endpoint: "https://s3.example",
      region: "us-east-1",
      bucket: "pictures",
      addressing: "path",
      accessKeyId: "AKID",
      secretAccessKey: "a/secret+of+the+store",
    };
    const rest = { prefix: "freshet", originals: true, lookupMs: 250, queueBytes: 67_108_864 };
    expect(await shared(withDemo({}, { sharedCache: section }), {}, secret)).toEqual({ s3, ...rest });
    const env = {
      FRESHET_SHARED_CACHE_ENDPOINT: "http://127.0.0.1:9000",
      FRESHET_SHARED_CACHE_REGION: "eu-central-1",
      FRESHET_SHARED_CACHE_BUCKET: "others",
      FRESHET_SHARED_CACHE_PREFIX: "a/b",
      FRESHET_SHARED_CACHE_ACCESS_KEY_ID: "AKID2",
      FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY: "another secret".replaceAll(" ", "-"),
    };
    const fromOutside = {
      s3: {
        endpoint: "http://127.0.0.1:9000",
        region: "eu-central-1",
        bucket: "others",
        addressing: "path",
        accessKeyId: "AKID2",
        secretAccessKey: "another-secret",
      },
      ...rest,
      prefix: "a/b",
    };
    expect(await shared(undefined, env)).toEqual(fromOutside);
    const file = withDemo({}, { sharedCache: { ...section, originals: false, lookupMs: 100 } });
    expect(await shared(file, env, secret)).toEqual({ ...fromOutside, originals: false, lookupMs: 100 });
    const onlyBucket = { FRESHET_SHARED_CACHE_BUCKET: "others" };
    expect(await shared(withDemo({}, { sharedCache: section }), onlyBucket, secret)).toMatchObject({
      s3: { ...s3, bucket: "others" },
    });
  });

  test("without a file is the built-in project demo, whose key is made once and kept for its owner alone", async () => {
    const data = join(folder, "first");
    const first = await load(undefined, { FRESHET_DATA: data });
    const { log, host, port, isBuiltIn, dataFolder } = first;
    expect({ log, host, port, isBuiltIn, dataFolder }).toEqual({
      ...{ log: "info", host: "127.0.0.1", port: 8080 },
      ...{ isBuiltIn: true, dataFolder: data },
    });
    expect(first.projects).toMatchObject([
      {
        name: "demo",
        aliases: { _sample_: { folder: "sample" } },
        source: { allow: [], allowPrivate: false },
      },
    ]);
    expect(first.freshKey).toEqual({ project: "demo", key: expect.stringMatching(/^client_[0-9a-f]{32}$/) });
    expect((await stat(join(data, "demo.key"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(data, "demo.key"), "utf8")).toBe(`${first.freshKey?.key}\n`);

    const second = await load(undefined, { FRESHET_DATA: data });
    expect(second.freshKey).toBeUndefined();
    expect(second.projects[0]?.apiKey).toBe(first.freshKey?.key);
  });

  test("takes a project as it is written and completes it with defaults", async () => {
    const config = await load(
      withDemo({
        apiKey: KEY,
        origins: { allow: ["127.0.0.1"], allowPrivate: true },
        aliases: { _site_: "http://127.0.0.1:9000/media/" },
      }),
    );
    expect(config.isBuiltIn).toBe(false);
    expect(config.projects).toEqual([
      {
        name: "demo",
        apiKey: KEY,
        hosts: [],
        aliases: { _site_: { url: "http://127.0.0.1:9000/media" } },
        prefix: undefined,
        tags: [],
        source: {
          allow: ["127.0.0.1"],
          allowPrivate: true,
          maxBytes: 50_000_000,
          maxVideoBytes: 500_000_000,
          timeoutMs: 15_000,
        },
        formats: ["avif", "webp"],
        forwardQuery: true,
        cache: { browser: 60, cdn: 60, revalidate: 86_400 },
        missingStatus: 404,
        origins: { headers: [], staleIfError: 0, rememberMissing: 10 },
      },
    ]);
  });

  test("completes what a project writes about its URLs, and holds nothing of what it does not write", async () => {
    const [project] = (
      await load(
        withDemo({
          apiKey: KEY,
          gamut: "p3",
          improve: false,
          presets: { small: "w=200&h=100" },
          rules: [{ match: "_a_/é", parameters: "p=small&ci_cache=60" }],
          security: { saltFile: "salts" },
          sizes: { widths: [640, 320, 640] },
          v7: "required",
          v6: true,
          hints: { saveData: true },
          cache: { perUrl: 9 },
          missing: { image: PIXEL },
        }),
        {},
        { [join(folder, "salts")]: "new salt\r\nold salt\n" },
      )
    ).projects;
    expect(project).toMatchObject({
      gamut: "p3",
      improve: false,
      shortening: {
        presets: { small: "w=200&h=100" },
        rules: [{ match: "_a_/%C3%A9", parameters: "p=small&ci_cache=60" }],
        defaults: "",
      },
      security: { unsigned: "refuse", shortest: 10 },
      sizes: { widths: [320, 640], heights: [320, 640], step: undefined, outside: "snap" },
      v7: "required",
      v6: true,
      hints: { client: false, saveData: true },
      placeholder: PIXEL,
    });
    expect(project?.security?.salts.map((salt) => salt.reveal())).toEqual(["new salt", "old salt"]);
    expect(project?.cache.perUrl).toBe(9);
    const [plain] = (
      await load(withDemo({ apiKey: KEY, gamut: "srgb", improve: true, v7: "both", v6: false }))
    ).projects;
    const optional = [
      "gamut",
      "improve",
      "shortening",
      "security",
      "sizes",
      "v7",
      "v6",
      "hints",
      "placeholder",
    ];
    expect(Object.keys(plain ?? {}).filter((key) => optional.includes(key))).toEqual([]);
  });

  test("keeps answers in CDN nodes for a year only where nodes are configured", async () => {
    const cdn = [{ driver: "varnish", nodes: ["http://127.0.0.1:6081"] }];
    expect((await load(withDemo({ apiKey: KEY }, { cdn }))).projects[0]?.cache.cdn).toBe(31_536_000);
    expect((await load(withDemo({ apiKey: KEY, cache: { cdn: 9 } }, { cdn }))).projects[0]?.cache.cdn).toBe(
      9,
    );
  });

  test("prefers the environment, and reads secrets from files", async () => {
    const file = withDemo({ apiKey: KEY }, { log: "warn" });
    const other = "another_key_0123456789";
    const env = { FRESHET_API_KEY: other, FRESHET_LOG: "debug", PORT: "0", FRESHET_HOST: "::1" };
    expect(await load(file, env)).toMatchObject({
      log: "debug",
      port: 0,
      host: "::1",
      projects: [{ apiKey: other }],
    });
    const secrets = { [join(folder, "a.key")]: `${other}\n` };
    expect(await load(file, { FRESHET_API_KEY_FILE: "a.key" }, secrets)).toMatchObject({
      projects: [{ apiKey: other }],
    });
    expect(await load(withDemo({ apiKeyFile: "a.key" }), {}, secrets)).toMatchObject({
      projects: [{ apiKey: other }],
    });
  });

  test("takes the keys that secrets are sealed with from the environment, and shows none of them", async () => {
    const file = withDemo({ apiKey: KEY });
    const key = "00112233445566778899aabbccddeeff".repeat(2);
    expect((await load(file)).secretKey).toBeUndefined();
    const given = await load(file, { FRESHET_SECRET_KEY: key });
    expect(given.secretKey?.reveal()).toBe(key);
    expect(JSON.stringify(given)).not.toContain(key);
    const kept = { [join(folder, "seal.key")]: `${key}\n${key.replaceAll("0", "1")}\n` };
    expect((await load(file, { FRESHET_SECRET_KEY_FILE: "seal.key" }, kept)).secretKey?.reveal()).toContain(
      key,
    );
    const wrong = load(file, { FRESHET_SECRET_KEY: `${key},not-a-key-but-a-secret` });
    await expect(wrong).rejects.toThrow("FRESHET_SECRET_KEY cannot be used: its key 2 is not 32 bytes");
    await expect(wrong).rejects.not.toThrow("not-a-key-but-a-secret");
  });

  test("cannot be changed", async () => {
    const config = await load(withDemo({ apiKey: KEY }));
    expect(() => Object.assign(config.projects[0]?.cache ?? {}, { cdn: 1 })).toThrow(TypeError);
    expect(Object.isFrozen(config.limits)).toBe(true);
  });
});

describe("a configuration that is wrong", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{ projcts: {} }, 'projcts is unknown; the nearest known key is "projects".'],
    [withDemo({ orgins: {} }), 'projects.demo.orgins is unknown; the nearest known key is "origins".'],
    [
      withDemo({ origins: { alow: [] } }),
      'projects.demo.origins.alow is unknown; the nearest known key is "allow".',
    ],
    [
      { connectors: { wordpres: [] } },
      'connectors.wordpres is unknown; the nearest known key is "wordpress".',
    ],
    [
      { connectors: { wordpress: [{ site: "http://a.b", sekret: "x" }] } },
      'connectors.wordpress[0].sekret is unknown; the nearest known key is "secret".',
    ],
    [JSON.parse('{"__proto__":{}}'), '__proto__ is unknown; the nearest known key is "projects".'],
    [
      withDemo({ cache: { browser: "60" } }),
      'projects.demo.cache.browser is "60"; write a whole number from 0 to 31536000.',
    ],
    [
      withDemo({ cache: { cdn: -1 } }),
      "projects.demo.cache.cdn is -1; write a whole number from 0 to 31536000.",
    ],
    [withDemo({ missing: { status: 500 } }), "projects.demo.missing.status is 500; write one of 404, 200."],
    [
      { limits: { memoryBytes: 1 } },
      "limits.memoryBytes is 1; write a whole number from 1048576 to 68719476736.",
    ],
    [{ cdn: [{ nodes: ["http://a"] }] }, 'cdn[0].driver is missing; write one of "'],
    [{ cdn: [{ driver: "varnish", nodes: [] }] }, "cdn[0].nodes has 0 entries; write 1 to 100."],
    [{ projects: {} }, "projects has 0 entries; write 1 to 1000."],
    [
      { projects: { De: {} } },
      "projects.De is not a name that can be used here; write a name of small letters",
    ],
    [
      withDemo({ aliases: { site: "http://a.b" } }),
      "projects.demo.aliases.site is not a name that can be used here",
    ],
    [
      withDemo({ aliases: { _s_: { folder: "../x" } } }),
      'projects.demo.aliases._s_.folder is "../x"; write the name of a folder',
    ],
    [
      withDemo({ aliases: { _s_: { folder: "originals" } } }),
      'names the folder "originals", which Freshet itself uses',
    ],
    [withDemo({ aliases: { _s_: 5 } }), "projects.demo.aliases._s_ is 5; write an address such as"],
    [
      withDemo({ aliases: { _s_: "ftp://a.b/" } }),
      'projects.demo.aliases._s_ is "ftp://a.b/", which leads nowhere (scheme)',
    ],
    [withDemo({ aliases: { _b_: "_b_" } }), "leads nowhere (alias-loop)"],
    [withDemo({ prefix: "nowhere" }), 'projects.demo.prefix is "nowhere", which leads nowhere'],
    [
      withDemo({ origins: { allow: ["a b"] } }),
      'projects.demo.origins.allow[0] is "a b"; write a host such as',
    ],
    [withDemo({ origins: { allow: ["a:b"] } }), 'projects.demo.origins.allow[0] is "a:b", which is no host'],
    [
      withDemo({ apiKey: "short" }),
      "projects.demo.apiKey is not right; write 16 to 256 visible characters without spaces.",
    ],
    [{ store: { poolSize: 3 } }, "store has no address; write url or urlFile."],
    [
      { store: { url: "postgres://h/d", urlFile: "x" } },
      "store.url and store.urlFile are both set; keep one.",
    ],
    [{ store: { urlFile: "none" } }, "store.urlFile names none, which cannot be read (ENOENT)."],
    [
      { store: { url: "mysql://u:leaks@h/d" } },
      'store.url is not right; write an address such as "postgres://',
    ],
    [
      { store: { url: "postgres://h/d", poolSize: 0 } },
      "store.poolSize is 0; write a whole number from 1 to 1000.",
    ],
    [{ sharedCache: SHARED }, "sharedCache has no secret; write secretAccessKey or secretAccessKeyFile."],
    [
      { sharedCache: { ...SHARED, secretAccessKey: "s", secretAccessKeyFile: "f" } },
      "sharedCache.secretAccessKey and sharedCache.secretAccessKeyFile are both set; keep one.",
    ],
    [
      { sharedCache: { bucket: "b-1", accessKeyId: "i", secretAccessKey: "s" } },
      'sharedCache.endpoint is missing; write an address such as "https://s3',
    ],
    [
      { sharedCache: { ...SHARED, bukket: "b-1" } },
      'sharedCache.bukket is unknown; the nearest known key is "bucket".',
    ],
    [
      { sharedCache: { ...SHARED, secretAccessKey: "it leaks" } },
      "sharedCache.secretAccessKey is not right; write visible characters",
    ],
    [
      { sharedCache: { ...SHARED, secretAccessKey: "s", endpoint: "http://a:b:c" } },
      "sharedCache.endpoint is http://a:b:c, which is no address.",
    ],
    [
      { sharedCache: { ...SHARED, secretAccessKey: "s", prefix: "a/../b" } },
      'sharedCache.prefix is "a/../b"; write nothing, or steps such as',
    ],
    [
      { sharedCache: { ...SHARED, secretAccessKey: "s", bucket: "B" } },
      'sharedCache.bucket is "B"; write a name such as',
    ],
    [withDemo({ apiKey: KEY, apiKeyFile: "k" }), "projects.demo has apiKey and apiKeyFile; keep one."],
    [withDemo({ apiKeyFile: "none" }), "projects.demo.apiKeyFile names none, which cannot be read (ENOENT)."],
    [{ projects: { shop: {} } }, "projects.shop has no API key; write apiKey or apiKeyFile."],
    [{ projects: { a: { apiKey: KEY }, b: { apiKey: KEY } } }, "The projects a and b have the same API key"],
    [
      { projects: { a: { apiKey: KEY, hosts: ["X.y"] }, b: { apiKey: `${KEY}2`, hosts: ["x.Y"] } } },
      "The host x.y belongs to the projects a and b",
    ],
    [
      { projects: { a: { apiKey: KEY }, b: { apiKey: `${KEY}2`, hosts: ["a.example"] } } },
      "projects.b.hosts holds a.example, whose first label already names the project a",
    ],
    [{ cdn: [{ driver: "varnish", nodes: ["http://a", "http://a/"] }] }, "cdn names the node http://a twice"],
    ...shorteningCases(),
    [[], "The configuration is []; write an object."],
    ["{", "is not JSON"],
  ];

  test.each(cases)("%j", async (file, sentence) => {
    const problems = await problemsOf(file, file === cases.at(-1)?.[0] ? {} : { FRESHET_LOG: "info" });
    expect(problems).toEqual([expect.stringContaining(sentence)]);
  });

  test("a placeholder that cannot be read or is no image", async () => {
    const text = Buffer.from("not a picture").toString("base64");
    expect(await problemsOf(withDemo({ missing: { image: text } }))).toEqual([
      "projects.demo.missing.image is not an image that can be read; use a PNG, JPEG or SVG.",
    ]);
    expect(await problemsOf(withDemo({ missing: { imageFile: "none.png" } }))).toEqual([
      "projects.demo.missing.imageFile names none.png, which cannot be read (ENOENT).",
    ]);
  });

  test("is told in full, and secrets are not repeated", async () => {
    const problems = await problemsOf({
      projects: { demo: { apiKey: "pass word that leaks", x: 1 } },
      log: "loud",
    });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain("leaks");
  });

  test.each([
    [{ PORT: "80a" }, 'PORT is "80a"; write a whole number from 0 to 65535.'],
    [{ PORT: "65536" }, 'PORT is "65536"'],
    [{ FRESHET_HOST: "a b" }, 'FRESHET_HOST is "a b"'],
    [{ FRESHET_LOG: "loud" }, 'FRESHET_LOG is "loud"; write one of "fatal"'],
    [{ FRESHET_API_KEY: "short" }, "FRESHET_API_KEY is not right"],
    [{ FRESHET_API_KEY: KEY, FRESHET_API_KEY_FILE: "x" }, "are both set; keep one."],
    [{ FRESHET_API_KEY_FILE: "none" }, "FRESHET_API_KEY_FILE names none, which cannot be read (ENOENT)."],
    [{ FRESHET_STORE_URL: "file:x" }, "FRESHET_STORE_URL is not right; write an address such as"],
    [
      { FRESHET_STORE_URL: "postgres://h/d", FRESHET_STORE_URL_FILE: "x" },
      "FRESHET_STORE_URL and FRESHET_STORE_URL_FILE are both set; keep one.",
    ],
    [{ FRESHET_STORE_URL_FILE: "none" }, "FRESHET_STORE_URL_FILE names none, which cannot be read (ENOENT)."],
    [
      { ...SHARED_ENV, FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY: "it leaks" },
      "FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY is not right",
    ],
    [
      { ...SHARED_ENV, FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY_FILE: "none" },
      "FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY_FILE names none, which cannot be read (ENOENT).",
    ],
    [
      { ...SHARED_ENV, FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY: "s", FRESHET_SHARED_CACHE_REGION: "a b" },
      'FRESHET_SHARED_CACHE_REGION is "a b"; write a name such as "eu-central-1".',
    ],
    [{ FRESHET_CONFIG: "elsewhere.json" }, "elsewhere.json cannot be read (ENOENT)"],
  ])("in the environment: %j", async (env, sentence) => {
    expect(await problemsOf(withDemo({ apiKey: KEY }), env as Record<string, string>)).toEqual([
      expect.stringContaining(sentence),
    ]);
  });

  test("a key of the environment that no project can claim", async () => {
    const file = { projects: { a: { apiKey: KEY }, b: { apiKey: `${KEY}2` } } };
    expect(await problemsOf(file, { FRESHET_API_KEY: `${KEY}3` })).toEqual([
      "FRESHET_API_KEY is for the project demo or the only one; here are a, b.",
    ]);
  });
});

function shorteningCases(): [unknown, string][] {
  const place = "projects.demo";
  const rule = (parameters: string) => withDemo({ rules: [{ match: "a", parameters }] });
  return [
    [
      withDemo({ presets: { s: "widht=5" } }),
      `${place}.presets.s has the parameter "widht", which cannot be used here; the nearest one is "`,
    ],
    [
      withDemo({ presets: { s: "w=wide" } }),
      `${place}.presets.s gives w the value "wide"; write a number of pixels`,
    ],
    [withDemo({ presets: { s: "p=t", t: "w=1" } }), `${place}.presets.s calls another preset`],
    [withDemo({ presets: { s: "&" } }), `${place}.presets.s holds no parameter`],
    [withDemo({ presets: { s: "vh=1" } }), `${place}.presets.s has the parameter "vh"`],
    [withDemo({ presets: { s: "ci_cache=soon" } }), `${place}.presets.s gives ci_cache the value "soon"`],
    [
      withDemo({ presets: { s: "process=1" } }),
      `${place}.presets.s has the parameter process, which has no effect yet`,
    ],
    [
      withDemo({ presets: { "s t": "w=1" } }),
      `${place}."s t" is not a name`.replace("demo.", "demo.presets."),
    ],
    [rule("p=s"), `${place}.rules[0].parameters calls the preset "s", which is not among presets`],
    [rule("ci_sign=1"), `${place}.rules[0].parameters has the parameter "ci_sign"`],
    [withDemo({ defaults: "q=x" }), `${place}.defaults gives q the value "x"`],
    [withDemo({ security: {} }), `${place}.security has no salt; write salt or saltFile.`],
    [
      withDemo({ security: { salt: "abc" } }),
      `${place}.security.salt is not right; write one to eight lines`,
    ],
    [
      withDemo({ security: { salt: "good\nabc" } }),
      `${place}.security.salt is not right; write one to eight lines`,
    ],
    [
      withDemo({ security: { salt: "good salt", saltFile: "x" } }),
      `${place}.security has salt and saltFile; keep one.`,
    ],
    [
      withDemo({ security: { saltFile: "none" } }),
      `${place}.security.saltFile names none, which cannot be read (ENOENT).`,
    ],
    [
      withDemo({ security: { salt: "good salt", accept: ["md5"] } }),
      `${place}.security.accept[0] is "md5"; write one of`,
    ],
    [withDemo({ sizes: {} }), `${place}.sizes allows no size; write widths, heights or step.`],
    [withDemo({ v7: "maybe" }), `${place}.v7 is "maybe"; write one of`],
  ];
}
