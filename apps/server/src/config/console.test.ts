import { expect, test } from "vitest";
import { ConfigError, loadConfig } from "../config.ts";
import { leaksOf } from "../secrets/leaks.test.support.ts";
import { showConfig } from "./show.ts";

const OIDC = { issuer: "https://login.example/realms/house", clientId: "freshet" };

function load(console: unknown, files: Readonly<Record<string, string>> = {}) {
  const project = { apiKey: "client_0123456789abcdef" };
  const texts: Readonly<Record<string, string>> = {
    "/etc/freshet.config.json": JSON.stringify({ projects: { shop: project }, console }),
    ...files,
  };
  return loadConfig({
    env: { FRESHET_CONFIG: "/etc/freshet.config.json", FRESHET_DATA: "/var/none" },
    cwd: "/",
    isLook: true,
    readFile: async (path) => texts[path] ?? Promise.reject(Object.assign(new Error(), { code: "ENOENT" })),
  });
}

async function faultsOf(console: unknown): Promise<readonly string[]> {
  const fault = await load(console).then(
    () => new ConfigError([]),
    (error: unknown) => error,
  );
  if (!(fault instanceof ConfigError)) throw fault;
  return fault.problems;
}

test("nothing has to be said: sessions end after half a day without use, and after a week", async () => {
  expect((await load(undefined)).console).toEqual({
    ...{ url: undefined, oidc: undefined, proxies: [], idleSeconds: 43_200, sessionSeconds: 604_800 },
  });
});

test("a provider is completed, and its secret is shown nowhere", async () => {
  const secret = "the secret of the client";
  const config = await load(
    { url: "https://IMG.example", oidc: { ...OIDC, clientSecretFile: "oidc" } },
    { "/etc/oidc": `${secret}\n` },
  );
  expect(config.console).toMatchObject({
    url: "https://img.example",
    oidc: { ...OIDC, name: "Single sign-on", scope: "openid email profile", rights: [] },
  });
  expect(config.console.oidc?.clientSecret?.reveal()).toBe(secret);
  expect(leaksOf(config, [secret])).toEqual([]);
  expect(JSON.stringify(showConfig(config))).not.toContain(secret);
  expect(showConfig(config)).toMatchObject({ console: { oidc: { issuer: OIDC.issuer } } });
});

test("what cannot work is said in a sentence that names the place", async () => {
  const at = (oidc: object, url: string | undefined = "https://img.example") => ({ url, oidc });
  for (const [console, said] of [
    [{ oidc: OIDC }, "console.oidc needs console.url"],
    [at({ ...OIDC, issuer: "http://login.example" }), "console.oidc.issuer is no https address"],
    [at({ ...OIDC, scope: "email profile" }), 'console.oidc.scope lacks "openid"'],
    [at({ ...OIDC, rights: [{ claim: "groups", value: "x" }] }), "console.oidc.rights[0] gives nothing"],
    [
      at({ ...OIDC, clientSecret: "x", clientSecretFile: "y" }),
      "console.oidc has clientSecret and clientSecretFile",
    ],
    [{ url: "https://img.example/console" }, "console.url"],
    [{ url: "https://img.example:99999" }, "console.url is no address"],
    [{ proxies: ["10.0.0.0/64"] }, "console.proxies names 10.0.0.0/64"],
    [{ proxies: ["proxy.example"] }, "console.proxies[0]"],
    [{ idleSeconds: 1 }, "console.idleSeconds"],
  ] as const) {
    const faults = await faultsOf(console);
    expect(faults, JSON.stringify(console)).toHaveLength(1);
    expect(faults[0]).toContain(said);
  }
  // On this machine, as for a test, there is no TLS to be had.
  for (const issuer of ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"])
    expect(await faultsOf(at({ ...OIDC, issuer }))).toEqual([]);
});
