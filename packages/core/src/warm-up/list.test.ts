import fc from "fast-check";
import { expect, test } from "vitest";
import { readUrlList, textOfList } from "./list.ts";

test("a line is a URL with its commas, blank lines and a head are none", () => {
  const text =
    '\uFEFFurl\r\n/a.png?f=bright:10,contrast:5\r\n\r\n  /b.png \n"/c.png?w=1,2",a boat\r/d.png?w=2,,\n\t\n';
  const bytes = new TextEncoder().encode(text);
  expect(readUrlList(textOfList(bytes))).toEqual([
    "/a.png?f=bright:10,contrast:5",
    "/b.png",
    "/c.png?w=1,2",
    "/d.png?w=2",
  ]);
});

test("a quote that is never closed costs one line", () => {
  expect(readUrlList('"/a.png\n/b.png\n""\n"/c ""d"".png"')).toEqual(["/a.png", "/b.png", '/c "d".png']);
});

test("spreadsheets save UTF-16 with a mark", () => {
  const units = "\uFEFF/ä.png\n/b.png";
  const little = Uint8Array.from(
    [...units].flatMap((each) => [each.charCodeAt(0) & 255, each.charCodeAt(0) >> 8]),
  );
  const big = Uint8Array.from(
    [...units].flatMap((each) => [each.charCodeAt(0) >> 8, each.charCodeAt(0) & 255]),
  );
  for (const bytes of [little, big]) expect(readUrlList(textOfList(bytes))).toEqual(["/ä.png", "/b.png"]);
});

const url = fc
  .array(fc.constantFrom(...'/aé.?w=1,;"&% '), { minLength: 1, maxLength: 20 })
  .map((letters) => `/${letters.join("")}x`);

test("every list that is written with quotes is read back, whatever its line breaks, marks and columns", () => {
  fc.assert(
    fc.property(
      fc.array(url, { maxLength: 8 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.boolean(),
      fc.constantFrom("", ",2030-01-31", ';"a note"', "\t7"),
      fc.array(fc.constantFrom("", " ", "\t"), { maxLength: 3 }),
      (urls, end, hasMark, more, blank) => {
        const lines = urls.flatMap((each) => [`"${each.replaceAll('"', '""')}"${more}`, ...blank]);
        const bytes = new TextEncoder().encode((hasMark ? "\uFEFF" : "") + lines.join(end));
        expect(readUrlList(textOfList(bytes))).toEqual(urls);
      },
    ),
  );
});

test("any bytes are read without an error, and no URL has a line break or is blank", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const each of readUrlList(textOfList(bytes))) expect(each).toMatch(/^[^\r\n]*\S[^\r\n]*$/);
    }),
  );
});
