import { expect, it } from "vitest";
import { mayDo } from "./session.ts";

it("lets a right include those before it, in its project alone", () => {
  const rights = { projects: { shop: "write" } } as const;
  expect(mayDo(rights, "read", "shop")).toBe(true);
  expect(mayDo(rights, "write", "shop")).toBe(true);
  expect(mayDo(rights, "admin", "shop")).toBe(false);
  expect(mayDo(rights, "read", "blog")).toBe(false);
  expect(mayDo(rights, "read")).toBe(false);
});

it("lets a right of the installation count in every project", () => {
  const rights = { installation: "read", projects: { shop: "admin" } } as const;
  expect(mayDo(rights, "read", "blog")).toBe(true);
  expect(mayDo(rights, "write", "blog")).toBe(false);
  expect(mayDo(rights, "admin", "shop")).toBe(true);
  expect(mayDo(rights, "admin")).toBe(false);
});

it("gives nothing to nobody, and nothing for a project called like a member of objects", () => {
  expect(mayDo(undefined, "read", "shop")).toBe(false);
  expect(mayDo({ projects: {} }, "read", "constructor")).toBe(false);
});
