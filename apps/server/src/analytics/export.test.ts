import fc from "fast-check";
import { expect, test } from "vitest";
import { cellOf, exportOf } from "./export.ts";

/** What a reader of RFC 4180 makes of one record. */
function parse(line: string): readonly string[] {
  const cells: string[] = [];
  for (let rest = line; ; ) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
    const plain = /^[^,]*/.exec(rest)?.[0] ?? "";
    cells.push(quoted ? (quoted[1] ?? "").replaceAll('""', '"') : plain);
    rest = rest.slice(quoted ? quoted[0].length : plain.length);
    if (rest === "") return cells;
    rest = rest.slice(1);
  }
}

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=cmd|' /C calc'!A0", "＝1", "|x", "%0A=1"])(
  "%j does not begin a formula in a spreadsheet",
  (text) => {
    const [cell = ""] = parse(cellOf(text));
    expect(cell).toBe(`'${text}`);
  },
);

test("numbers stay numbers, and nothing stays nothing", () => {
  expect([cellOf(-1.5), cellOf(0), cellOf(null), cellOf(undefined)]).toEqual(["-1.5", "0", "", ""]);
});

test("any texts come back as they were, at most behind an apostrophe", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }), (texts) => {
      const cells = parse(texts.map(cellOf).join(","));
      expect(cells.map((cell, place) => (cell === texts[place] ? cell : cell.slice(1)))).toEqual(texts);
      for (const cell of cells) expect(cell).not.toMatch(/^\s*[=+\-@|%]/);
    }),
  );
});

test("a file is one line for each row, with a head where it is a table", async () => {
  const rows = [{ at: "2026-01-01T00:00:00.000Z", url: '=a,"b"', hits: 2 }];
  const pages = () =>
    (async function* () {
      yield rows;
      yield [];
    })();
  const read = async (format: "csv" | "ndjson") => {
    const parts: string[] = [];
    for await (const part of exportOf(format, ["at", "url", "hits", "none"], pages()))
      parts.push(String(part));
    return parts.join("");
  };
  expect(await read("csv")).toBe(`at,url,hits,none\r\n2026-01-01T00:00:00.000Z,"'=a,""b""",2,\r\n`);
  expect(await read("ndjson")).toBe(`${JSON.stringify(rows[0])}\n`);
});
