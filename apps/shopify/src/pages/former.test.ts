import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formerShopOf } from "./former.ts";

const APP = { clientId: "id", clientSecret: "secret" };
const NOW = 1_800_000_000_000;
const SHOP = "hat-shop.myshopify.com";
const CLAIMS = { aud: "id", dest: `https://${SHOP}`, iss: `https://${SHOP}/admin`, exp: NOW / 1_000 - 600 };

function tokenOf(claims: unknown, secret = "secret"): string {
  const text = [{ alg: "HS256" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

test("a token that was good is known for a day after its end", () => {
  expect(formerShopOf(tokenOf(CLAIMS), APP, NOW)).toBe(SHOP);
  expect(formerShopOf(tokenOf({ ...CLAIMS, exp: NOW / 1_000 + 60 }), APP, NOW)).toBe(SHOP);
});

test.each([
  ["another secret", tokenOf(CLAIMS, "another")],
  ["another app", tokenOf({ ...CLAIMS, aud: "another" })],
  ["another shop's admin", tokenOf({ ...CLAIMS, iss: "https://other-shop.myshopify.com/admin" })],
  ["no shop", tokenOf({ ...CLAIMS, dest: "https://evil.example", iss: "https://evil.example/admin" })],
  ["too old", tokenOf({ ...CLAIMS, exp: NOW / 1_000 - 90_000 })],
  ["no end", tokenOf({ ...CLAIMS, exp: undefined })],
  ["no claims", tokenOf(null)],
  ["no signature", tokenOf(CLAIMS).replace(/[^.]+$/, "")],
  ["more parts", `${tokenOf(CLAIMS)}.x`],
])("nobody is known by %s", (_name, token) => {
  expect(formerShopOf(token, APP, NOW)).toBeUndefined();
});

test("nothing that is no token throws", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(formerShopOf(`${a}.${b}`, APP, NOW)).toBeUndefined();
      expect(formerShopOf(tokenOf(a), APP, NOW)).toBeUndefined();
    }),
  );
});
