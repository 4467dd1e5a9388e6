import { expect, test, vi } from "vitest";
import { GROUPS } from "../../bench/cell.ts";
import { CELLS } from "../../bench/cells.ts";
import { figures, replaceFigures } from "../../bench/docs.ts";
import { judge } from "../../bench/gate.ts";
import { readOptions } from "../../bench/options.ts";

const names = (...args: readonly string[]) => readOptions(args)?.cells.map(({ name }) => name);

test("every comparison has a name of its own that is no other group's, and every group has one", () => {
  const own = CELLS.map(({ name }) => name);
  expect(new Set(own).size).toBe(own.length);
  for (const { name, group } of CELLS)
    expect(GROUPS.filter((each) => each === name && each !== group)).toEqual([]);
  expect(new Set(CELLS.map(({ group }) => group))).toEqual(new Set(GROUPS));
});

test("without a name everything runs, within forty minutes; a group has eight minutes", () => {
  expect(names()).toEqual(CELLS.map(({ name }) => name));
  expect(readOptions([])).toMatchObject({ seconds: 2_400, rounds: 5, pace: 0.5, gate: false, quick: false });
  expect(readOptions(["hits"])).toMatchObject({ seconds: 480, rounds: 7, pace: 1 });
  expect(readOptions(["herd"])).toMatchObject({ seconds: 480, pace: 2 });
  expect(readOptions(["hits", "stress"])).toMatchObject({ seconds: 960 });
  expect(readOptions(["--quick", "--minutes", "3"])).toMatchObject({ seconds: 180, rounds: 3 });
});

test("groups and comparisons are named first or by --only, in any order", () => {
  const hits = CELLS.filter(({ group }) => group === "hits").map(({ name }) => name);
  expect(names("hits")).toEqual(hits);
  expect(names("--only", "hits")).toEqual(hits);
  expect(names("herd,keys")).toEqual(["keys", "herd"]);
  expect(names("herd", "--only", "keys", "--gate")).toEqual(["keys", "herd"]);
});

test.each([
  [["hitz"]],
  [["--rounds", "0"]],
  [["--minutes", "x"]],
  [["--no-such"]],
  [["hits", "--write-docs"]],
])("%j is refused in a sentence", (args) =>
  expect(() => readOptions(args)).toThrow(/no group|whole number|no-such|one whole run/),
);

test("help names every group and every comparison and runs nothing", () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  expect(readOptions(["--help"])).toBeUndefined();
  const [[text = ""] = []] = print.mock.calls;
  print.mockRestore();
  for (const { name, about } of CELLS) expect(text).toMatch(new RegExp(`  ${name} +${about.slice(0, 20)}`));
});

test("figures are written between their marks, and nothing else of the page changes", () => {
  const run = {
    ...{ at: new Date(0), seconds: 600, rounds: 7, quick: false, load: 2 },
    machine: { cores: 2, processor: "some processor", node: "v24" },
  };
  const verdicts = judge({ "G7.15": { median: 1.9, spread: 0.1 } }, () => "a | b");
  const text = figures({ run, tables: ["Table\n  a   b"], verdicts, leftOut: ["oximg: not found"] });
  expect(text).toContain("A run of 1970-01-01: up to 7 rounds in 10 minutes on 2 cores of some processor");
  expect(text).toContain("```text\nTable\n  a   b\n```");
  expect(text).toContain(
    "| G7 a hit costs little more than a static file | CPU per memory hit of 15 kB ÷ nginx static | 1.90",
  );
  expect(text).toMatch(/^- not measured: a \| b: G1 a miss costs what the pixels cost; /m);
  const page = replaceFigures(
    `before\n<!-- figures: written by npm run bench -- --write-docs -->\nold\n<!-- end of figures -->\nafter\n`,
    text,
  );
  expect(page).toMatch(/^before\n/);
  expect(page).toMatch(/<!-- end of figures -->\nafter\n$/);
  expect(page).not.toContain("old");
  expect(replaceFigures(page, text)).toBe(page);
  expect(() => replaceFigures("no marks", text)).toThrow(/has to hold/);
});
