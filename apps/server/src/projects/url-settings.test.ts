import { describe, expect, test } from "vitest";
import { maskSettings, openSettings, sealSettings } from "./sealed.ts";
import { hashSettings, isForgotten, noteOf, readSettings, SETTINGS_SCHEMA } from "./settings.ts";

const SALT = "a salt of some length";
const SETTINGS = {
  presets: { small: "w=200" },
  rules: [{ match: "_a_/", parameters: "p=small" }],
  security: { salt: SALT, unsigned: "allow" },
  sizes: { step: 100 },
  hints: { client: true },
};
const projectOf = async (settings: unknown) => {
  const { project, faults } = await readSettings("shop", settings, {});
  if (!project) throw new Error(JSON.stringify(faults));
  return project;
};

describe("settings of URLs in the store", () => {
  test("are read as those of the file are", async () => {
    const { shortening, security, sizes, hints } = await projectOf(SETTINGS);
    expect(shortening).toEqual({ presets: SETTINGS.presets, rules: SETTINGS.rules, defaults: "" });
    expect(security?.salts.map((salt) => salt.reveal())).toEqual([SALT]);
    expect(sizes).toMatchObject({ step: 100, outside: "snap" });
    expect(hints).toEqual({ client: true, saveData: false });
  });

  test.each<[object, string]>([
    [{ presets: { small: "widht=2" } }, "presets.small has the parameter"],
    [{ rules: [{ match: "a", parameters: "p=none" }] }, "rules[0].parameters calls the preset"],
    [{ security: {} }, "security has no salt"],
    [{ security: { saltFile: "/etc/passwd" } }, "saltFile is unknown"],
    [{ missing: { imageFile: "/etc/passwd" } }, "imageFile is unknown"],
    [{ missing: { image: "bm8gcGljdHVyZQ==" } }, "is not an image that can be read"],
  ])("%j is refused", async (settings, sentence) => {
    const { faults } = await readSettings("shop", settings, {});
    expect(JSON.stringify(faults)).toContain(sentence);
  });

  test("another salt, preset or rule is another hash, and no hash or text of the project tells a salt", async () => {
    const others = [
      { ...SETTINGS, security: { ...SETTINGS.security, salt: `${SALT}.` } },
      { ...SETTINGS, presets: { small: "w=201" } },
      { ...SETTINGS, rules: [{ match: "_b_/", parameters: "p=small" }] },
    ];
    const hashes = await Promise.all(
      [SETTINGS, ...others].map(async (each) => hashSettings(await projectOf(each))),
    );
    expect(new Set(hashes).size).toBe(4);
    expect(JSON.stringify(await projectOf(SETTINGS))).not.toContain(SALT);
  });

  test("a salt is sealed at rest, masked for readers and whole for this process", () => {
    const box = {
      isOld: () => false,
      seal: (text: string) => Buffer.from(text).toString("hex"),
      open: (text: string) => Buffer.from(text, "hex").toString(),
    };
    const kept = sealSettings(
      SETTINGS_SCHEMA,
      { settings: SETTINGS, before: undefined, project: "shop" },
      box,
    );
    expect(JSON.stringify(kept)).not.toContain(SALT);
    expect(JSON.stringify(maskSettings(SETTINGS_SCHEMA, kept))).toMatch(/"salt":"\*{8}[0-9a-f]{8}"/);
    expect(openSettings(SETTINGS_SCHEMA, kept, "shop", box)).toEqual(SETTINGS);
  });
});

test("hosts count where origins are told them, since the first one stands for every other", async () => {
  const hashOf = async (value: string, hosts: readonly string[]) =>
    hashSettings(await projectOf({ hosts, origins: { headers: [{ name: "X-Host", value }] } }));
  const [one, other] = [
    ["a.example", "b.example"],
    ["b.example", "a.example"],
  ] as const;
  expect(await hashOf("{{ header.host }}", one)).not.toBe(await hashOf("{{ header.host }}", other));
  expect(await hashOf("shop", one)).toBe(await hashOf("shop", other));
});

test("a start forgets what was answered by other settings or under a host that is gone, and nothing else", async () => {
  const before = noteOf(await projectOf({ hosts: ["a.example", "b.example"] }));
  for (const [settings, expected] of [
    [{ hosts: ["b.example", "new.example", "a.example"] }, false],
    [{ hosts: ["b.example"] }, true],
    [{ hosts: ["a.example", "b.example"], cache: { browser: 1 } }, true],
  ] as const) {
    expect(isForgotten(before, await projectOf(settings)), JSON.stringify(settings)).toBe(expected);
  }
});
