import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSealedBox } from "../secrets/sealed-box.ts";
import type { SecretKey } from "../secrets/secret-key.ts";
import { closedIn, maskSettings, masksIn, openSettings, type SecretBox, sealSettings } from "./sealed.ts";
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
