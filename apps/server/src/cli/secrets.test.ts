import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leaksOf } from "../secrets/leaks.test.support.ts";
import { answers, run } from "./run.test.support.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

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
    const { code } = await run(["config"], { cwd: folder });
    expect(code).toBe(0);
    const again = await run(["config", "check", "--json"], { cwd: folder });
    expect(JSON.parse(again.out)).toEqual({ ok: true, isBuiltIn: true, projects: ["demo"] });
    expect(existsSync(join(folder, ".freshet"))).toBe(false);
  });
});
