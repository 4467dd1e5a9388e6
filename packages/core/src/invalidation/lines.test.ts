import fc from "fast-check";
import { expect, test } from "vitest";
import { splitInvalidationLines } from "./lines.ts";

const split = (text: string) => splitInvalidationLines(text).map((line) => line.text);

test.each<[string, readonly string[]]>([
  ["", []],
  [" \n,\t, \r\n", []],
  ["/sample.li/a.jpg", ["/sample.li/a.jpg"]],
  ["/sample.li/a.jpg\n/sample.li/b.jpg\r\n", ["/sample.li/a.jpg", "/sample.li/b.jpg"]],
  ["/sample.li/a.jpg,/sample.li/b.jpg", ["/sample.li/a.jpg", "/sample.li/b.jpg"]],
  [
    "/sample.li/a.jpg, sample.li/b.jpg ,\n_media_/c.jpg",
    ["/sample.li/a.jpg", "sample.li/b.jpg", "_media_/c.jpg"],
  ],
  [
    "a.example/x,b.example:8080/y,https://c.example/z",
    ["a.example/x", "b.example:8080/y", "https://c.example/z"],
  ],
  ["hat.jpg,scarf.jpg", ["hat.jpg", "scarf.jpg"]],
  ["hat.jpg\tscarf.jpg", ["hat.jpg", "scarf.jpg"]],
  ["/a.jpg /b.png  https://c.example/d", ["/a.jpg", "/b.png", "https://c.example/d"]],
  // A comma or a space that belongs to the path.
  ["/sample.li/a,b.jpg", ["/sample.li/a,b.jpg"]],
  ["/sample.li/size,200/a.jpg", ["/sample.li/size,200/a.jpg"]],
  ["/sample.li/my hat.jpg", ["/sample.li/my hat.jpg"]],
  ["/sample.li/a.jpg%2C/b.jpg", ["/sample.li/a.jpg%2C/b.jpg"]],
  ["/sample.li/a.jpg?crop=1,2,30,40&w=5", ["/sample.li/a.jpg?crop=1,2,30,40&w=5"]],
  ["/sample.li/a.jpg?crop=1,2,/sample.li/b.jpg", ["/sample.li/a.jpg?crop=1,2", "/sample.li/b.jpg"]],
  ["hat.jpg?w=1,scarf.jpg?w=2", ["hat.jpg?w=1", "scarf.jpg?w=2"]],
  ["/x/*,/y/*", ["/x/*", "/y/*"]],
])("%j lists %j", (text, expected) => {
  expect(split(text)).toEqual(expected);
});

const piece = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(",", "\n", " ", "\t", "/", "a.jpg", "?w=1,2", "h.example/", "https://", "_a_/", "%2C"),
);
const texts = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));

test("lines stand in order, apart, trimmed, and where they say; what is left between them is space and commas", () => {
  fc.assert(
    fc.property(texts, (text) => {
      let end = 0;
      for (const line of splitInvalidationLines(text)) {
        expect(text.slice(line.start, line.end)).toBe(line.text);
        expect(line.text).toBe(line.text.trim());
        expect(line.text).not.toBe("");
        expect(line.text).not.toMatch(/[\n\r\t]/);
        expect(text.slice(end, line.start)).toMatch(/^[\s,]*$/);
        end = line.end;
      }
      expect(text.slice(end)).toMatch(/^[\s,]*$/);
    }),
    { numRuns: 2_000 },
  );
});

test("each line alone is the same line, and so are all of them below each other", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const lines = split(text);
      for (const line of lines) expect(split(line)).toEqual([line]);
      expect(split(lines.join("\n"))).toEqual(lines);
    }),
    { numRuns: 2_000 },
  );
});

test("a long text is taken apart in time that grows with its length", () => {
  const text = `${"/sample.li/a,b.jpg?crop=1,2 ".repeat(5_000)}\n`.repeat(2);
  const begun = performance.now();
  splitInvalidationLines(text);
  expect(performance.now() - begun).toBeLessThan(5_000);
});
