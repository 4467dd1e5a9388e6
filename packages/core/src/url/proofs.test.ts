import { createHmac, hash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDeliveryUrl } from "./delivery-url.ts";
import { readProofs } from "./proofs.ts";
import { sealDeliveryUrl, signDeliveryUrl } from "./sign.ts";
import { readV6 } from "./v6.ts";

const SALT = "a salt of some length";
const sha1 = (text: string) => hash("sha1", text);

const isSigned = (target: string) =>
  readProofs(target).sign.some(
    ({ digits, text }) => digits.length >= 10 && sha1(SALT + text).startsWith(digits),
  );
const isSealed = (target: string) =>
  readProofs(target).seal.some(
    ({ digits, text }) => digits.length >= 10 && sha1(text + SALT).startsWith(digits),
  );
const isKeyed = (target: string) =>
  readProofs(target).hmac.some(
    ({ digits, text }) => digits === createHmac("sha256", SALT).update(text).digest("base64url"),
  );

const item = fc.constantFrom("w=300", "h=200", "vh=1", "q=9", "a=%20b", "org_if_sml", "p=x", "é=ü", "x=%3F");
const path = fc.constantFrom(
  "/h.example/a.jpg",
  "/https://h.example/b%20c.jpg",
  "/_alias_/d.jpg",
  "/h.example/é.jpg",
);
const target = fc
  .tuple(fc.boolean(), path, fc.array(item, { maxLength: 5 }))
  .map(([v7, path, items]) => `${v7 ? "/v7" : ""}${path}${items.length > 0 ? `?${items.join("&")}` : ""}`);
/** What an attacker may write in between. */
const noise = fc.oneof(
  fc.string({ minLength: 1, maxLength: 3 }),
  fc.constantFrom(
    "&w=1",
    "?w=1",
    "&amp;w=1",
    "%26",
    "%3F",
    "&ci_sign=0123456789",
    "&fr_exp=9999999999",
    "/",
    "%2F",
  ),
);

test("any request target is looked through", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      for (const each of [
        text,
        `/a?ci_sign=${text}`,
        `/a?ci_seal=1&ci_eqs=${text}`,
        `/width/1/n@${text}/a`,
      ]) {
        readV6(each);
        const { sign, seal, hmac } = readProofs(each);
        expect(sign.length + seal.length + hmac.length).toBeLessThan(64);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("what is signed is recognised, and by the one true kind only", async () => {
  await fc.assert(
    fc.asyncProperty(target, async (url) => {
      const keyed = await signDeliveryUrl(url, { salt: SALT });
      const signed = await signDeliveryUrl(url, { salt: SALT, by: "ci_sign" });
      expect([isKeyed(keyed), isSigned(keyed)]).toEqual([true, false]);
      expect([isKeyed(signed), isSigned(signed)]).toEqual([false, true]);
      expect(isSigned(`${signed}0`)).toBe(false);
    }),
  );
});

test("whatever is put into a signed URL, it asks for the same picture or the signature is gone", async () => {
  const pictureOf = (url: string) => {
    const { original, originQuery, transformation, version } = parseDeliveryUrl(url) ?? {};
    return { original, originQuery, transformation, version, expires: readProofs(url).expires };
  };
  await fc.assert(
    fc.asyncProperty(target, noise, fc.nat(), fc.boolean(), async (url, text, place, isHmac) => {
      const signed = await signDeliveryUrl(url, {
        salt: SALT,
        by: isHmac ? "fr_sig" : "ci_sign",
        expires: 99,
      });
      const at = place % (signed.length + 1);
      const changed = signed.slice(0, at) + text + signed.slice(at);
      if (isHmac ? isKeyed(changed) : isSigned(changed))
        expect(pictureOf(changed)).toEqual(pictureOf(signed));
    }),
    { numRuns: 3_000 },
  );
});

test("what is cut off a signature is missed below ten digits, and always where it is keyed", async () => {
  await fc.assert(
    fc.asyncProperty(target, fc.integer({ min: 0, max: 39 }), async (url, length) => {
      expect(isSigned(await signDeliveryUrl(url, { salt: SALT, by: "ci_sign", length }))).toBe(length >= 10);
      const keyed = await signDeliveryUrl(url, { salt: SALT });
      expect(isKeyed(keyed.slice(0, -1 - length))).toBe(false);
    }),
  );
});

test("a URL that was signed twice is signed", async () => {
  await fc.assert(
    fc.asyncProperty(target, fc.array(item, { maxLength: 2 }), async (url, more) => {
      const once = await signDeliveryUrl(url, { salt: SALT, by: "ci_sign" });
      const again = `${once}${more.map((each) => `&${each}`).join("")}`;
      expect(isSigned(await signDeliveryUrl(again, { salt: SALT, by: "ci_sign" }))).toBe(true);
      expect(isSigned(again)).toBe(more.length === 0);
    }),
  );
});

test("a seal lets parameters be added and nothing else, and none of them changes what is sealed", async () => {
  await fc.assert(
    fc.asyncProperty(path, fc.array(item, { maxLength: 3 }), async (path, more) => {
      const sealed = await sealDeliveryUrl(`/v7${path}`, "w=300&q=70", { salt: SALT });
      const added = `${sealed}${more.map((each) => `&${each}`).join("")}`;
      expect(isSealed(added)).toBe(true);
      expect(parseDeliveryUrl(added)?.transformation).toMatchObject({
        resize: { w: 300 },
        encode: { q: 70 },
      });
      expect(isSealed(added.replace(path, `${path}x`))).toBe(false);
      expect(isSealed(added.replace("ci_eqs=", "ci_eqs=a"))).toBe(false);
    }),
  );
});

test("an end counts wherever it stands, the earliest one; one that cannot be read has passed", async () => {
  expect(readProofs("/a.jpg?fr_exp=50&fr_exp=40").expires).toBe(40);
  expect(readProofs("/a.jpg?fr_exp=soon").expires).toBe(0);
  expect(readProofs("/a.jpg?w=1").expires).toBeUndefined();
  const sealed = await sealDeliveryUrl("/a.jpg", "w=1", { salt: SALT, expires: 30 });
  expect(readProofs(`${sealed}&fr_exp=99`).expires).toBe(30);
});
