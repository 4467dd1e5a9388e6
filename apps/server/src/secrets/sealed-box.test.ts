import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { leaksOf } from "./leaks.test.support.ts";
import { createSealedBox, SealError, sealedBoxOf } from "./sealed-box.ts";
import { Secret } from "./secret.ts";
import { keptSecretKeys, readSecretKeys, type SecretKeys } from "./secret-key.ts";

const one = randomBytes(32).toString("hex");
const other = randomBytes(32).toString("base64");
const keys = (text: string): SecretKeys => {
  const read = readSecretKeys(text);
  if ("fault" in read) throw new Error(read.fault);
  return read;
};
const faultOf = (open: () => string) => {
  try {
    return `opened: ${open()}`;
  } catch (error) {
    return error instanceof SealError ? error.fault : `${error}`;
  }
};

describe("a sealed box", () => {
  test("gives back what was sealed, and says nothing of it meanwhile", () => {
    const box = createSealedBox(keys(one));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, place) => {
        const sealed = box.seal(text, place);
        expect(sealed).toMatch(/^[\w.-]+$/);
        expect(box.seal(text, place)).not.toBe(sealed);
        expect(box.open(sealed, place)).toBe(text.toWellFormed());
        if (text.length >= 6) expect(leaksOf(sealed, [text])).toEqual([]);
      }),
    );
  });

  test("opens nothing that was changed, cut off or made for another place, and never throws anything else", () => {
    const box = createSealedBox(keys(one));
    const sealed = box.seal("a secret", "shop");
    expect(faultOf(() => box.open(sealed, "other"))).toBe("damaged");
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      // The last digit of base64 may stand for fewer bits than it has.
      if (at < sealed.length - 1)
        expect(
          faultOf(() => box.open(changed, "shop")),
          changed,
        ).not.toMatch(/^opened/);
      expect(faultOf(() => box.open(sealed.slice(0, at), "shop"))).not.toMatch(/^opened/);
    }
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `${sealed}${text}.`),
        ),
        (text) => {
          expect(faultOf(() => box.open(text))).toMatch(/^(key-unknown|damaged|not-sealed)$/);
        },
      ),
    );
  });

  test("says clearly that a key is not there, and nothing of the secret", () => {
    const sealed = createSealedBox(keys(one)).seal("the password of the shop");
    const stranger = createSealedBox(keys(other));
    expect(faultOf(() => stranger.open(sealed))).toBe("key-unknown");
    expect(() => stranger.open(sealed)).toThrow(/FRESHET_SECRET_KEY/);
  });

  test("turns from one key to the next while both are there", () => {
    const before = createSealedBox(keys(one));
    const sealed = before.seal("x");
    const both = createSealedBox(keys(`${other}\n${one}\n`));
    expect(both.open(sealed)).toBe("x");
    expect(both.isOld(sealed)).toBe(true);
    const anew = both.seal(both.open(sealed));
    expect(both.isOld(anew)).toBe(false);
    expect(createSealedBox(keys(other)).open(anew)).toBe("x");
    expect(faultOf(() => before.open(anew))).toBe("key-unknown");
  });
});

describe("keys", () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), "freshet-secrets-"));
    folders.push(folder);
    return folder;
  };

  test.each([
    ["", "holds no key"],
    ["short", "its key 1 is not 32 bytes"],
    [`${one},passphrase-of-mine`, "its key 2 is not 32 bytes"],
    [one.slice(1), "its key 1"],
    [Array.from({ length: 11 }, () => one).join(" "), "more than 10"],
  ])("%j is refused in a sentence that repeats nothing", (text, sentence) => {
    const read = readSecretKeys(text);
    expect("fault" in read && read.fault).toContain(sentence);
    expect(leaksOf(JSON.stringify(read), ["short", "passphrase-of-mine", one])).toEqual([]);
  });

  test("are made once for a data folder, and kept for its owner alone", async () => {
    const folder = join(await newFolder(), "data");
    const made = await Promise.all([keptSecretKeys(folder), keptSecretKeys(folder), keptSecretKeys(folder)]);
    expect(new Set(made.map(([key]) => key.id)).size).toBe(1);
    expect((await stat(join(folder, "secret.key"))).mode & 0o777).toBe(0o600);
    expect((await keptSecretKeys(folder))[0].id).toBe(made[0][0].id);
  });

  test("of an installation are those it was given, else those of its data folder", async () => {
    const dataFolder = await newFolder();
    const given = { secretKey: new Secret(one), dataFolder };
    const sealed = (await sealedBoxOf(given)).seal("x");
    expect(createSealedBox(keys(one)).open(sealed)).toBe("x");
    const own = (await sealedBoxOf({ secretKey: undefined, dataFolder })).seal("y");
    expect((await sealedBoxOf({ secretKey: undefined, dataFolder })).open(own)).toBe("y");
    const moved = `${one} ${await readFile(join(dataFolder, "secret.key"), "utf8")}`;
    expect((await sealedBoxOf({ secretKey: new Secret(moved), dataFolder })).open(own)).toBe("y");
    await expect(sealedBoxOf({ secretKey: new Secret("x"), dataFolder })).rejects.toThrow(
      /FRESHET_SECRET_KEY/,
    );
  });

  test("that cannot be read are not replaced by others", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "secret.key"), "half a k");
    await expect(keptSecretKeys(folder)).rejects.toThrow(/secret.key cannot be used/);
    expect(await readFile(join(folder, "secret.key"), "utf8")).toBe("half a k");
  });
});
