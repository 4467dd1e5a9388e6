import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveBeginning } from "./beginning.ts";
import { resolveOriginal } from "./original.ts";

const naming = {
  aliases: {
    _media_: { url: "https://shop.example/media" },
    "_media_/old_": { url: "http://archive.example:8080/2019" },
    _folder_: { folder: "sample" },
    _bucket_: { bucket: "s3:media@minio.example:9000/big" },
  },
};
const names = (beginning: string, more: { prefix?: string } = {}) =>
  resolveBeginning(beginning, { ...naming, ...more }).map(({ name }) => name);

describe("what the names of originals begin with", () => {
  test.each([
    ["h.example/a/", ["h.example/a/"]],
    ["/h.example/a/ab", ["h.example/a/ab"]],
    ["https://H.example:443/a/../b/", ["h.example/b/"]],
    ["h.example/%61/%e9", ["h.example/a/%E9"]],
    ["h.example/a/é", ["h.example/a/%C3%A9"]],
    ["h.example/", ["h.example/"]],
    ["h.example/a/..", ["h.example/a/.."]],
    ["_folder_/", ["folder:sample/"]],
    ["_folder_/sub/ab", ["folder:sample/sub/ab"]],
    ["_bucket_/", ["s3:media@minio.example:9000/big/"]],
    ["_bucket_/sum%6Der/a+", ["s3:media@minio.example:9000/big/summer/a+"]],
    ["_bucket_", ["s3:media@minio.example:9000/big/"]],
    ["_media_/", ["shop.example/media/", "archive.example:8080/2019/"]],
    ["_media_/old", ["shop.example/media/old", "archive.example:8080/2019/"]],
    ["_media_/old_/", ["archive.example:8080/2019/"]],
    ["_media_", ["shop.example/media/", "archive.example:8080/2019/"]],
    [
      "_",
      [
        "shop.example/media/",
        "archive.example:8080/2019/",
        "folder:sample/",
        "s3:media@minio.example:9000/big/",
      ],
    ],
  ])("“%s” is %j", (beginning, expected) => {
    expect(names(beginning)).toEqual(expected);
  });

  test.each([
    "",
    "/",
    "h.example",
    "https://h.example",
    "https:",
    "h.example/a#b",
    "summer/",
    "ftp://h.example/a/",
  ])("“%s” names nothing", (beginning) => {
    expect(names(beginning)).toEqual([]);
  });

  test("begins behind the prefix of the project, whole folders or not", () => {
    expect(names("summer/", { prefix: "https://p.example/x" })).toEqual(["p.example/x/summer/"]);
    expect(names("sum", { prefix: "https://p.example/x" })).toEqual(["p.example/x/sum"]);
  });
});

test("every original whose text begins so has a name that begins so", () => {
  const segment = fc.oneof(
    fc.constantFrom(
      "a",
      "ab",
      "_media_",
      "old_",
      "_folder_",
      "%61",
      "é",
      "%C3%A9",
      "%2B",
      "+",
      ".",
      "b%2Fc",
      "",
      "*",
      "~",
    ),
    fc.string({ unit: "grapheme", maxLength: 3 }),
  );
  const rest = fc.array(segment, { maxLength: 4 }).map((segments) => segments.join("/"));
  const head = fc.constantFrom("h.example/", "https://h.example/", "_media_/", "_folder_/", "_bucket_/", "");
  fc.assert(
    fc.property(head, rest, rest, (start, middle, end) => {
      const beginning = start + middle;
      // Dots, and an escape that is cut in two, are read together with what follows them.
      fc.pre(!/(^|\/)\.*$/.test(middle) || /(^|\/)$/.test(middle));
      fc.pre(!/(^|\/)\.{1,2}(\/|$)/.test(end) && !/[#%?]|^\.|\p{Cs}/u.test(end) && !/[#?]|%$/.test(middle));
      // A folder's own name, with a slash behind it, is no picture in it.
      fc.pre(!/^\/*$/.test(end));
      const found = names(beginning);
      const original = resolveOriginal(beginning + end, naming);
      if (found.length === 0 || original.kind === "invalid") return fc.pre(false);
      expect(
        found.some((name) => original.name.startsWith(name)),
        `${beginning} + ${end}: ${original.name} of ${found.join(" ")}`,
      ).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});
