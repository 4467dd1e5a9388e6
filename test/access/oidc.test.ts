import { afterAll, beforeAll, expect, test } from "vitest";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { Browser } from "./browser.ts";
import { CLIENT, type Provider, startProvider } from "./provider.ts";

const ADMIN = "admin_0123456789abcdef";
const GROUPS = "https://groups.example/of";

let provider: Provider;
let freshet: Freshet;
let port: number;

beforeAll(async () => {
  port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  provider = await startProvider(`${url}/access/oidc/callback`);
  const oidc = {
    ...{ issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, name: "The house" },
    scope: "openid email profile groups",
    rights: [
      { claim: "groups", value: GROUPS, installation: "read" },
      { claim: "groups", value: "shop", projects: { shop: "write" } },
      { claim: "groups", value: "shop leads", projects: { shop: "admin" } },
    ],
  };
  const project = { apiKey: "client_0123456789abcdef" };
  const projects = { shop: project, blog: { apiKey: "client_of_the_other_one" } };
  freshet = await startFreshet({ port, config: { projects, adminKey: ADMIN, console: { url, oidc } } });
});
afterAll(async () => {
  await freshet?.stop();
  await provider?.stop();
});

const at = (path: string) => `${freshet.url}${path}`;
const isConsole = (url: string) => url.startsWith(at("/console"));
const isCallback = (url: string) => url.startsWith(at("/access/oidc/callback"));

/** Signs in as somebody whom the provider knows; answers with the page that it ends at. */
async function signIn(browser: Browser, sub: string, query = ""): Promise<string> {
  provider.sub = sub;
  return (await browser.follow(at(`/access/oidc${query}`), isConsole)).at(-1) ?? "";
}

const userOf = async (browser: Browser) => (await browser.ask("GET", at("/access/session"))).body.user;
const listed = async (browser: Browser) => {
  const { body } = await browser.ask("GET", at("/projects"));
  return body.projects?.map(({ name }: { name: string }) => name);
};

/** Answers with the token of the link. */
async function invite(email: string, rights: object): Promise<string> {
  const made = await fetch(at("/access/users"), {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN}`, "content-type": "application/json" },
    body: JSON.stringify({ email, name: "Somebody", rights }),
  });
  expect(made.status).toBe(201);
  return (await made.json()).invitation;
}

test("the page of the sign-in says how the provider is called, and the request has code, PKCE, state and nonce", async () => {
  const browser = new Browser();
  expect((await browser.ask("GET", at("/access/session"))).body.oidc).toEqual({ name: "The house" });
  const { status, location = "" } = await browser.ask("GET", at("/access/oidc"));
  expect(status).toBe(302);
  const asked = new URL(location);
  expect(asked.origin).toBe(provider.issuer);
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    response_type: "code",
    client_id: CLIENT.id,
    redirect_uri: at("/access/oidc/callback"),
    code_challenge_method: "S256",
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
  });
});

test("who comes with claims that are worth something is a user with those rights, and goes on where he was", async () => {
  provider.people.set("ada", {
    ...{ email: "Ada@House.example", email_verified: true, name: "Ada" },
    groups: ["shop", "choir"],
  });
  const browser = new Browser();
  expect(await signIn(browser, "ada", "?return=/console/p/shop/invalidation%3Fstatus%3DDONE")).toBe(
    at("/console/p/shop/invalidation?status=DONE"),
  );
  expect(await userOf(browser)).toMatchObject({
    email: "ada@house.example",
    name: "Ada",
    has_password: false,
    rights: { projects: { shop: "write" } },
  });
  expect(await listed(browser)).toEqual(["shop"]);
  expect((await browser.ask("GET", at("/projects/shop/keys"))).status).toBe(403);
  // Another sign-in finds the same user, with what the provider says by then.
  const { id } = await userOf(browser);
  provider.people.set("ada", { email: "ada@other.example", groups: ["shop leads", "shop", GROUPS] });
  const other = new Browser();
  await signIn(other, "ada");
  expect(await userOf(other)).toMatchObject({
    id,
    rights: { installation: "read", projects: { shop: "admin" } },
  });
  // It holds in the browser from before too, and who is in no group any more has nothing anywhere.
  expect((await browser.ask("GET", at("/projects/shop/keys"))).status).toBe(200);
  provider.people.set("ada", { groups: [] });
  expect(await signIn(new Browser(), "ada")).toBe(at("/console?problem=OIDC_REFUSED"));
  for (const each of [browser, other]) expect((await each.ask("GET", at("/projects"))).status).toBe(403);
});

test("who has no claim that counts, no address, or one that nobody verified, is refused and signed in to nothing", async () => {
  provider.people.set("guest", { email: "guest@house.example", email_verified: true, groups: ["shops"] });
  provider.people.set("nameless", { groups: ["shop"] });
  const unverified = { email: "chief@house.example", email_verified: false };
  provider.people.set("somebody", { ...unverified, groups: ["shop"] });
  for (const sub of ["guest", "nameless", "somebody"]) {
    const browser = new Browser();
    expect(await signIn(browser, sub)).toBe(at("/console?problem=OIDC_REFUSED"));
    expect(await userOf(browser)).toBeUndefined();
  }
});

test("who is refused on the way to a page is led to that page's sign-in, to try again from there", async () => {
  provider.people.set("guest", { email: "guest@house.example", email_verified: true, groups: ["shops"] });
  const wanted = "?return=/console/p/shop/invalidation%3Fstatus%3DDONE";
  expect(await signIn(new Browser(), "guest", wanted)).toBe(
    at("/console/p/shop/invalidation?status=DONE&problem=OIDC_REFUSED"),
  );
});

test("who was invited comes in by an address that the provider has verified, and by no other", async () => {
  await invite("grace@house.example", { projects: { blog: "admin" } });
  provider.people.set("mallory", { email: "grace@house.example", groups: [] });
  provider.people.set("eve", { email: "grace@house.example", email_verified: false, groups: ["shop"] });
  for (const sub of ["mallory", "eve"])
    expect(await signIn(new Browser(), sub)).toBe(at("/console?problem=OIDC_REFUSED"));
  provider.people.set("grace", { email: "Grace@house.example", email_verified: true, groups: ["shop"] });
  const browser = new Browser();
  expect(await signIn(browser, "grace")).toBe(at("/console"));
  // What an administrator gave is what counts.
  expect(await listed(browser)).toEqual(["blog"]);
  // From then on it is this user of the provider, whoever else gets the address there.
  provider.people.set("next", { email: "grace@house.example", email_verified: true, groups: ["shop"] });
  expect(await signIn(new Browser(), "next")).toBe(at("/console?problem=OIDC_REFUSED"));
});

test("who signs in again in the same browser leaves no session behind there, whosever it was", async () => {
  provider.people.set("twice", { email: "twice@house.example", groups: ["shop"] });
  const open = async (one: Browser) => (await one.ask("GET", at("/access/sessions"))).body.sessions.length;
  const [browser, elsewhere] = [new Browser(), new Browser()];
  await signIn(elsewhere, "twice");
  await signIn(browser, "twice");
  expect(await open(elsewhere)).toBe(2);
  await signIn(browser, "twice");
  expect(await open(browser)).toBe(2);
  // In place of whoever came by another way, whose sessions elsewhere go on.
  const token = await invite("mary@house.example", { projects: {} });
  const [shared, marys] = [new Browser(), new Browser()];
  const password = "a heron stands in the reeds";
  expect((await shared.ask("POST", at("/access/invitation"), { token, password })).status).toBe(201);
  const mary = { email: "mary@house.example", password };
  expect((await marys.ask("POST", at("/access/session"), mary)).status).toBe(201);
  expect(await open(marys)).toBe(2);
  provider.people.set("other", { groups: [] });
  expect(await signIn(shared, "other")).toBe(at("/console?problem=OIDC_REFUSED"));
  expect(await userOf(shared)).toMatchObject({ email: "mary@house.example" });
  provider.people.set("other", { email: "other@house.example", groups: ["shop"] });
  expect(await signIn(shared, "other")).toBe(at("/console"));
  expect(await userOf(shared)).toMatchObject({ email: "other@house.example" });
  expect(await open(marys)).toBe(1);
});

test("what another began, what was changed, and what was used is refused", async () => {
  provider.people.set("ada", { email: "ada@house.example", groups: ["shop"] });
  provider.sub = "ada";
  const [mine, theirs] = [new Browser(), new Browser()];
  const callback = (await mine.follow(at("/access/oidc"), isCallback)).at(-1) ?? "";
  expect(isCallback(callback)).toBe(true);
  const refused = at("/console?problem=OIDC_REFUSED");
  // Somebody is led to the end of a sign-in that he did not begin, with or without one of his own.
  expect((await theirs.ask("GET", callback)).location).toBe(refused);
  await theirs.ask("GET", at("/access/oidc"));
  expect((await theirs.ask("GET", callback)).location).toBe(refused);
  expect(await userOf(theirs)).toBeUndefined();
  const changed = new Browser();
  const other = new URL((await changed.follow(at("/access/oidc"), isCallback)).at(-1) ?? "");
  other.searchParams.set("state", "x".repeat(43));
  expect((await changed.ask("GET", other.href)).location).toBe(refused);
  // The same once more, and with a code that is none.
  expect((await mine.ask("GET", callback)).location).toBe(at("/console"));
  expect((await mine.ask("GET", callback)).location).toBe(refused);
  for (const query of [
    "",
    "?code=x",
    "?error=access_denied",
    "?code=x&state=y&code=z",
    "?%00=%ff",
    `?code=${"x".repeat(4_000)}`,
  ]) {
    const odd = new Browser();
    await odd.ask("GET", at("/access/oidc"));
    const { status, location } = await odd.ask("GET", at(`/access/oidc/callback${query}`));
    expect([query.slice(0, 40), status, location]).toEqual([query.slice(0, 40), 302, refused]);
  }
  expect(await userOf(mine)).toMatchObject({ email: "ada@house.example" });
});

test("however many come back with nothing that was begun, who did sign in is let in from their address too", async () => {
  provider.people.set("ada", { email: "ada@house.example", groups: ["shop"] });
  const refused = at("/console?problem=OIDC_REFUSED");
  const odd = new Browser();
  for (let each = 0; each < 40; each += 1) {
    if (each % 2 === 0) await odd.ask("GET", at("/access/oidc"));
    const { location } = await odd.ask("GET", at(`/access/oidc/callback?code=x&state=${each}`));
    expect(location).toBe(refused);
  }
  expect(await signIn(new Browser(), "ada")).toBe(at("/console"));
});

test("nobody is led to another site afterwards", async () => {
  provider.people.set("ada", { email: "ada@house.example", groups: ["shop"] });
  for (const place of [
    "https://evil.example/console",
    "//evil.example/console",
    "/\\evil.example",
    "/projects",
    "javascript:alert(1)",
    "/console/../projects",
    "/consoles",
  ]) {
    expect(await signIn(new Browser(), "ada", `?return=${encodeURIComponent(place)}`), place).toBe(
      at("/console"),
    );
  }
});

test("while the provider is away the page of the console says so, and nothing else suffers", async () => {
  await freshet.restart();
  await provider.stop();
  const browser = new Browser();
  expect((await browser.ask("GET", at("/access/oidc"))).location).toBe(at("/console?problem=OIDC_AWAY"));
  expect((await browser.ask("GET", at("/access/oidc?return=/console/users"))).location).toBe(
    at("/console/users?problem=OIDC_AWAY"),
  );
  expect((await browser.ask("GET", at("/access/session"))).status).toBe(200);
});
