import { expect, test } from "vitest";
import { playgroundOf } from "./places.ts";

test("the playground shows a URL as it is", () => {
  expect(playgroundOf("demo", "/v7/_site_/a b…")).toBe(
    "/p/demo/playground?url=%2Fv7%2F_site_%2Fa+b%E2%80%A6",
  );
  expect(playgroundOf("demo", `/${"x".repeat(999)}`)).toContain("x".repeat(999));
});

test.each([
  ["demo", "(other)"],
  ["demo", "(forgotten)"],
  ["", "/v7/a.jpg"],
  ["demo", `/${"x".repeat(998)}…`],
])("of %s there is no link to what is not, or not wholly, a URL of a project", (project, url) => {
  expect(playgroundOf(project, url)).toBeUndefined();
});
