import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "./config.ts";

const secret = "0123456789abcdef";
const site = { site: "http://site.example/", secret, project: "demo" };
const projects = { demo: { apiKey: "client_demo" }, shop: { apiKey: "client_shop" } };

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function folderWith(config: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "freshet-config-"));
  folders.push(folder);
  writeFileSync(join(folder, "freshet.config.json"), JSON.stringify(config));
  return folder;
}
const read = (config: unknown, env: NodeJS.ProcessEnv = {}) => readConfig(env, folderWith(config));
const connecting = (...wordpress: readonly unknown[]) => ({ projects, connectors: { wordpress } });

test("one site of the file is served with every default", () => {
  const folder = folderWith(connecting(site));
  expect(readConfig({}, folder)).toEqual({
    host: "127.0.0.1",
    port: 8081,
    dataFolder: join(folder, ".freshet", "wordpress"),
    server: "http://127.0.0.1:8080",
    name: "wordpress",
    address: undefined,
    sites: [
      {
        site: { id: "site.example", host: "site.example", url: "http://site.example" },
        secrets: [secret],
        mode: "plugin",
        requestsPerSecond: 10,
        reconcileSeconds: 21_600,
        project: "demo",
        apiKey: { key: "client_demo" },
      },
    ],
  });
});

test("the environment says where to listen, where Freshet is and where to keep state", () => {
  const env = { FRESHET_HOST: "0.0.0.0", FRESHET_WORDPRESS_PORT: "9", PORT: "8090", FRESHET_DATA: "/data" };
  expect(read(connecting(site), env)).toMatchObject({
    host: "0.0.0.0",
    port: 9,
    server: "http://127.0.0.1:8090",
    dataFolder: "/data/wordpress",
  });
  expect(read(connecting(site), { FRESHET_URL: "https://img.example/" }).server).toBe("https://img.example");
});

test("FRESHET_API_KEY is for demo or the only project, and wins there", () => {
  const env = { FRESHET_API_KEY: "client_env" };
  const keys = (config: unknown) => read(config, env).sites.map((each) => each.apiKey);
  expect(keys(connecting(site, { ...site, site: "http://b.example", project: "shop" }))).toEqual([
    { key: "client_env" },
    { key: "client_shop" },
  ]);
  expect(keys({ projects: { only: {} }, connectors: { wordpress: [{ ...site, project: "only" }] } })).toEqual(
    [{ key: "client_env" }],
  );
  expect(keys({ connectors: { wordpress: [site] } })).toEqual([{ key: "client_env" }]);
});

test("without any key, demo has the one that the server keeps in the data folder", () => {
  const folder = folderWith({ connectors: { wordpress: [site] } });
  expect(readConfig({}, folder).sites[0]?.apiKey).toEqual({ keyFile: join(folder, ".freshet", "demo.key") });
});

test("secrets and keys come from files beside the configuration; a secret file may hold two", () => {
  const folder = folderWith({
    projects: { demo: { apiKeyFile: "key" } },
    connectors: { wordpress: [{ site: "http://a.example", secretFile: "secret" }] },
  });
  writeFileSync(join(folder, "key"), "client_file\n");
  writeFileSync(join(folder, "secret"), `${secret}-new\n${secret}-old\n`);
  expect(readConfig({}, folder).sites[0]).toMatchObject({
    apiKey: { key: "client_file" },
    secrets: [`${secret}-new`, `${secret}-old`],
  });
});

test("a project made in the console is not in the file: its key stands beside the site", () => {
  const folder = folderWith(
    connecting(
      { ...site, project: "made", apiKey: "client_made" },
      { ...site, site: "http://b.example", apiKeyFile: "own" },
    ),
  );
  writeFileSync(join(folder, "own"), "client_own\n");
  expect(readConfig({}, folder).sites.map(({ project, apiKey }) => [project, apiKey])).toEqual([
    ["made", { key: "client_made" }],
    ["demo", { key: "client_own" }],
  ]);
});

test.each([
  ["an API key twice", connecting({ ...site, apiKey: "x", apiKeyFile: "y" }), "apiKey is needed, either so"],
  ["an API key of two lines", connecting({ ...site, apiKey: "x\ny" }), "apiKey is not one line"],
  ["an API key that is no text", connecting({ ...site, apiKey: 7 }), "apiKey is no text"],
  ["no site at all", {}, "names no WordPress site"],
  ["an unknown key", connecting({ ...site, sekret: "x" }), "connectors.wordpress[0].sekret is unknown"],
  ["an address that is none", connecting({ ...site, site: "site.example" }), "connectors.wordpress[0].site"],
  ["no secret", connecting({ site: site.site }), "secret is needed, either so or as"],
  ["two kinds of secret", connecting({ ...site, secretFile: "x" }), "secret is needed, either so or as"],
  ["a short secret", connecting({ ...site, secret: "short" }), "at least 16 characters"],
  ["a missing secret file", connecting({ site: site.site, secretFile: "absent" }), "cannot be read"],
  ["an unknown project", connecting({ ...site, project: "toString" }), "which projects does not have"],
  [
    "a project without a key",
    { projects: { shop: {} }, connectors: { wordpress: [{ ...site, project: "shop" }] } },
    "has no API key",
  ],
  ["the same site twice", connecting(site, { ...site, site: "https://SITE.example" }), "twice"],
])("%s is named in a sentence", (_, config, sentence) => {
  expect(() => read(config)).toThrow(sentence);
});

test("a wrong port, address or file is named in a sentence", () => {
  expect(() => read(connecting(site), { FRESHET_WORDPRESS_PORT: "80x" })).toThrow("FRESHET_WORDPRESS_PORT");
  expect(() => read(connecting(site), { FRESHET_URL: "img.example" })).toThrow("FRESHET_URL");
  expect(() => read(connecting(site), { FRESHET_CONFIG: "absent.json" })).toThrow(
    "absent.json cannot be read",
  );
});

test("a site without the plugin has no secret, and is walked more often and politely", () => {
  const { sites } = read(connecting({ site: "http://plain.example", mode: "head", requestsPerSecond: 3 }));
  expect(sites[0]).toMatchObject({
    ...{ mode: "head", secrets: [], requestsPerSecond: 3, reconcileSeconds: 3_600, project: "demo" },
  });
  for (const [wrong, sentence] of [
    [{ mode: "push" }, "mode is neither"],
    [{ mode: "head", secret }, "has a secret, which nobody knows"],
    [{ mode: "head", requestsPerSecond: 0 }, "requestsPerSecond is no whole number from 1 to 200"],
    [{ mode: "head", reconcileSeconds: "60" }, "reconcileSeconds is no whole number from 10"],
  ] as const) {
    expect(() => read(connecting({ site: "http://plain.example", ...wrong }))).toThrow(sentence);
  }
});

test("the environment names the connector and says where the server reaches it", () => {
  const env = { FRESHET_WORDPRESS_NAME: "wp-eu", FRESHET_WORDPRESS_URL: "https://wp.example/" };
  expect(read(connecting(site), env)).toMatchObject({ name: "wp-eu", address: "https://wp.example" });
  expect(() => read(connecting(site), { FRESHET_WORDPRESS_NAME: "a b" })).toThrow("FRESHET_WORDPRESS_NAME");
  expect(() => read(connecting(site), { FRESHET_WORDPRESS_URL: "wp" })).toThrow("FRESHET_WORDPRESS_URL");
});
