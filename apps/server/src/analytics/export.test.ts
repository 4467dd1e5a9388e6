import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { cellOf, exportOf } from "./export.ts";
import type { LogView } from "./views.ts";

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
  const { signal } = new AbortController();
  const read = async (format: "csv" | "ndjson") => {
    const parts: string[] = [];
    for await (const part of exportOf(format, ["at", "url", "hits", "none"], pages(), { signal }))
      parts.push(String(part));
    return parts.join("");
  };
  expect(await read("csv")).toBe(`at,url,hits,none\r\n2026-01-01T00:00:00.000Z,"'=a,""b""",2,\r\n`);
  expect(await read("ndjson")).toBe(`${JSON.stringify(rows[0])}\n`);
});

/** Pages without end, and whether somebody still goes through them. */
function endless(rows: readonly LogView[]) {
  const ended = vi.fn();
  const pages = async function* () {
    try {
      for (;;) {
        await setImmediate();
        yield rows;
      }
    } finally {
      ended();
    }
  };
  return { pages: pages(), ended };
}

test.each([
  ["that finds nothing", []],
  ["that finds something", [{ url: "/a.jpg" }]],
])("a walk %s ends when nobody wants it any more", async (_name, rows) => {
  const { pages, ended } = endless(rows);
  const gone = new AbortController();
  const stream = exportOf("ndjson", [], pages, { signal: gone.signal }).resume();
  await setImmediate();
  expect(ended).not.toHaveBeenCalled();
  gone.abort();
  await once(stream, "close");
  expect(ended).toHaveBeenCalledOnce();
});

test("a file that is no longer read ends by itself, and one that is read slowly does not", async () => {
  const rows = Array.from({ length: 1_000 }, (_, at) => ({ url: `/${at}${"x".repeat(300)}.jpg` }));
  const { signal } = new AbortController();
  const stopped = endless(rows);
  const stream = exportOf("ndjson", [], stopped.pages, { signal, stallMs: 100 });
  stream.once("readable", () => stream.read(1));
  const [error] = await once(stream, "error");
  expect(error).toMatchObject({ message: "Nobody reads the export." });
  await expect.poll(() => stopped.ended).toHaveBeenCalledOnce();

  const slow = endless(rows);
  const begun = performance.now();
  let bytes = 0;
  for await (const piece of exportOf("ndjson", [], slow.pages, { signal, stallMs: 1_000 })) {
    bytes += piece.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (performance.now() - begun > 1_500) break;
  }
  expect(bytes).toBeGreaterThan(100_000);
  await expect.poll(() => slow.ended).toHaveBeenCalledOnce();
});
