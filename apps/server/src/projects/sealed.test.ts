import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSealedBox } from "../secrets/sealed-box.ts";
import type { SecretKey } from "../secrets/secret-key.ts";
import {
  closedIn,
  maskSettings,
  masksIn,
  movedIn,
  openSettings,
  type SecretBox,
  sealSettings,
} from "./sealed.ts";
import { SETTINGS_SCHEMA as SCHEMA } from "./settings.ts";

const box = createSealedBox([{ id: "00000001", bytes: randomBytes(32) }]);
const seal = (settings: unknown, before: unknown = {}) =>
  sealSettings(SCHEMA, { settings, before, project: "shop" }, box);
const open = (kept: unknown) => openSettings(SCHEMA, kept, "shop", box);
const mask = (kept: unknown) => maskSettings(SCHEMA, kept);

/** Settings with secrets of every kind, at every depth. */
const secret = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/^\*{8}/.test(text));
const target = fc.oneof(
  fc.constant("http://origin.example"),
  fc.constant({ folder: "sample" }),
  secret.map((password) => ({ url: "https://origin.example/a", user: "u", password })),
  secret.map((secretAccessKey) => ({
    s3: { bucket: "media", region: "x", accessKeyId: "a", secretAccessKey },
  })),
  secret.map((sas) => ({ azure: { account: "abc", container: "photos", sas } })),
);
const settings = fc.record({
  aliases: fc.dictionary(fc.constantFrom("_a_", "_b/c_", "_~_"), target, { maxKeys: 3 }),
  origins: fc.record({
    headers: fc.array(
      secret.map((value) => ({ name: "X-Key", value })),
      { maxLength: 4 },
    ),
  }),
});

function secretsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    typeof each === "string" && ["password", "secretAccessKey", "sas", "value"].includes(key)
      ? [each]
      : secretsIn(each),
  );
}

describe("settings at rest", () => {
  test("hold no secret, open to what was written, and show none of it", () => {
    fc.assert(
      fc.property(settings, (written) => {
        const kept = seal(written);
        expect(open(JSON.parse(JSON.stringify(kept)))).toEqual(written);
        expect(masksIn(SCHEMA, kept)).toEqual([]);
        const shown = JSON.stringify(mask(kept));
        for (const text of secretsIn(kept)) throw new Error(`not sealed: ${text}`);
        for (const text of secretsIn(mask(kept))) expect(text).toMatch(/^\*{8}[0-9a-f]{8}$/);
        for (const text of secretsIn(written)) {
          if (text.length < 6) continue;
          expect(JSON.stringify(kept)).not.toContain(JSON.stringify(text));
          expect(shown).not.toContain(JSON.stringify(text));
        }
      }),
    );
  });

  test("keep each secret whose mask is sent back, wherever it stands in its list", () => {
    fc.assert(
      fc.property(settings, fc.integer(), (written, seed) => {
        const kept = seal(written);
        const sent = structuredClone(mask(kept)) as { origins: { headers: unknown[] } };
        const order = (at: number) => (at * 7919 + seed) % 101;
        const turned = sent.origins.headers
          .map((_, at) => at)
          .toSorted((one, other) => order(one) - order(other));
        const headers = turned.map((at) => sent.origins.headers[at]);
        const again = seal({ ...sent, origins: { headers } }, kept);
        expect(masksIn(SCHEMA, again)).toEqual([]);
        const expected = {
          ...written,
          origins: { headers: turned.map((at) => written.origins.headers[at]) },
        };
        expect(open(again)).toEqual(expected);
      }),
    );
  });

  test("open for their own project alone", () => {
    const kept = seal({ origins: { headers: [{ name: "X-Key", value: "open sesame" }] } });
    expect(() => openSettings(SCHEMA, kept, "blog", box)).toThrow();
  });

  test("take no mask of another setting, and no mask that stands for nothing", () => {
    const kept = seal({ aliases: { _a_: { url: "https://a.example", user: "u", password: "secret of a" } } });
    const shown = mask(kept) as { aliases: { _a_: { password: string } } };
    const moved = seal(
      { aliases: { _b_: { url: "https://evil.example", user: "u", password: shown.aliases._a_.password } } },
      kept,
    );
    expect(masksIn(SCHEMA, moved)).toEqual(["/aliases/_b_/password"]);
    const made = seal({ origins: { headers: [{ name: "X-Key", value: "********01234567" }] } }, kept);
    expect(masksIn(SCHEMA, made)).toEqual(["/origins/headers/0/value"]);
  });
});

describe("a mask that is sent back", () => {
  const written = {
    aliases: {
      _a_: { url: "https://a.example/media", user: "u", password: "correct horse" },
      _s_: { s3: { bucket: "media", region: "x", accessKeyId: "a", secretAccessKey: "battery" } },
      _z_: { azure: { account: "abc", container: "photos", sas: "sv=1&sig=staple" } },
      "ctf:space": { contentful: { connector: "https://c.example", token: "0123456789abcdef" } },
    },
    prefix: "https://b.example/x",
    origins: { allow: ["c.example"], headers: [{ name: "X-Key", value: "open sesame" }] },
    security: { salt: "a long salt of letters" },
  };
  const kept = seal(written);
  type Shown = typeof written & Readonly<Record<string, unknown>>;
  /** Where it has to be written again after a change. */
  const moved = (change: (shown: Shown) => object) =>
    movedIn(SCHEMA, { settings: change(mask(kept) as Shown), before: kept }).map(({ pointer }) => pointer);
  const target = (alias: keyof typeof written.aliases, kind: string, more: object) => (shown: Shown) => ({
    ...shown,
    aliases: {
      ...shown.aliases,
      [alias]:
        kind === ""
          ? { ...shown.aliases[alias], ...more }
          : { [kind]: { ...(Reflect.get(shown.aliases[alias], kind) as object), ...more } },
    },
  });

  test.each<[string, (shown: Shown) => object]>([
    ["nothing else", (shown) => shown],
    ["other settings", (shown) => ({ ...shown, cache: { browser: 5 }, formats: [] })],
    ["another way to sign", (shown) => ({ ...shown, security: { ...shown.security, unsigned: "allow" } })],
    ["another beginning of keys", target("_s_", "s3", { prefix: "media" })],
    [
      "fewer hosts",
      ({ prefix: _prefix, ...shown }) => ({ ...shown, origins: { headers: shown.origins.headers } }),
    ],
    ["a bucket more", (shown) => ({ ...shown, aliases: { ...shown.aliases, _f_: { folder: "f" } } })],
    [
      "every public host",
      (shown) => ({ ...shown, origins: { ...shown.origins, allow: ["c.example", "*"] } }),
    ],
    [
      "members in another order",
      (shown) => ({
        ...shown,
        aliases: {
          ...shown.aliases,
          _a_: Object.fromEntries(Object.entries(shown.aliases._a_).toReversed()),
        },
      }),
    ],
  ])("keeps its secret beside %s", (_what, change) => {
    expect(moved(change)).toEqual([]);
  });

  const A = "/aliases/_a_/password";
  const HEADER = "/origins/headers/0/value";
  test.each<[string, string[], (shown: Shown) => object]>([
    ["address", [A, HEADER], target("_a_", "", { url: "https://evil.example" })],
    ["scheme", [A, HEADER], target("_a_", "", { url: "http://a.example/media" })],
    ["port", [A, HEADER], target("_a_", "", { url: "https://a.example:8443/media" })],
    ["folder", [A], target("_a_", "", { url: "https://a.example/other" })],
    ["user", [A], target("_a_", "", { user: "v" })],
    [
      "endpoint",
      ["/aliases/_s_/s3/secretAccessKey"],
      target("_s_", "s3", { endpoint: "https://evil.example" }),
    ],
    ["bucket", ["/aliases/_s_/s3/secretAccessKey"], target("_s_", "s3", { bucket: "other" })],
    ["account", ["/aliases/_z_/azure/sas"], target("_z_", "azure", { account: "evil" })],
    [
      "connector",
      ["/aliases/ctf:space/contentful/token"],
      target("ctf:space", "contentful", { connector: "https://evil.example" }),
    ],
    ["alias more", [HEADER], (shown) => ({ ...shown, aliases: { ...shown.aliases, _e_: "evil.example/x" } })],
    ["prefix", [HEADER], (shown) => ({ ...shown, prefix: "http://b.example/x" })],
    [
      "allowed host",
      [HEADER],
      (shown) => ({ ...shown, origins: { ...shown.origins, allow: ["c.example", "evil.example"] } }),
    ],
  ])("does not with another %s", (_what, pointers, change) => {
    expect(moved(change)).toEqual(pointers);
  });

  test("is looked at in whatever is sent", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const settings: unknown = JSON.parse(text);
        expect(movedIn(SCHEMA, { settings, before: kept })).toEqual([]);
        const { origins } = mask(kept) as Shown;
        movedIn(SCHEMA, {
          settings: { aliases: settings, prefix: settings, origins: { ...origins, allow: settings } },
          before: kept,
        });
      }),
    );
  });
});

test("neither files nor keys of the API are settings that the store takes", () => {
  const text = JSON.stringify(SCHEMA);
  expect(text).not.toMatch(/File"/);
  expect(text).not.toContain('"apiKey"');
  expect(text).toContain('"aliases"');
});

test("putting settings again lets an older key go; a secret that cannot be opened is kept and named", () => {
  const [older, newer] = [1, 2].map((id) => ({ id: `0000000${id}`, bytes: randomBytes(32) })) as [
    SecretKey,
    SecretKey,
  ];
  const boxes = {
    before: createSealedBox([older]),
    both: createSealedBox([newer, older]),
    after: createSealedBox([newer]),
  };
  const again = (before: unknown, by: SecretBox) =>
    sealSettings(SCHEMA, { settings: mask(before), before, project: "shop" }, by);
  const settings = { aliases: { _a_: { url: "https://a.example", user: "u", password: "correct horse" } } };
  const kept = sealSettings(SCHEMA, { settings, before: {}, project: "shop" }, boxes.before);
  const turned = again(kept, boxes.both);
  expect(closedIn(SCHEMA, turned, "shop", boxes.after)).toEqual([]);
  expect(openSettings(SCHEMA, turned, "shop", boxes.after)).toEqual(settings);
  expect(again(turned, boxes.both)).toEqual(turned);
  expect(again(kept, boxes.after)).toEqual(kept);
  expect(closedIn(SCHEMA, kept, "shop", boxes.after)).toEqual([
    { pointer: "/aliases/_a_/password", sentence: expect.stringContaining("FRESHET_SECRET_KEY") },
  ]);
});
