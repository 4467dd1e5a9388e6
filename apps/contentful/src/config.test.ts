import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigFault } from "@freshet/connector/config";
import { afterEach, describe, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { secretOf } from "./fixture.test.support.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function read(
  contentful: unknown,
  more: { env?: Record<string, string>; projects?: object; files?: Record<string, string> } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "freshet-contentful-"));
  folders.push(folder);
  const { projects, env = {}, files = {} } = more;
  writeFileSync(
    join(folder, "freshet.config.json"),
    JSON.stringify({ connectors: { contentful }, ...(projects && { projects }) }),
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return readConfig(env, folder);
}
const app = { app: "app1", secret: secretOf("a"), spaces: [{ space: "space1" }] };

test("what is not said has a usual value", () => {
  const config = read(app);
  expect(config).toMatchObject({
    ...{ port: 8082, host: "127.0.0.1", server: "http://127.0.0.1:8080", endpoint: "http://127.0.0.1:8080" },
    ...{ managementUrl: "https://api.contentful.com", identity: undefined, reconcileMs: 86_400_000 },
    spaces: [{ space: "space1", environment: "master", project: "demo", webhookSecrets: [], admins: [] }],
  });
  expect(config.frameAncestors).toEqual(["https://app.contentful.com", "https://app.eu.contentful.com"]);
  expect(config.resolverToken.length).toBeGreaterThan(30);
  expect(read({ ...app, region: "eu" }).managementUrl).toBe("https://api.eu.contentful.com");
});

test("two secrets hold while they are exchanged, a private key is read, and a space of the store has no key yet", () => {
  const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  const config = read(
    { app: "app1", secretFile: "s", privateKeyFile: "p", spaces: [{ space: "space1", project: "blog" }] },
    { files: { s: `${secretOf("n")}\n${secretOf("o")}\n`, p: String(pem) } },
  );
  expect(config.secrets).toEqual([secretOf("n"), secretOf("o")]);
  expect(config.identity?.app).toBe("app1");
  expect(config.spaces[0]?.apiKey).toBeUndefined();
});

describe("what is wrong is said in a sentence", () => {
  test.each([
    [undefined, "names no Contentful app"],
    [{ ...app, app: "" }, "app is no id"],
    [{ ...app, secret: "short" }, "64 letters"],
    [{ ...app, secretFile: "x" }, "secret is needed, either"],
    [{ ...app, spaces: [] }, "spaces is empty"],
    [{ ...app, spaces: [{ space: "a/b" }] }, "no id of a space"],
    [{ ...app, spaces: [{ space: "a" }, { space: "a" }] }, "twice"],
    [{ ...app, spaces: [{ space: "a", x: 1 }] }, "x is unknown"],
    [{ ...app, privateKeyFile: "nowhere" }, "cannot be read"],
    [{ ...app, assetOrigins: ["http://h/path"] }, "no origin"],
    [{ ...app, reconcileHours: 0 }, "reconcileHours"],
    [{ ...app, managementUrl: "ftp://h" }, "no address"],
    [{ ...app, region: "mars" }, "none of us, eu"],
    [{ ...app, color: "red" }, "color is unknown"],
  ])("%j", (section, part) => {
    expect(() => read(section)).toThrow(ConfigFault);
    expect(() => read(section)).toThrow(part);
  });
});
