import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandOptions, freshet as command } from "../cli/command.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { Browser } from "./browser.ts";

const PASSWORD = "a heron stands in the reeds";
const OTHER = "the reeds stand around a heron";
/** A stream looks every 15 s whether its reader may still read. */
const LONGEST_STREAM_MS = 60_000;

let freshet: Freshet;
const config = { projects: { shop: { apiKey: "client_0123456789abcdef" } } };

beforeAll(async () => {
  freshet = await startFreshet({ config });
});
afterAll(() => freshet?.stop());

const at = (path: string) => `${freshet.url}${path}`;
const link = () => /\S+\/console\/setup#(\S+)/.exec(freshet.logs());
const signIn = async (email: string, password: string) => {
  const browser = new Browser();
  const answer = await browser.ask("POST", at("/access/session"), { email, password });
  return { browser, status: answer.status };
};

/** The command as an operator runs it beside the server, without any key. */
const users = (args: readonly string[], more: Partial<CommandOptions> = {}) =>
  command(["users", ...args], {
    cwd: join(freshet.dataFolder, ".."),
    env: { FRESHET_DATA: freshet.dataFolder, PORT: String(freshet.port) },
    ...more,
  });

test("an empty server shows one way in, once, and stays open to who went it after a restart", async () => {
  await expect.poll(link).not.toBeNull();
  const [shown, token] = link() ?? [];
  expect(shown).toContain(`${freshet.url}/console/setup#ft_`);
  const file = join(freshet.dataFolder, "setup.token");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const browser = new Browser();
  const wanted = { token, email: "ada@shop.example", name: "Ada", password: PASSWORD };
  expect((await browser.ask("POST", at("/access/setup"), wanted)).status).toBe(201);
  await expect(stat(file)).rejects.toThrow("ENOENT");
  expect((await new Browser().ask("POST", at("/access/setup"), wanted)).body.code).toBe("SETUP_DONE");
  const before = freshet.logs().length;
  await freshet.restart();
  expect(freshet.logs().slice(before)).not.toContain("/console/setup");
  expect(freshet.logs()).not.toContain(PASSWORD);
  expect((await browser.ask("GET", at("/access/users"))).body.users).toMatchObject([
    { email: "ada@shop.example" },
  ]);
  expect(await signIn("ada@shop.example", PASSWORD)).toMatchObject({ status: 201 });
});

test("an operator adds, lists, resets and removes users while the server runs, without a key", async () => {
  const added = await users(["add", "Bob@Shop.example", "--right", "write", "--project", "shop"]);
  expect(added).toMatchObject({ code: 0, err: "" });
  const [, token] = /#(fi_\S+)\n$/.exec(added.out) ?? [];
  expect(added.out).toBe(`${freshet.url}/console/invitation#${token}\n`);
  const bob = new Browser();
  expect((await bob.ask("POST", at("/access/invitation"), { token, password: PASSWORD })).status).toBe(201);
  expect((await bob.ask("GET", at("/projects"))).body.projects).toMatchObject([{ name: "shop" }]);
  const listed = await users(["list"]);
  expect(listed.out).toMatch(
    /^ada@shop\.example +admin +signed in .* Ada\nbob@shop\.example +write of shop .*\n$/,
  );
  const reset = JSON.parse((await users(["reset", "bob@shop.example", "--json"])).out);
  expect((await bob.ask("GET", at("/projects"))).status).toBe(200);
  const next = { token: reset.link.split("#")[1], password: OTHER };
  expect((await new Browser().ask("POST", at("/access/invitation"), next)).status).toBe(201);
  expect((await bob.ask("GET", at("/projects"))).status).toBe(401);
  expect((await users(["remove", "bob@shop.example"])).code).toBe(2);
  expect(await users(["remove", "bob@shop.example", "--yes"])).toMatchObject({
    code: 0,
    out: "bob@shop.example is removed.\n",
  });
  expect((await signIn("bob@shop.example", OTHER)).status).toBe(401);
  for (const [args, code] of [
    [["remove", "bob@shop.example", "--yes"], "USER_UNKNOWN"],
    [["reset", "bob@shop.example"], "USER_UNKNOWN"],
    [["add", "ada@shop.example", "--right", "admin"], "USER_EXISTS"],
    [["add", "x@shop.example", "--right", "read", "--project", "nowhere"], "PROJECT_NOT_FOUND"],
  ] as const) {
    const went = await users([...args, "--json"]);
    expect([went.code, JSON.parse(went.out).error.code]).toEqual([1, code]);
  }
  for (const args of [
    ["add", "nobody", "--right", "read"],
    ["add", "x@shop.example"],
    ["add", "x@shop.example", "--right", "root"],
  ])
    expect((await users(args)).code).toBe(2);
  const elsewhere = await users(["list"], { env: { FRESHET_DATA: join(freshet.dataFolder, "none") } });
  expect(elsewhere).toMatchObject({ code: 1, err: expect.stringContaining("There is no store") });
  await expect(stat(join(freshet.dataFolder, "none"))).rejects.toThrow("ENOENT");
});

test("who was the last administrator gets in again by the command", async () => {
  expect((await users(["remove", "ada@shop.example", "--yes"])).code).toBe(0);
  expect((await signIn("ada@shop.example", PASSWORD)).status).toBe(401);
  const { out } = await users(["add", "ada@shop.example", "--right", "admin"]);
  const again = { token: out.trim().split("#")[1], password: PASSWORD, name: "Ada" };
  const browser = new Browser();
  expect((await browser.ask("POST", at("/access/invitation"), again)).status).toBe(201);
  const { body } = await browser.ask("GET", at("/audit?limit=10"));
  expect(body.changes).toContainEqual(
    expect.objectContaining({ action: "user.deleted", principal: "command line", address: "local" }),
  );
});

test("a stream of events ends when the session ends that reads it", async () => {
  const { browser } = await signIn("ada@shop.example", PASSWORD);
  const reader = new Browser();
  const opened = await reader.ask("POST", at("/access/session"), {
    email: "ada@shop.example",
    password: PASSWORD,
  });
  const cookie = opened.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
  const stream = await fetch(at("/invalidate/events?project=shop"), { headers: { cookie } });
  expect(stream.status).toBe(200);
  const told = stream.text();
  expect((await browser.ask("DELETE", at(`/access/sessions/${opened.body.user.session}`))).status).toBe(204);
  const revoked = performance.now();
  expect(await told).toMatch(/^retry:/);
  expect(performance.now() - revoked).toBeLessThan(LONGEST_STREAM_MS);
});
