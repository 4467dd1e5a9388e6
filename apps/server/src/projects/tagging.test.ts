import { describe, expect, test } from "vitest";
import { describeOriginal } from "./originals.ts";
import { projectOf } from "./project.test.support.ts";
import type { Project, TagRule } from "./project.ts";
import { tagsOf } from "./tagging.ts";

const project = (...tags: TagRule[]): Project =>
  projectOf({
    name: "shop",
    aliases: {
      _media_: { url: "https://shop.example/media" },
      "_media_/old_": { url: "http://archive.example:8080/2019" },
      _sample_: { folder: "sample" },
    },
    prefix: "shop.example/media/press",
    tags,
    source: { allow: ["*"], allowPrivate: false, maxBytes: 1, timeoutMs: 1 },
  });
const rule = (match: string, tag = "x"): TagRule => ({ match, tag });

describe("the tags of an original", () => {
  test.each([
    ["/summer/", true],
    ["_media_/press/summer", true],
    ["/_media_/press", true],
    ["/summer/hat.jpg", true],
    ["https://shop.example/media", true],
    ["http://shop.example/media", true],
    ["shop.example", true],
    ["press/summer", true],
    ["hat.jpg", true],
    ["Summer", false],
    ["_sample_", false],
    ["other.example", false],
  ])("a rule that matches %j gives its tag: %j, whichever way the original is written", (match, matches) => {
    const shop = project(rule(match));
    const ways = [
      "https://shop.example/media/press/summer/hat.jpg",
      "shop.example/media/press/summer/hat%2Ejpg",
      "_media_/press/summer/hat.jpg",
      "summer/hat.jpg",
    ];
    const counts = ways.map((way) => describeOriginal(shop, way).identity.userTags.length);
    expect(counts).toEqual(ways.map(() => (matches ? 1 : 0)));
  });

  test("are those of all rules that match, each once, in the order of the rules", () => {
    const shop = project(rule("hat", "b"), rule("/summer/", "a"), rule(".jpg", "b"), rule("winter", "c"));
    expect(tagsOf(shop, "shop.example/media/summer/hat.jpg")).toEqual(["b", "a"]);
    expect(tagsOf(project(), "shop.example/media/summer/hat.jpg")).toEqual([]);
  });

  test("know aliases of folders and of other aliases' folders", () => {
    const shop = project(rule("/_sample_/a", "folder"), rule("_media_/old_/a", "old"));
    expect(tagsOf(shop, "folder:sample/a.jpg")).toEqual(["folder"]);
    expect(tagsOf(shop, "archive.example:8080/2019/a.jpg")).toEqual(["old"]);
  });
});
