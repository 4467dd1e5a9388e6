import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leaksOf } from "../secrets/leaks.test.support.ts";
import { optionsOf, usageOf } from "./arguments.ts";
import { COMMANDS } from "./commands.ts";
import { dispatch } from "./dispatch.ts";
import { EXITS } from "./exits.ts";
import type { Surroundings } from "./surroundings.ts";

const CODES: readonly (number | undefined)[] = Object.values(EXITS).map(({ code }) => code);
/** All but those that start or write something. */
const HARMLESS = COMMANDS.filter(({ name }) => name !== "serve" && name !== "migrate");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const answers = (status: number, body: unknown, headers: Record<string, string> = {}): typeof fetch => {
  return async () => new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
};
const away: typeof fetch = async () => {
  throw new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } });
};

async function run(argv: readonly string[], given: Partial<Surroundings> = {}) {
  let [out, err] = ["", ""];
  const io: Surroundings = {
    env: {},
    cwd: folder,
    out: async (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isWatched: false,
    input: async () => undefined,
    onInterrupt: () => () => {},
    fetch: away,
    ...given,
  };
  const code = await dispatch(argv, HARMLESS, io);
  return { code, out, err };
}

describe("a command line", () => {
  const names = COMMANDS.flatMap(({ name }) => name.split(" "));
  const options = [...new Set(COMMANDS.flatMap((command) => Object.keys(optionsOf(command))))];
  const word = fc.oneof(
    fc.constantFrom(...names, "-", "--", "..", "."),
    fc.constantFrom(...options).map((name) => `--${name}`),
    fc.tuple(fc.constantFrom(...options), fc.string()).map(([name, text]) => `--${name}=${text}`),
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("__proto__", "--__proto__", "--constructor=1", "--no-json", "-hj"),
  );
  const line = fc.oneof(
    fc.array(word, { maxLength: 8 }),
    fc
      .tuple(fc.constantFrom(...HARMLESS), fc.array(word, { maxLength: 6 }))
      .map(([{ name }, rest]) => [...name.split(" "), ...rest]),
  );
  const fetches = fc.constantFrom<typeof fetch>(
    away,
    answers(200, {}),
    answers(200, { projects: [null, 3], keys: {}, cursor: "x", status: "ok", settings: [] }),
    answers(204, undefined),
    answers(404, { code: "PROJECT_NOT_FOUND", detail: "There is none." }),
    answers(302, null, { location: "http://elsewhere.example/" }),
    answers(500, "broken"),
  );

  it("ends with a documented code, whatever it says and whatever the server answers", async () => {
    await fc.assert(
      fc.asyncProperty(line, fetches, fc.option(fc.string()), async (argv, fetch, input) => {
        const { code, out, err } = await run(argv, { fetch, input: async () => input ?? undefined });
        expect(CODES).toContain(code);
        expect(err).not.toMatch(/^Something broke|\n\s+at /);
        if (code !== 0) expect(err).not.toBe("");
        if (code !== 0)
          expect(argv.includes("--json") ? JSON.parse(out).error.exit : out).toBe(
            argv.includes("--json") ? code : "",
          );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [["projcts", "list"], /nearest is "freshet projects/],
    [["projects", "lst"], /nearest is "freshet projects list"/],
    [["health", "--jsn"], /nearest is --json/],
    [["projects"], /one more word: list, get, create/],
    [["projects", "get"], /<name> is missing/],
    [["health", "more"], /more than the command takes/],
    [["health", "--server"], /--server needs a value/],
    [["health", "--server", "--json"], /begins with a hyphen/],
    [["health", "--json=yes"], /takes no value/],
    [["health", "--json", "--json"], /twice/],
    [["health", "--server", "ftp://a.example"], /no address/],
    [["projects", "get", ".."], /name nothing/],
    [["projects", "delete", "shop"], /--yes/],
    [["keys", "create", "ci"], /--right is missing/],
    [["keys", "create", "ci", "--right", "read", "--expires", "2001-01-01"], /over already/],
    [["invalidate"], /at least one path/],
    [["invalidate", "--scope", "all", "/a.jpg"], /takes no paths/],
    [["invalidate", "/a.jpg", "--timeout", "soon"], /no span/],
    [["url", "build", "a.jpg", "w=4x"], /w=4x cannot be read/],
    [["url", "build", "a.jpg", "colour=1"], /no parameter/],
    [["url", "sign", "a.jpg", "--salt", "a long salt"], /beginning with a slash/],
    [["url", "sign", "/a.jpg?fr_sig=x", "--salt", "a long salt"], /fr_sig already/],
  ])("that is wrong is refused with 2 and a hint: %j", async (argv, hint) => {
    const { code, out, err } = await run(argv);
    expect(code).toBe(2);
    if (!argv.includes("--json")) expect(out).toBe("");
    expect(err).toMatch(hint);
  });

  it("that is empty shows help on stderr and ends with 2; --help shows it on stdout and ends with 0", async () => {
    expect(await run([])).toMatchObject({ code: 2, out: "" });
    const { code, out, err } = await run(["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const { name } of HARMLESS) expect(out).toContain(`  ${name}`);
  });

  it("with --help explains each command and does nothing", async () => {
    for (const command of HARMLESS) {
      const { code, out } = await run([...command.name.split(" "), "--help"]);
      expect(code).toBe(0);
      expect(out).toContain(usageOf(command));
      for (const name of Object.keys(command.options)) expect(out).toContain(`--${name}`);
      expect(command.examples.length).toBeGreaterThan(0);
    }
  });
});

describe("options", () => {
  it("mean the same in every command, as far as whether a value follows", () => {
    const kinds = new Map<string, boolean>();
    for (const command of COMMANDS) {
      for (const [name, { value }] of Object.entries(optionsOf(command))) {
        expect([name, kinds.get(name) ?? value !== undefined]).toEqual([name, value !== undefined]);
        kinds.set(name, value !== undefined);
      }
    }
  });
});

describe("exit codes", () => {
  it.each([
    [401, "API_KEY_WRONG", 4],
    [403, "KEY_NOT_ALLOWED", 4],
    [429, "ATTEMPTS_TOO_MANY", 4],
    [404, "PROJECT_NOT_FOUND", 1],
    [409, "PROJECT_READ_ONLY", 1],
    [412, "VERSION_OUTDATED", 1],
    [503, "JOURNAL_AWAY", 3],
    [500, "INTERNAL", 1],
  ])("a %i %s ends with %i", async (status, code, exit) => {
    const fetch = answers(status, { code, detail: "It says so." });
    const shown = await run(["projects", "get", "shop", "--json", "--key", "k"], { fetch });
    expect(shown.code).toBe(exit);
    expect(JSON.parse(shown.out)).toEqual({ error: { exit, code, message: "It says so." } });
    expect(shown.err).toBe("It says so.\n");
  });

  it("an address where something else answers is 3", async () => {
    const html: typeof fetch = async () => new Response("<html>", { status: 200 });
    for (const argv of [["health"], ["projects", "list"], ["invalidate", "/a.jpg", "--key", "k"]]) {
      expect((await run(argv, { fetch: html })).code).toBe(3);
    }
  });
});

describe("secrets", () => {
  const KEY = "key-6f1c0a7be2";
  const SALT = "salt/with+a%quirk";

  it("are in no message, however the command goes", async () => {
    const shown = [
      await run(["projects", "list", "--key", KEY]),
      await run(["projects", "list", `--kye=${KEY}`]),
      await run(["projects", "list", "--key", `${KEY} two words`]),
      await run(["projects", "list"], { env: { FRESHET_API_KEY: `${KEY}\n${KEY}` } }),
      await run(["projects", "list", "--key", KEY, "--key-file", "x"]),
      await run(["projects", "list", "--key", KEY], {
        fetch: answers(401, { code: "API_KEY_WRONG", detail: "No." }),
      }),
      await run(["projects", "create", "shop"], { input: async () => `{"security": ${KEY}` }),
      await run(["url", "sign", "/a.jpg?w=3", "--salt", SALT, "--json"]),
      await run(["url", "seal", "/a.jpg", "w=3", "--salt", SALT, "--json"]),
    ];
    expect(shown.map(({ code }) => code)).toEqual([3, 2, 2, 2, 2, 4, 2, 0, 0]);
    expect(leaksOf(JSON.stringify(shown), [KEY, SALT])).toEqual([]);
  });

  it("of the configuration are masks in config --show, wherever the schema has one", async () => {
    const secrets = {
      key: "key-of-the-project-1",
      admin: "key-of-all-of-them-2",
      salt: "the-salt-of-urls-3",
      word: "pass-word-of-http-4",
      header: "value-of-a-header-5",
      s3: "secret-of-a-bucket-6",
      cache: "secret-of-the-cache-7",
      cacheId: "id-of-the-cache-11",
      sas: "sv=2&sig=signature-8",
      store: "postgres://user:pass-of-store-9@127.0.0.1/freshet",
      wordpress: "shared-with-the-plugin-10",
    };
    const at = join(folder, "secrets.json");
    const file = {
      adminKey: secrets.admin,
      store: { url: secrets.store },
      sharedCache: {
        endpoint: "http://127.0.0.1:9",
        bucket: "cache",
        accessKeyId: secrets.cacheId,
        secretAccessKey: secrets.cache,
      },
      connectors: { wordpress: [{ site: "http://wp.example", secret: secrets.wordpress, project: "shop" }] },
      projects: {
        shop: {
          apiKey: secrets.key,
          security: { salt: secrets.salt },
          origins: { headers: [{ name: "X-Key", value: secrets.header }] },
          aliases: {
            _a_: { url: "https://a.example", user: "u", password: secrets.word },
            _b_: {
              s3: {
                bucket: "pictures",
                region: "eu-central-1",
                accessKeyId: "id",
                secretAccessKey: secrets.s3,
              },
            },
            _c_: { azure: { account: "account", container: "photos", sas: secrets.sas } },
          },
        },
      },
    };
    await writeFile(at, JSON.stringify(file));
    const env = { FRESHET_CONFIG: at };
    for (const argv of [
      ["config", "--show"],
      ["config", "--json"],
      ["config", "check", "--json"],
    ]) {
      const { code, out, err } = await run(argv, { env });
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(leaksOf(out, [...Object.values(secrets), "pass-of-store-9", "signature-8"])).toEqual([]);
    }
    const { out } = await run(["config"], { env });

    expect(out.match(/"\*{8}"/g)).toHaveLength(Object.keys(secrets).length);
  });

  it("are made by no command that only looks", async () => {
    const { code } = await run(["config"]);
    expect(code).toBe(0);
    const again = await run(["config", "check", "--json"]);
    expect(JSON.parse(again.out)).toEqual({ ok: true, isBuiltIn: true, projects: ["demo"] });
    expect(existsSync(join(folder, ".freshet"))).toBe(false);
  });
});

describe("waiting for an invalidation", () => {
  const stages = (...list: readonly string[]): typeof fetch => {
    let at = 0;
    return async (_input, init) => {
      const status = init?.method === "POST" ? "RECEIVED" : list[Math.min(at++, list.length - 1)];
      const invalidation = { uuid: "u-1", status, added_at: "2030-01-01T00:00:00Z", urls: {} };
      return new Response(JSON.stringify({ status: "success", invalidation }), { status: 200 });
    };
  };
  const argv = ["invalidate", "/a.jpg", "--wait", "--key", "k"];

  it.each([
    [["PREPARING", "FLUSHINGCDNSERVERS", "DONE"], 0],
    [["PREPARING", "ERROR_CDN_NODE"], 5],
    [["ERROR"], 5],
  ])("shows %j to who looks, and ends with %i", async (list, exit) => {
    const fetch = stages(...list);
    const { code, out, err } = await run([...argv, "--json"], { fetch, isWatched: true });
    expect(code).toBe(exit);
    expect(JSON.parse(out)).toMatchObject({ invalidation: { uuid: "u-1", status: list.at(-1) } });
    for (const status of list) expect(err).toContain(status);
  });

  it("says nothing on the way where nobody looks", async () => {
    expect(await run(argv, { fetch: stages("PREPARING", "DONE") })).toEqual({
      code: 0,
      out: "u-1 DONE\n",
      err: "",
    });
  });

  it("ends with 6 after the time given", async () => {
    const { code, err } = await run([...argv, "--timeout", "1s"], { fetch: stages("PREPARING") });
    expect(code).toBe(6);
    expect(err).toContain("It goes on");
  });

  it("ends with 130 on Ctrl-C, and says that the invalidation goes on", async () => {
    const onInterrupt = (stop: () => void) => {
      const timer = setTimeout(stop, 50);
      return () => clearTimeout(timer);
    };
    const { code, err } = await run(argv, { fetch: stages("PREPARING"), onInterrupt });
    expect(code).toBe(130);
    expect(err).toContain("u-1 goes on");
  });

  it("names the project to the server", async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      asked.push(`${init?.method} ${input}`);
      return stages("DONE")(input, init);
    };
    await run([...argv, "--project", "shop"], { fetch });
    expect(asked).toEqual([
      "POST http://127.0.0.1:8080/invalidate?project=shop",
      "GET http://127.0.0.1:8080/invalidate/u-1?project=shop",
    ]);
  });
});
