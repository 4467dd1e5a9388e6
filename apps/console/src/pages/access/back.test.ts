import fc from "fast-check";
import { expect, it } from "vitest";
import { backOf } from "./back.ts";

it("goes back to where the session had ended", () => {
  expect(backOf("/p/shop/invalidation?status=ERROR")).toBe("/p/shop/invalidation?status=ERROR");
  expect(backOf(null)).toBe("/");
});

it("never leads to another site", () => {
  for (const text of [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/\t/evil",
  ])
    expect(backOf(text)).toBe("/");
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { origin } = new URL(backOf(text), "https://console.example");
      expect(origin).toBe("https://console.example");
    }),
  );
});
