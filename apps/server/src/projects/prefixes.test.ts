import { describe, expect, test } from "vitest";
import { folderTag, projectTag } from "./cache-tags.ts";
import { describeOriginal, wideTagsOf } from "./originals.ts";
import { describePrefix } from "./prefixes.ts";
import { projectOf } from "./project.test.support.ts";

const project = projectOf({
  name: "shop",
  aliases: { _media_: { url: "https://shop.example/media" }, "_media_/old_": { folder: "sample" } },
  source: { allow: ["*"], allowPrivate: false, maxBytes: 1, timeoutMs: 1 },
});

describe("a wildcard", () => {
  test("behind a folder is that folder, on nodes as well", () => {
    expect(describePrefix(project, "/https://h.example/a/*")).toEqual([
      {
        kind: "prefix",
        path: "/https://h.example/a/*",
        name: "shop/h.example/a/",
        tag: folderTag("shop", "h.example/a"),
        covered: null,
      },
    ]);
    expect(describePrefix(project, "/h.example/*")).toMatchObject([
      { name: "shop/h.example/", tag: folderTag("shop", "h.example"), covered: null },
    ]);
  });

  test("within a name is the folder around it on nodes, and says so", () => {
    expect(describePrefix(project, "/h.example/a/ab*")).toMatchObject([
      { name: "shop/h.example/a/ab", tag: folderTag("shop", "h.example/a"), covered: "/h.example/a/*" },
    ]);
  });

  test("deeper than tags go is the deepest folder with a tag on nodes", () => {
    const top = `h.example${"/x".repeat(7)}`;
    expect(describePrefix(project, `/${top}/*`)).toMatchObject([
      { tag: folderTag("shop", top), covered: null },
    ]);
    const [deep] = describePrefix(project, `/${top}/y/z/*`);
    expect(deep).toMatchObject({ tag: folderTag("shop", top), covered: `/${top}/*` });
    expect(wideTagsOf(describeOriginal(project, `${top}/y/z/a.jpg`))).toContain(deep?.tag);
  });

  test("behind an alias is what the alias stands for, and longer aliases too", () => {
    expect(describePrefix(project, "/_media_/*")).toMatchObject([
      { path: "/_media_/*", name: "shop/shop.example/media/", covered: null },
      { path: "/_media_/old_/*", name: "shop/folder:sample/", covered: null },
    ]);
  });

  test("alone is the project", () => {
    expect(describePrefix(project, "/*")).toEqual([
      { kind: "project", path: "/*", name: "shop", tag: projectTag("shop"), covered: null },
    ]);
  });

  test.each(["/h.example*", "/folder/*", "/https://*", "/h.example/a#b*"])("%s is refused", (path) => {
    expect(() => describePrefix(project, path)).toThrow("complete host or alias");
  });
});
