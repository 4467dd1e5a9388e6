import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkInvalidationLines, correctInvalidationLines, type LineRules } from "./check-lines.ts";
import { normalizeInvalidationPath } from "./path.ts";

const RULES: LineRules = {
  kind: "original",
  project: "doc",
  hosts: ["img.example.com", "127.0.0.1:8080"],
  naming: {
    aliases: { _media_: { url: "https://shop.example/media" }, _files_: { folder: "files" } },
  },
  origins: ["sample.li"],
};
const WITH_PREFIX: LineRules = {
  ...RULES,
  naming: { ...RULES.naming, prefix: "https://shop.example/media" },
};
const check = (text: string, rules = RULES) => checkInvalidationLines(text, rules);
const one = (text: string, rules = RULES) => check(text, rules)[0];

describe("an original", () => {
  test.each([
    ["/sample.li/flat1.jpg", "sample.li/flat1.jpg"],
    ["sample.li/flat1.jpg", "sample.li/flat1.jpg"],
    ["/v7/sample.li/flat1.jpg", "sample.li/flat1.jpg"],
    ["https://sample.li/flat1.jpg", "sample.li/flat1.jpg"],
    ["HTTP:/cdn.sample.li:8080/flat1.jpg", "cdn.sample.li:8080/flat1.jpg"],
    ["/_media_/hat.jpg", "shop.example/media/hat.jpg"],
    ["https://shop.example/media/hat.jpg", "shop.example/media/hat.jpg"],
    ["_files_/my hat, red.jpg", "folder:files/my%20hat,%20red.jpg"],
  ])("is right as %s", (text, name) => {
    expect(one(text.replace(", ", "%2C "))).toMatchObject({
      verdict: "right",
      name: name.replace(",%20", ",%20"),
    });
  });

  test.each([
    // The three of the seed, with the right form beside them.
    ["/sample.li/flat1.jpg?w=500", "/sample.li/flat1.jpg"],
    ["doc.cloudimg.io/sample.li/flat1.jpg", "/sample.li/flat1.jpg"],
    ["doc.cloudimg.io/sample.li/flat1.jpg?w=500", "/sample.li/flat1.jpg"],
    ["https://doc.cloudimg.io/v7/https://sample.li/flat1.jpg?w=500", "/https://sample.li/flat1.jpg"],
    ["https://img.example.com/v7/_media_/hat.jpg?w=1&vh=2", "/_media_/hat.jpg"],
    ["127.0.0.1:8080/_media_/hat.jpg", "/_media_/hat.jpg"],
    // Every host whose first label is the project's name delivers for it.
    ["https://doc.img.example/v7/_media_/hat.jpg", "/_media_/hat.jpg"],
    ["media/hat.jpg", "/_media_/hat.jpg"],
    ["https://me:secret@sample.li/flat1.jpg", "/https://sample.li/flat1.jpg"],
  ])("is wrong as %s, and %s is offered instead", (text, correction) => {
    const line = one(text);
    expect(line).toMatchObject({ verdict: "wrong", correction });
    expect(line?.sentence).toMatch(/^[A-Z].*\.$/s);
    expect(line).not.toHaveProperty("path");
    expect(one(correction)).toMatchObject({ verdict: "right" });
  });

  test.each([
    "hat.jpg",
    "/_unknown_/hat.jpg",
    "https://",
    "/sample.li/*/x.jpg",
    "/_files_/../../etc/passwd",
    "/*",
  ])("is wrong as %s, and nothing is offered that would be wrong too", (text) => {
    expect(one(text)).toEqual({
      ...{ text, start: 0, end: text.length, verdict: "wrong" },
      sentence: expect.stringMatching(/^[A-Z].*\.$/s),
    });
  });

  test("of a host that the project has nothing from is doubtful, and may be sent", () => {
    const line = one("/elsewhere.example/a.jpg");
    expect(line).toMatchObject({ verdict: "doubtful", path: "/elsewhere.example/a.jpg" });
    expect(line?.sentence).toContain("elsewhere.example");
    expect(one("/elsewhere.example/a.jpg", { ...RULES, origins: ["*"] })?.verdict).toBe("right");
  });

  test("may come from a host that begins with the project's name", () => {
    const shop = { ...RULES, project: "shop" };
    for (const text of ["https://shop.example/media/hat.jpg", "shop.example/other/hat.jpg"]) {
      expect(one(text, shop)?.verdict).toBe("right");
    }
    const below = { ...shop, origins: ["example.com"] };
    expect(one("shop.example.com/hat.jpg", below)?.verdict).toBe("right");
    expect(one("shop.example.com/v7/_media_/hat.jpg", below)?.correction).toBe("/_media_/hat.jpg");
  });

  test("needs neither host nor alias where the project has a prefix", () => {
    expect(one("/hat.jpg", WITH_PREFIX)).toMatchObject({
      ...{ verdict: "right", path: "/hat.jpg", name: "shop.example/media/hat.jpg" },
    });
    expect(check("/hat.jpg\n/_media_/hat.jpg", WITH_PREFIX)[1]).toMatchObject({
      ...{ verdict: "doubtful", correction: "" },
    });
  });
});

describe("what is named twice", () => {
  test("is found however it is written, and taken out by its correction", () => {
    const text = "/_media_/hat.jpg\nhttps://shop.example/media/hat.jpg, /sample.li/a.jpg";
    const lines = check(text);
    expect(lines.map(({ verdict }) => verdict)).toEqual(["right", "doubtful", "right"]);
    expect(lines[1]?.sentence).toContain("line 1");
    expect(correctInvalidationLines(text, lines)).toBe("/_media_/hat.jpg\n/sample.li/a.jpg");
  });

  test("at the end goes with what separated it", () => {
    const text = "/sample.li/a.jpg,/sample.li/a.jpg\n";
    expect(correctInvalidationLines(text, check(text))).toBe("/sample.li/a.jpg");
  });
});

describe("a folder", () => {
  const folders: LineRules = { ...RULES, kind: "folder" };
  test.each([
    ["/_media_/summer", "/_media_/summer/*"],
    ["/_media_/summer/", "/_media_/summer/*"],
    ["/_media_/summer/hat.jpg", "/_media_/summer/*"],
    ["https://img.example.com/v7/_media_/summer/", "/_media_/summer/*"],
  ])("is meant by %s", (text, correction) => {
    expect(one(text, folders)).toMatchObject({ verdict: "wrong", correction });
  });
  test("is right with a star, and known for what it is among originals", () => {
    expect(one("/_media_/summer/*", folders)).toMatchObject({
      ...{ verdict: "right", path: "/_media_/summer/*", name: "shop.example/media/summer/" },
    });
    expect(one("/_media_/summer/*")).toMatchObject({ verdict: "right", sentence: expect.any(String) });
    expect(one("/half-a-ho*", folders)?.verdict).toBe("wrong");
  });
});

describe("an exact URL", () => {
  const urls: LineRules = { ...RULES, kind: "url" };
  test("keeps its query, and loses host and v7", () => {
    expect(one("https://img.example.com/v7/_media_/hat.jpg?w=500&crop=1,2", urls)).toMatchObject({
      ...{ verdict: "right", path: "/_media_/hat.jpg?w=500&crop=1,2", name: "shop.example/media/hat.jpg" },
    });
    const lines = check("/_media_/hat.jpg?w=1\n/_media_/hat.jpg?w=2\n/v7/_media_/hat.jpg?w=1", urls);
    expect(lines.map(({ verdict }) => verdict)).toEqual(["right", "right", "doubtful"]);
  });
  test("has no wildcard", () => {
    expect(one("/_media_/*?w=1", urls)?.verdict).toBe("wrong");
  });
});

const piece = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    ...["/", "v7/", "https://", "http%3A%2F%2F", "img.example.com/", "doc.x.cloudimg.io/", "doc.example/"],
    ...[
      "sample.li/",
      "_media_/",
      "_files_/",
      "media/",
      "../",
      "a.jpg",
      "?w=5",
      "*",
      "#",
      ",",
      "\n",
      " ",
      "me@",
    ],
  ),
);
const texts = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));
const rules = fc
  .tuple(
    fc.constantFrom(RULES, WITH_PREFIX),
    fc.constantFrom("original" as const, "folder" as const, "url" as const),
  )
  .map(([base, kind]): LineRules => ({ ...base, kind }));

test("any text is checked: what is not wrong has a path, what is not right has a sentence", () => {
  fc.assert(
    fc.property(texts, rules, (text, some) => {
      for (const line of check(text, some)) {
        expect(line.path === undefined).toBe(line.verdict === "wrong");
        if (line.verdict !== "right") expect(line.sentence).toMatch(/^[A-Z].*\.$/s);
        if (line.path === undefined || some.kind === "url") continue;
        // As the server reads it.
        expect(normalizeInvalidationPath(line.text, { hosts: some.hosts })).toMatchObject({
          ok: true,
          path: line.path,
        });
      }
    }),
    { numRuns: 3_000 },
  );
});

test("what is corrected needs no further correction, and loses no line that was right", () => {
  fc.assert(
    fc.property(texts, rules, (text, some) => {
      const before = check(text, some);
      const corrected = correctInvalidationLines(text, before);
      const behind = check(corrected, some);
      const right = before.filter(({ verdict }) => verdict === "right").map((line) => line.text);
      expect(behind.map((line) => line.text)).toEqual(expect.arrayContaining(right));
      // A line that was put right may now name what another one names: that is the one thing left.
      for (const line of behind) if (line.correction !== undefined) expect(line.correction).toBe("");
    }),
    {
      numRuns: 3_000,
      // The comma parts only because of the query before it, which goes.
      examples: [["a?w=5a.jpg,b", { ...WITH_PREFIX, kind: "original" }]],
    },
  );
});
