import fc from "fast-check";
import { expect, it } from "vitest";
import { path, withQuery } from "./call.ts";

it("keeps every name in its place of a path", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), fc.nat(), (name, version) => {
      const built = path`/projects/${name}/versions/${version}`;
      const [, projects, encoded = "", versions, number] = built.split("/");
      expect([projects, versions, number]).toEqual(["projects", "versions", String(version)]);
      expect(decodeURIComponent(encoded)).toBe(name);
    }),
  );
});

it("leaves out what nobody asked for", () => {
  expect(withQuery("/audit", { cursor: undefined, project: "", limit: 20 })).toBe("/audit?limit=20");
  expect(withQuery("/audit")).toBe("/audit");
});

it("writes queries so that they are read as they were meant", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      const url = new URL(withQuery("/invalidate", { path: text }), "http://localhost");
      expect(url.searchParams.get("path")).toBe(text.toWellFormed());
    }),
  );
});
