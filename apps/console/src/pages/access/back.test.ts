import fc from "fast-check";
import { expect, it } from "vitest";
import { backOf, organisationOf, signInOf } from "./back.ts";
import { problemText } from "./problem-text.ts";

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

it("goes to the sign-in with the place, and with what went wrong at the organisation's own", () => {
  expect(signInOf("/", "")).toBe("/sign-in");
  expect(signInOf("/", "?problem=OIDC_AWAY")).toBe("/sign-in?problem=OIDC_AWAY");
  const asked = (location: string, search: string) =>
    Object.fromEntries(new URL(signInOf(location, search), "https://console.example").searchParams);
  expect(asked("/p/shop/versions", "?problem=OIDC_REFUSED&page=2")).toEqual({
    back: "/p/shop/versions?page=2",
    problem: "OIDC_REFUSED",
  });
  fc.assert(
    fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
      const location = path.startsWith("/") ? path : `/${path}`;
      fc.pre(location !== "/" && !new URLSearchParams(query).has("problem"));
      const search = query === "" ? "" : `?${query}`;
      expect(asked(location, search)).toEqual({ back: location + search });
    }),
  );
});

it("takes the place along to the organisation's own sign-in", () => {
  expect(organisationOf(null)).toBe("/access/oidc");
  expect(organisationOf("//evil.example")).toBe("/access/oidc");
  expect(organisationOf(`/${"x".repeat(3_000)}`)).toBe("/access/oidc");
  const url = new URL(organisationOf("/p/shop/invalidation?status=ERROR&page=2"), "https://console.example");
  expect(url.searchParams.get("return")).toBe("/console/p/shop/invalidation?status=ERROR&page=2");
});

it("has words for whatever went wrong there", () => {
  expect(problemText("OIDC_AWAY")).toContain("cannot be reached");
  for (const code of ["", "NOBODY_KNOWS", "constructor"]) expect(problemText(code)).toContain("failed");
});
