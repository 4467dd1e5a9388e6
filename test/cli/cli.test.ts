import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { type CommandOptions, freshet, PROGRAM, type Went } from "./command.ts";

const ADMIN = "admin_0123456789abcdef";
const KEY = "client_0123456789abcdef";
const SALT = "a salt for signing urls";
const FILE = {
  adminKey: ADMIN,
  projects: { fixed: { apiKey: KEY, hosts: ["127.0.0.1"], aliases: { _m_: { folder: "media" } } } },
};

describe("freshet, as a user runs it", () => {
  let server: Freshet;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "freshet-cli-"));
    server = await startFreshet({ config: FILE });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[], more: Partial<CommandOptions> = {}): Promise<Went> =>
    freshet(args, {
      cwd: folder,
      ...more,
      env: { FRESHET_SERVER: server.url, FRESHET_API_KEY: ADMIN, ...more.env },
    });
  /** Runs it with --json: stdout is one JSON value, stderr is empty where nothing is wrong. */
  const ask = async (args: readonly string[], more: Partial<CommandOptions> = {}) => {
    const { code, out, err } = await run([...args, "--json"], more);
    if (code === 0) expect(err).toBe("");
    else expect(err).not.toMatch(/^\s+at /m);
    return { code, json: JSON.parse(out) };
  };
  const settings = (salt?: string) =>
    JSON.stringify({ hosts: ["shop.example"], ...(salt && { security: { salt } }) });

  it("says that the server lives, with and without --json", async () => {
    expect(await run(["health"])).toEqual({ code: 0, out: `${server.url} lives and is ready.\n`, err: "" });
    expect(await ask(["health"])).toEqual({ code: 0, json: { server: server.url, live: true, ready: true } });
  });

  it("makes, shows, changes, restores and deletes a project", async () => {
    const file = join(folder, "shop.json");
    await writeFile(file, settings(SALT));
    expect(await run(["projects", "create", "shop", file])).toMatchObject({
      code: 0,
      out: "shop: version 1 is made.\n",
    });
    expect(await ask(["projects", "create", "shop", file])).toMatchObject({
      code: 1,
      json: { error: { code: "PROJECT_EXISTS" } },
    });
    expect((await run(["projects", "list"])).out).toBe("fixed  configuration file\nshop   version 1\n");
    expect((await ask(["projects", "list"])).json.projects).toHaveLength(2);

    const shown = await run(["projects", "get", "shop"]);
    expect(shown.out).not.toContain(SALT);
    expect(JSON.parse(shown.out)).toMatchObject({ hosts: ["shop.example"] });
    // What was shown can be sent back: masks keep their secrets.
    expect(await run(["projects", "set", "shop", "--note", "the same"], { input: shown.out })).toMatchObject({
      code: 0,
      out: "shop: version 2 is in force.\n",
    });
    const outdated = await ask(["projects", "set", "shop", "--if-version", "1"], { input: shown.out });
    expect(outdated).toMatchObject({ code: 1, json: { error: { code: "VERSION_OUTDATED" } } });
    const wrong = await run(["projects", "set", "shop", "-"], { input: '{"hosts": 3}' });
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain("/settings/hosts");

    expect((await run(["projects", "versions", "shop"])).out.split("\n")[0]).toMatch(/^2 .* the same$/);
    expect((await ask(["projects", "versions", "shop"])).json.versions).toHaveLength(2);
    expect(await ask(["projects", "restore", "shop", "1"])).toMatchObject({ code: 0, json: { version: 3 } });
    expect(await ask(["projects", "restore", "shop", "77"])).toMatchObject({
      code: 1,
      json: { error: { code: "VERSION_UNKNOWN" } },
    });
    expect((await ask(["projects", "get", "shop", "--version", "2"])).json).toMatchObject({
      version: 2,
      note: "the same",
    });

    expect((await run(["projects", "delete", "shop"])).code).toBe(2);
    expect(await run(["projects", "delete", "shop", "--yes"])).toMatchObject({
      code: 0,
      out: "shop is deleted.\n",
    });
    expect(await ask(["projects", "get", "shop"])).toMatchObject({
      code: 1,
      json: { error: { exit: 1, code: "PROJECT_NOT_FOUND" } },
    });
  });

  it("refuses to change a project of the file, by its own look and by the server's", async () => {
    const own = await ask(["projects", "set", "fixed"], { input: settings() });
    const asked = await ask(["projects", "set", "fixed", "--if-version", "1"], { input: settings() });
    for (const each of [own, asked]) {
      expect(each).toMatchObject({ code: 1, json: { error: { code: "PROJECT_READ_ONLY" } } });
    }
    expect((await ask(["projects", "delete", "fixed", "--yes", "--if-version", "1"])).json.error.code).toBe(
      "PROJECT_READ_ONLY",
    );
  });

  it("makes a key that works until it is revoked, and shows it once", async () => {
    const made = await run([
      "keys",
      "create",
      "ci",
      "--project",
      "fixed",
      "--right",
      "read",
      "--expires",
      "30d",
    ]);
    expect(made).toMatchObject({ code: 0, err: "" });
    const key = made.out.trim();
    const id = key.split("_")[1] ?? "";
    const file = join(folder, "ci.key");
    await writeFile(file, made.out);
    const own = { env: { FRESHET_API_KEY: "", FRESHET_API_KEY_FILE: file } };
    expect((await ask(["projects", "get", "fixed"], own)).code).toBe(0);
    expect((await ask(["keys", "list", "--project", "fixed"], own)).code).toBe(4);
    const list = await run(["keys", "list", "--project", "fixed"]);
    expect(list.out).toContain(id);
    expect(list.out).not.toContain(key);
    expect((await ask(["keys", "list", "--project", "fixed"])).json.keys).toMatchObject([
      { id, name: "ci", right: "read" },
    ]);
    expect(await run(["keys", "revoke", id, "--project", "fixed"])).toMatchObject({
      code: 0,
      out: `${id} is revoked.\n`,
    });
    expect(await ask(["projects", "get", "fixed"], own)).toMatchObject({
      code: 4,
      json: { error: { code: "API_KEY_WRONG" } },
    });
    expect(await ask(["keys", "revoke", id, "--project", "fixed"])).toMatchObject({
      code: 1,
      json: { error: { code: "KEY_UNKNOWN" } },
    });
    expect((await ask(["keys", "create", "all", "--right", "admin"])).json).toMatchObject({
      name: "all",
      key: expect.stringMatching(/^fk_/),
    });
  });

  it("invalidates in every scope and waits until it is done", async () => {
    const at = ["--project", "fixed"];
    expect((await run(["invalidate", "/_m_/a.jpg", ...at])).out).toMatch(/^[\w-]+ RECEIVED\n$/);
    const waited = await run(["invalidate", "/_m_/a.jpg", "--wait", ...at]);
    expect(waited).toMatchObject({ code: 0, out: expect.stringMatching(/^[\w-]+ DONE\n$/) });
    expect(waited.err).toMatch(
      /^ +0\.00 s {2}RECEIVED\n +[\d.]+ s {2}PREPARING\n.*FLUSHINGCLOUDIMAGESERVER +1 of 1 instance\n.*FLUSHINGCDNSERVERS\n +[\d.]+ s {2}DONE.*\n$/s,
    );
    for (const args of [
      ["/_m_/a.jpg", "/_m_/b/*"],
      ["--scope", "urls", "/_m_/a.jpg?w=3"],
      ["--scope", "all"],
    ]) {
      const { code, json } = await ask(["invalidate", ...args, "--wait", ...at]);
      expect({ code, status: json.invalidation.status, cause: json.invalidation.cause }).toEqual({
        code: 0,
        status: "DONE",
        cause: { kind: "cli" },
      });
    }
    expect((await run(["invalidate", "--scope", "tags", "unknown", ...at])).err).toContain(
      "No rule of the project gives this tag",
    );
    expect((await ask(["invalidate", "/_m_/a.jpg"])).json.error.message).toContain("?project=");
    const own = { env: { FRESHET_API_KEY: KEY } };
    const [one, same] = [
      await ask(["invalidate", "/_m_/a.jpg", "--idempotency-key", "deploy 7"], own),
      await ask(["invalidate", "/_m_/a.jpg", "--idempotency-key", "deploy 7"], own),
    ];
    expect(one.json.invalidation.uuid).toBe(same.json.invalidation.uuid);
  });

  it("lists the log by what is asked for, and shows one of it", async () => {
    const own = { env: { FRESHET_API_KEY: KEY } };
    const { json } = await ask(["invalidate", "/_m_/logged.jpg", "--wait"], own);
    const { uuid } = json.invalidation;
    const args = [
      "log",
      "--path",
      "_m_/logged.jpg",
      "--status",
      "DONE",
      "--cause",
      "cli",
      "--scope",
      "original",
    ];
    expect((await ask(args, own)).json.invalidations).toMatchObject([{ uuid, status: "DONE" }]);
    expect((await run(args, own)).out).toMatch(new RegExp(`DONE +cli +${uuid} +/_m_/logged.jpg\n$`));
    expect((await run(["log", "--until", "2020-01-01"], own)).out).toBe("There is none.\n");
    expect((await ask(["log", "--status", "done"], own)).code).toBe(1);
    const shown = await run(["log", uuid], own);
    expect(shown.out).toMatch(
      new RegExp(`^${uuid}\nstatus +DONE\ncovers +/_m_/logged.jpg\n[^]*FLUSHINGCDNSERVERS`),
    );
    expect(await ask(["retry", uuid], own)).toMatchObject({ code: 1, json: { error: { exit: 1 } } });
  });

  it("explains a URL by the server and, with the same answer, by the configuration file", async () => {
    const config = join(folder, "fixed.json");
    await writeFile(config, JSON.stringify(FILE));
    const env = { FRESHET_CONFIG: config };
    const url = "/v7/_m_/a.jpg?w=40&width=50&q=lots";
    const [asked, offline] = [
      await ask(["url", "explain", url, "--project", "fixed"]),
      await ask(["url", "explain", url, "--offline"], { env }),
    ];
    expect(asked.json).toMatchObject({ project: "fixed", original: { name: "fixed/folder:media/a.jpg" } });
    // At which hosts it is delivered is the server's to say.
    const { hosts, ...known } = asked.json;
    expect(hosts).toContain("127.0.0.1");
    expect(offline).toEqual({ ...asked, json: known });
    expect((await run(["url", "explain", url, "--offline"], { env })).out).toContain(
      "original   fixed/folder:media/a.jpg",
    );
    expect((await ask(["url", "explain", url], { env: { FRESHET_API_KEY: KEY } })).json).toEqual(asked.json);
  });

  it("builds, signs and seals URLs that the server takes", async () => {
    const salt = join(folder, "salt");
    await writeFile(salt, SALT);
    await ask(["projects", "create", "signed"], {
      input: JSON.stringify({ security: { salt: SALT }, aliases: { _m_: "http://127.0.0.1:9" } }),
    });
    const built = (await run(["url", "build", "_m_/a.jpg", "w=40"])).out.trim();
    expect(built).toBe(`${server.url}/v7/_m_/a.jpg?w=40`);
    expect((await ask(["url", "build", "_m_/a.jpg", "w=40", "--vh", "7"])).json).toEqual({
      url: `${built}&vh=7`,
    });
    const verdict = async (url: string) => (await ask(["url", "explain", url, "--project", "signed"])).json;
    expect((await verdict(built)).refused.code).toBe("SIGNATURE_MISSING");
    const signed = (await run(["url", "sign", built, "--salt-file", salt, "--expires", "1h"])).out.trim();
    expect((await verdict(signed)).signature).toMatchObject({
      by: "fr_sig",
      covers: "everything",
      expires: expect.any(String),
    });
    expect((await verdict(`${signed}&w=41`)).refused.code).toBe("SIGNATURE_WRONG");
    const old = (
      await ask(["url", "sign", built, "--by", "ci_sign", "--length", "12"], { env: { FRESHET_SALT: SALT } })
    ).json.url;
    expect((await verdict(old)).signature.by).toBe("ci_sign");
    const sealed = (await ask(["url", "seal", "/v7/_m_/a.jpg", "w=40", "--salt-file", salt])).json.url;
    expect((await verdict(sealed)).signature).toMatchObject({ by: "ci_seal", covers: "sealed" });
  });

  it("tells who is not let in, who is not there and what is not understood by its exit code", async () => {
    const wrong = { env: { FRESHET_API_KEY: "not-the-key-at-all" } };
    expect(await ask(["projects", "list"], wrong)).toMatchObject({
      code: 4,
      json: { error: { exit: 4, code: "API_KEY_WRONG" } },
    });
    expect((await ask(["invalidate", "/a.jpg"], wrong)).code).toBe(4);
    expect((await run(["projects", "list"], { env: { FRESHET_API_KEY: "" } })).err).toContain(
      "FRESHET_API_KEY",
    );
    const away = { env: { FRESHET_SERVER: `http://127.0.0.1:${await freePort()}` } };
    for (const args of [
      ["health"],
      ["projects", "list"],
      ["keys", "list"],
      ["invalidate", "/a.jpg", "--wait"],
    ]) {
      expect((await ask(args, away)).code).toBe(3);
    }
    expect((await run(["projects", "lsit"])).err).toContain('nearest is "freshet projects list"');
    expect((await run(["invalidate", "--scoop", "all"])).code).toBe(2);
    expect((await run([])).code).toBe(2);
    expect((await run(["invalidate", "--help"])).code).toBe(0);
  });

  it("ends quietly when nobody reads its pipe any more", async () => {
    const child = spawn("sh", ["-c", '"$0" "$1" --help | head -n 1', process.execPath, PROGRAM], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    await once(child, "close");
    expect({ lines: out.split("\n").length, err }).toEqual({ lines: 2, err: "" });
    // The reader is gone before the first byte.
    const gone = await run(["projects", "get", "fixed"], { with: (process) => process.stdout.destroy() });
    expect(gone).toEqual({ code: 0, out: "", err: "" });
  });

  it("starts a server, whose tables it can bring up beforehand, but not under it", async () => {
    const [data, port] = [join(folder, "data"), await freePort()];
    const env = { FRESHET_DATA: data, PORT: String(port), FRESHET_API_KEY: KEY, FRESHET_LOG: "silent" };
    expect((await ask(["migrate"], { env })).json.tables).toMatchObject({
      invalidation: expect.any(Number),
      project: expect.any(Number),
    });
    expect((await run(["migrate"], { env })).code).toBe(0);
    let busy: Went | undefined;
    const served = await run(["serve"], {
      env,
      with: (child) => {
        child.stdout.on("data", async (text: string) => {
          if (!text.includes("Freshet is ready") || busy) return;
          busy = await run(["migrate"], { env });
          child.kill("SIGTERM");
        });
      },
    });
    expect(served.code).toBe(0);
    expect(busy).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("Another Freshet works in"),
    });
  });

  it("shows and checks the configuration of the folder it is in, without its secrets", async () => {
    const good = join(folder, "good.json");
    await writeFile(good, JSON.stringify(FILE));
    const env = { FRESHET_CONFIG: good, FRESHET_API_KEY: "" };
    for (const args of [
      ["config", "--show"],
      ["config", "--show", "--json"],
    ]) {
      const { code, out } = await run(args, { env });
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        port: 8080,
        adminKey: "********",
        projects: { fixed: { apiKey: "********" } },
      });
      expect(out).not.toMatch(new RegExp(`${ADMIN}|${KEY}`));
    }
    expect(await ask(["config", "check"], { env })).toMatchObject({
      code: 0,
      json: { ok: true, projects: ["fixed"] },
    });
    await writeFile(good, '{"projets": {}}');
    const wrong = await ask(["config", "check"], { env });
    expect(wrong).toMatchObject({
      code: 1,
      json: { ok: false, problems: [expect.stringContaining('nearest known key is "projects"')] },
    });
    expect((await run(["serve"], { env })).code).toBe(1);
  });
});

describe("freshet invalidate --wait, where a node does not answer", () => {
  let server: Freshet;
  beforeAll(async () => {
    const cdn = [{ driver: "varnish", nodes: [`http://127.0.0.1:${await freePort()}`] }];
    server = await startFreshet({ config: { ...FILE, cdn } });
  });
  afterAll(() => server?.stop());

  const args = ["invalidate", "/_m_/a.jpg", "--wait", "--json"];
  const run = (more: readonly string[], options: Partial<CommandOptions> = {}) =>
    freshet([...args, ...more], {
      cwd: tmpdir(),
      env: { FRESHET_SERVER: server.url, FRESHET_API_KEY: KEY },
      ...options,
    });

  it("ends with 1 and what is known when the node is given up", async () => {
    const { code, out } = await run([]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      invalidation: { status: "ERROR_CDN_NODE", uuid: expect.any(String) },
      error: { exit: 1, code: "INVALIDATION_FAILED" },
    });
  });

  it("ends with 6 when the time is over", async () => {
    const { code, out } = await run(["--timeout", "1s"]);
    expect(code).toBe(6);
    expect(JSON.parse(out)).toMatchObject({
      invalidation: { uuid: expect.any(String) },
      error: { code: "INVALIDATION_UNFINISHED" },
    });
  });

  it("ends with 130 on Ctrl-C, and the invalidation goes on", async () => {
    const seen = async () => {
      const answer = await fetch(`${server.url}/invalidate?limit=100`, { headers: { "x-client-key": KEY } });
      return ((await answer.json()) as { invalidations: readonly { uuid: string }[] }).invalidations;
    };
    const before = (await seen()).length;
    const went = await run([], {
      with: async (child) => {
        await expect.poll(async () => (await seen()).length, { timeout: 20_000 }).toBe(before + 1);
        // The server has it; the command has its answer a moment later.
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        child.kill("SIGINT");
      },
    });
    expect(went.code).toBe(130);
    const { invalidation } = JSON.parse(went.out);
    expect(went.err).toContain(`${invalidation.uuid} goes on`);
    expect((await seen())[0]?.uuid).toBe(invalidation.uuid);
  });
});
