import { expect, test } from "vitest";
import { type Cell, NotHere, type Outcome, type Parts } from "../../bench/cell.ts";
import { measuredOf, type Runner, runCells, whyNot } from "../../bench/run.ts";

const wishes = { rounds: 3, quick: false, pace: 1, seconds: 60 } as const;
const silent = () => {};
/** In this process, without an origin and pictures. */
const here: Runner = (cell, leaveOut) => cell.run({ leaveOut } as Parts, wishes, silent);

/** A cell that gives one outcome after the other. */
function cellOf(name: string, ...outcomes: readonly (Partial<Outcome> | Error)[]): Cell & { runs: number } {
  return {
    name,
    group: "hits",
    about: "",
    runs: 0,
    async run() {
      const outcome = outcomes[Math.min(this.runs, outcomes.length - 1)] ?? {};
      this.runs += 1;
      if (outcome instanceof Error) throw outcome;
      return { figures: this.runs, tables: [], ...outcome };
    },
  };
}

const spread = (part: number) => ({ measured: { G4: { median: 1, spread: part } } });

test("a cell whose rounds differ too much is run once more, and the steadier of the two counts", async () => {
  const better = cellOf("a", spread(0.4), spread(0.2));
  const worse = cellOf("b", spread(0.2), spread(0.4));
  const steady = cellOf("c", spread(0.15));
  const { outcomes } = await runCells({ ...wishes, cells: [better, worse, steady] }, here, silent);
  expect([better.runs, worse.runs, steady.runs]).toEqual([2, 2, 1]);
  expect([...outcomes.values()].map(({ figures }) => figures)).toEqual([2, 1, 1]);
});

test("others are measured first, and nobody twice after the time of the run", async () => {
  const order: string[] = [];
  let now = 0;
  const noting = (cell: Cell, seconds: number): Cell => ({
    ...cell,
    async run(...all) {
      order.push(cell.name);
      now += seconds * 1_000;
      return cell.run(...all);
    },
  });
  const cells = [noting(cellOf("a", spread(0.4)), 29), noting(cellOf("b", spread(0.4)), 2)];
  await runCells({ ...wishes, cells }, here, silent, () => now);
  expect(order).toEqual(["a", "b", "a", "b"]);
  order.length = 0;
  now = 0;
  await runCells({ ...wishes, seconds: 40, cells }, here, silent, () => now);
  expect(order).toEqual(["a", "b", "a"]);
});

test("a second run that fails leaves the first standing, and a quick run has none", async () => {
  const failing = cellOf("a", spread(0.4), new Error("port in use"));
  const results = await runCells({ ...wishes, cells: [failing] }, here, silent);
  expect(results.failed).toBe(false);
  expect(measuredOf(results)).toEqual({ G4: { median: 1, spread: 0.4 } });
  const quick = cellOf("b", spread(0.4));
  await runCells({ ...wishes, quick: true, cells: [quick] }, here, silent);
  expect(quick.runs).toBe(1);
});

test("what is not here is named and nothing failed; what failed is named, and the others go on", async () => {
  const cells = [
    cellOf("a", new NotHere("no wrk")),
    cellOf("b", new Error("wrong bytes\nat…")),
    cellOf("c", {}),
  ];
  const absent = await runCells({ ...wishes, cells: cells.slice(0, 1) }, here, silent);
  expect(absent.failed).toBe(false);
  const results = await runCells({ ...wishes, cells }, here, silent);
  expect(results.failed).toBe(true);
  expect([...results.outcomes.keys()]).toEqual(["c"]);
  const why = (cell: string) => whyNot({ id: "G4", text: "", cell }, results, [...cells, cellOf("d")]);
  expect(why("a")).toBe("no wrk");
  expect(why("b")).toBe("wrong bytes");
  expect(why("c")).toBe("the comparison gave no figure");
  expect(why("d")).toBe("not asked for in this run");
  expect(why("e")).toBe("there is no comparison for it yet");
});

test("no cell begins after the time of the run", async () => {
  let now = 0;
  const slow: Cell = {
    ...cellOf("a"),
    async run() {
      now += 61_000;
      return { figures: now, tables: [] };
    },
  };
  const late = cellOf("b", {});
  const results = await runCells({ ...wishes, cells: [slow, late] }, here, silent, () => now);
  expect(late.runs).toBe(0);
  expect(results.without.get("b")).toContain("--minutes");
  expect(results.failed).toBe(false);
});

test("a peer that a cell leaves out explains the figures it would have given, and is told to the run", async () => {
  const cell: Cell = {
    ...cellOf("a"),
    async run(own) {
      own.leaveOut("imgproxy", "not found\non the PATH");
      return { figures: undefined, tables: [] };
    },
  };
  const lines: string[] = [];
  const results = await runCells({ ...wishes, cells: [cell] }, here, (line) => lines.push(line));
  expect(whyNot({ id: "G3", text: "", cell: "a" }, results, [cell])).toBe("imgproxy: not found");
  expect(lines).toContain("left out: imgproxy");
});
