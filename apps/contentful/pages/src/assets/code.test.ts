import fc from "fast-check";
import { expect, test } from "vitest";
import { CODE_KINDS, codeFor, withQuery } from "./code.ts";

const of = {
  endpoint: "https://img.example",
  original: "ctf:space1/hat",
  version: undefined,
  title: "A hat",
  width: 1200,
  transformation: withQuery("w=600&h=300"),
};

test("code shows the picture with what is asked of it, in sizes that it has", () => {
  expect(codeFor("url", of)).toBe("https://img.example/v7/ctf:space1/hat?w=600&h=300");
  const html = codeFor("img", { ...of, version: "t9c1f03ab" });
  expect(html).toContain('src="https://img.example/v7/ctf:space1/hat?w=600&amp;h=300&amp;vh=t9c1f03ab"');
  expect([...html.matchAll(/ (\d+)w/g)].map(([, width]) => width)).toEqual(["320", "480", "640", "960"]);
  expect(codeFor("img", { ...of, width: 100 })).not.toContain("srcset");
  expect(codeFor("markdown", { ...of, title: "a [b]\nc" })).toBe(
    "![a \\[b\\] c](<https://img.example/v7/ctf:space1/hat?w=600&h=300>)",
  );
});

test("whatever a title says, it never leaves its place in the code", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.constantFrom(...CODE_KINDS), (title, kind) => {
      const code = codeFor(kind, { ...of, width: 400, title });
      if (kind === "img") {
        expect(code.match(/[<>]/g)).toEqual(["<", ">"]);
        expect(code.match(/"/g)).toHaveLength(10);
      }
      if (kind === "markdown") expect(code.match(/(?<!\\)(?:\\\\)*\]/g)).toHaveLength(1);
    }),
  );
});
