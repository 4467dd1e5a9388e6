import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigFault } from "./fault.ts";
import { readConfigFile, sectionOf } from "./file.ts";
import { readPlace } from "./place.ts";
import { projectKeys, readApiKey } from "./project-keys.ts";
import { readAddress, readNumber, readObject, readPort, readProject, readSecretLines } from "./values.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "freshet-config-"));
  write("two", " new secret \r\n\nold secret\n");
});
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const fileOf = (values: object) => {
  write("freshet.config.json", JSON.stringify(values));
  return readConfigFile({}, folder);
};

test("whatever stands in a configuration is read as what it should be, or is a fault that says where", () => {
  const readers: readonly ((value: unknown) => unknown)[] = [
    (value) => readAddress(value, "here"),
    (value) => readPort(typeof value === "string" ? value : "none", "here", 0),
    (value) => readProject(value, "here"),
    (value) => readNumber(value, "here", { usual: 5, least: 1, most: 9 }),
    (value) => readObject(value, "here", ["a"]),
    (value) => readSecretLines(value, undefined, "here", folder),
    (value) => readSecretLines(undefined, value, "here", folder),
  ];
  const value = fc.oneof(fc.anything(), fc.webUrl({ withQueryParameters: true }), fc.integer(), fc.string());
  fc.assert(
    fc.property(value, fc.constantFrom(...readers), (each, read) => {
      try {
        read(each);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ConfigFault);
        expect((thrown as Error).message).toMatch(/^here/);
      }
    }),
  );
});

test("an address loses the slash at its end, and has neither user nor query", () => {
  expect(readAddress("https://IMG.example/cms//", "x")).toBe("https://img.example/cms");
  for (const wrong of ["ftp://a", "a.example", "http://me:pw@a", "http://a/?b", "http://a/#b", undefined])
    expect(() => readAddress(wrong, "endpoint")).toThrow("endpoint is no address");
});

test("a secret stands in the file or beside it, never in both; lines are trimmed", () => {
  expect(readSecretLines(undefined, "two", "secret", folder)).toEqual(["new secret", "old secret"]);
  expect(readSecretLines("written out", undefined, "secret", folder)).toEqual(["written out"]);
  for (const [secret, file] of [
    [undefined, undefined],
    ["a", "two"],
  ])
    expect(() => readSecretLines(secret, file, "secret", folder)).toThrow("either so or as secretFile");
});

test("a key is found as the server finds it: the environment for demo or the only project, then the file, then the one it makes", async () => {
  const env = { FRESHET_API_KEY: "of the environment" };
  const keys = (values: object, more = {}) => projectKeys(fileOf(values), more, folder);
  expect(keys({ projects: { only: {} } }, env).of("only")).toEqual({ key: "of the environment" });
  expect(keys({ projects: { demo: {}, b: { apiKey: "b" } } }, env).of("b")).toEqual({ key: "b" });
  expect(keys({ projects: { b: { apiKeyFile: "two" } } }).of("b")).toEqual({
    key: "new secret \r\n\nold secret",
  });
  expect(keys({}).of("toString")).toBeUndefined();
  expect(keys({ projects: { b: {} } }).of("b")).toBeUndefined();
  const made = keys({}).of("demo");
  expect(made).toEqual({ keyFile: join(folder, ".freshet", "demo.key") });
  expect(await readApiKey({ keyFile: join(folder, "later") })).toBeUndefined();
  write("later", "made later\n");
  expect(await readApiKey({ keyFile: join(folder, "later") })).toBe("made later");
});

test("the usual file may be missing, a named one may not, and what is no JSON object is said", () => {
  expect(sectionOf(readConfigFile({}, join(folder, "nowhere")), "wordpress")).toBeUndefined();
  expect(() => readConfigFile({ FRESHET_CONFIG: "nowhere.json" }, folder)).toThrow("cannot be read");
  write("list.json", "[]");
  expect(() => readConfigFile({ FRESHET_CONFIG: "list.json" }, folder)).toThrow(
    "does not hold a JSON object",
  );
  write("text.json", "{");
  expect(() => readConfigFile({ FRESHET_CONFIG: "text.json" }, folder)).toThrow("is not JSON");
  expect(sectionOf(fileOf({ connectors: { wordpress: [1] } }), "wordpress")).toEqual([1]);
});

test("each connector reads where it listens, what it is called and where Freshet is in the same way", () => {
  expect(readPlace("fake", 8_099, {}, folder)).toEqual({
    ...{ host: "127.0.0.1", port: 8_099, dataFolder: join(folder, ".freshet", "fake"), name: "fake" },
    ...{ address: undefined, server: "http://127.0.0.1:8080" },
  });
  const env = {
    ...{ FRESHET_HOST: "::", FRESHET_FAKE_PORT: "9", FRESHET_FAKE_NAME: "f-2", FRESHET_DATA: "/data" },
    ...{ FRESHET_FAKE_URL: "https://f.example/", PORT: "1" },
  };
  expect(readPlace("fake", 8_099, env, folder)).toEqual({
    ...{ host: "::", port: 9, dataFolder: "/data/fake", name: "f-2" },
    ...{ address: "https://f.example", server: "http://127.0.0.1:1" },
  });
  for (const [name, value] of Object.entries({
    ...{
      FRESHET_FAKE_PORT: "80x",
      FRESHET_FAKE_NAME: "a b",
      FRESHET_FAKE_URL: "f",
      FRESHET_URL: "f",
      PORT: "0",
    },
  }))
    expect(() => readPlace("fake", 8_099, { [name]: value }, folder)).toThrow(name);
});
