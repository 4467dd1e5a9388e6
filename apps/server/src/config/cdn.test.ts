import { createDrivers } from "@freshet/cdn/registry";
import { ZONES, type ZoneKind } from "@freshet/conformance/zones";
import { expect, test } from "vitest";
import { ConfigError, loadConfig } from "../config.ts";
import { leaksOf } from "../secrets/leaks.test.support.ts";
import { showConfig } from "./show.ts";

const KINDS = Object.keys(ZONES) as readonly ZoneKind[];
const ALL = KINDS.map((kind) => ({ driver: kind, ...ZONES[kind].at("https://api.zone.example") }));

function load(cdn: unknown, files: Readonly<Record<string, string>> = {}) {
  const project = { apiKey: "client_0123456789abcdef" };
  const texts: Readonly<Record<string, string>> = {
    "/etc/freshet.config.json": JSON.stringify({ projects: { shop: project }, cdn }),
    ...files,
  };
  return loadConfig({
    env: { FRESHET_CONFIG: "/etc/freshet.config.json", FRESHET_DATA: "/var/none" },
    cwd: "/",
    isLook: true,
    readFile: async (path) => texts[path] ?? Promise.reject(Object.assign(new Error(), { code: "ENOENT" })),
  });
}

async function faultsOf(cdn: unknown): Promise<readonly string[]> {
  const fault = await load(cdn).then(
    () => new ConfigError([]),
    (error: unknown) => error,
  );
  if (!(fault instanceof ConfigError)) throw fault;
  return fault.problems;
}

test("every bought CDN is a driver, named without secrets, and nothing that is shown has any", async () => {
  const config = await load(ALL);
  const drivers = createDrivers(config.drivers);
  expect(drivers.map(({ name }) => name.split(" ")[0])).toEqual(KINDS);
  const secrets = KINDS.flatMap((kind) => ZONES[kind].secrets).filter((secret) => secret.length > 12);
  const shown = [showConfig(config), config.drivers, drivers, JSON.stringify(config.drivers)];
  expect(shown.flatMap((each) => leaksOf(each, secrets))).toEqual([]);
  expect(JSON.stringify(showConfig(config))).toContain('"token":"********"');
});

test("secrets may be in files of their own", async () => {
  const cdn = [{ driver: "fastly", service: "SU1", tokenFile: "secrets/fastly" }];
  const config = await load(cdn, { "/etc/secrets/fastly": "the-token\n" });
  const [{ token } = { token: undefined }] = config.drivers as readonly { token?: { reveal(): string } }[];
  expect(token?.reveal()).toBe("the-token");
  await expect(load(cdn)).rejects.toThrow("cdn[0].tokenFile names secrets/fastly, which cannot be read");
});

test("what is missing, halved, twice or unknown is said in a sentence that names the place", async () => {
  expect(
    await faultsOf([
      { driver: "fastly", service: "SU1" },
      { driver: "cloudfront", distribution: "E1", accessKeyId: "AKIA" },
      { driver: "azure", subscription: "s", resourceGroup: "g", profile: "p", frontDoor: "e", tenant: "t" },
      { driver: "bunny", zone: "1", accessKey: "a", accessKeyFile: "b" },
    ]),
  ).toEqual([
    "cdn[0] has no token; write token or tokenFile.",
    expect.stringContaining("cdn[1] has one half of an access key"),
    expect.stringContaining("cdn[2] has a part of an app registration"),
    "cdn[3] has accessKey and accessKeyFile; keep one.",
  ]);
  const bunny = { driver: "bunny", zone: "1", accessKey: "a" };
  expect(await faultsOf([bunny, bunny])).toEqual(["cdn names bunny 1 twice; keep it once."]);
  const [unknown] = await faultsOf([{ driver: "fastli", service: "SU1" }]);
  expect(unknown).toMatch(/^cdn\[0\]\.driver is "fastli"; write one of "nginx", "varnish", "fastly"/);
  expect(await faultsOf([{ driver: "keycdn" }])).toEqual([expect.stringContaining("cdn[0].zone is missing")]);
  expect(await faultsOf([{ zone: "1" }])).toEqual([expect.stringContaining("cdn[0].driver is missing")]);
  expect(await faultsOf([{ driver: "bunny", zone: "1", accesKey: "a" }])).toEqual([
    'cdn[0].accesKey is unknown; the nearest known key is "accessKey".',
  ]);
  const leak = await faultsOf([{ driver: "fastly", service: "SU1", token: "a secret with spaces" }]);
  expect(leak).toEqual([expect.stringContaining("cdn[0].token is not right")]);
  expect(leak.join()).not.toContain("spaces;");
});
