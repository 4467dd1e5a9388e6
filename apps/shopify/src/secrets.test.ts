import { randomBytes } from "node:crypto";
import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSeal, keptSealKey, readSealKeys } from "./secrets.ts";

const one = randomBytes(32);
const other = randomBytes(32);

test("a sealed text opens for its own place alone, and says nothing meanwhile", () => {
  const seal = createSeal([one]);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, place) => {
      const sealed = seal.close(text, place);
      expect(seal.open(sealed, place)).toBe(text);
      expect(() => seal.open(sealed, `${place}!`)).toThrow("damaged");
      if (text.length > 5) expect(sealed).not.toContain(text);
    }),
  );
});

test("a changed text opens nowhere", () => {
  const seal = createSeal([one]);
  const sealed = seal.close("shpat_secret", "a");
  for (let at = 0; at < sealed.length - 1; at += 1) {
    const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
    expect(() => seal.open(changed, "a")).toThrow();
  }
});

test("keys are exchanged while both are there", () => {
  const sealed = createSeal([one]).close("x", "a");
  expect(createSeal([other, one]).open(sealed, "a")).toBe("x");
  expect(() => createSeal([other]).open(sealed, "a")).toThrow("another key");
});

test("keys are read in hex and base64, and nothing else is one", () => {
  expect(readSealKeys(`${one.toString("hex")}\n${other.toString("base64")}`)).toEqual([one, other]);
  expect(readSealKeys("short")).toBeUndefined();
  expect(readSealKeys("")).toBeUndefined();
});

test("the kept key is made once, for its owner's eyes", () => {
  const file = join(mkdtempSync(join(tmpdir(), "freshet-seal-")), "deep/seal.key");
  const key = keptSealKey(file);
  expect(keptSealKey(file)).toEqual(key);
  expect(statSync(file).mode & 0o077).toBe(0);
});
