import { expect, test } from "vitest";
import { namedBy, safeLink, scopeWord } from "./named.ts";

const urls = (...received: readonly string[]) => ({ received, invalidated: [], failed: [] });

test("what was named is shown as it was sent", () => {
  expect(namedBy({ scope: "original", urls: urls("/a", "/b") })).toEqual(["/a", "/b"]);
  expect(namedBy({ scope: "tags", tags: ["x"], urls: urls() })).toEqual(["x"]);
  expect(namedBy({ scope: "all", urls: { ...urls(), received: null } })).toEqual([]);
});

test("folders are called so", () => {
  expect(scopeWord({ scope: "original", urls: urls("/a/*") })).toBe("Folder");
  expect(scopeWord({ scope: "original", urls: urls("/a/*", "/b.jpg") })).toBe("Original");
  expect(scopeWord({ scope: "all", urls: { ...urls(), received: null } })).toBe("All");
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  " javascript:alert(1)",
  "//x.example",
  "x",
  "",
  undefined,
])("%s is no link to go to", (link) => {
  expect(safeLink(link)).toBeUndefined();
});

test("pages are", () => {
  expect(safeLink("https://shop.example/wp-admin/post.php?post=1")).toBe(
    "https://shop.example/wp-admin/post.php?post=1",
  );
});
