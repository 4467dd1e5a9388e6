import { expect, test } from "vitest";
import { goalRows, isShut, judge, summary, unmeasuredLines } from "../../bench/gate.ts";
import { GOALS } from "../../bench/goals.ts";

const ratio = (median: number, spread = 0.01) => ({ median, spread });
const verdictOf = (id: string, value: number) =>
  judge({ [id]: ratio(value) }, () => "not here").find(({ criterion }) => criterion.id === id);

test("there are 26 goals, and no two figures share a name", () => {
  expect(GOALS.map(({ name }) => name)).toEqual(Array.from({ length: 26 }, (_, at) => `G${at + 1}`));
  const ids = GOALS.flatMap(({ criteria }) => criteria.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  for (const { name, criteria } of GOALS) {
    expect(criteria.length).toBeGreaterThan(0);
    for (const { id } of criteria) expect(id === name || id.startsWith(`${name}.`)).toBe(true);
  }
});

test("an aim is never easier to reach than its bar", () => {
  for (const { id, bar, aim } of GOALS.flatMap((goal) => goal.criteria.map((each) => each as Criterion))) {
    expect(bar ?? aim, id).toBeDefined();
    if (!bar || !aim) continue;
    if ("atMost" in bar) expect("atMost" in aim && aim.atMost, id).toBeLessThanOrEqual(bar.atMost);
    else expect("atLeast" in aim && aim.atLeast, id).toBeGreaterThanOrEqual(bar.atLeast);
  }
});

test("a figure reaches its aim, passes its bar, or misses it; on the line it keeps it", () => {
  expect(verdictOf("G7.15", 1.6)?.standing).toBe("aim");
  expect(verdictOf("G7.15", 1.61)?.standing).toBe("bar");
  expect(verdictOf("G7.15", 2)?.standing).toBe("bar");
  expect(verdictOf("G7.15", 2.01)?.standing).toBe("missed");
  expect(verdictOf("G8.rate", 0.65)?.standing).toBe("aim");
  expect(verdictOf("G8.rate", 0.5)?.standing).toBe("bar");
  expect(verdictOf("G8.rate", 0.49)?.standing).toBe("missed");
});

test("an aim without a bar that is missed shuts no gate", () => {
  const verdicts = judge({ "G7.282.rate": ratio(0.2) }, () => "");
  expect(verdicts.find(({ criterion }) => criterion.id === "G7.282.rate")?.standing).toBe("bar");
  expect(isShut(verdicts)).toBe(false);
});

test("a bar without an aim is reached when it is kept", () => {
  expect(verdictOf("G3.vipsthumbnail", 0.6)?.standing).toBe("aim");
  expect(verdictOf("G3.vipsthumbnail", 0.8)?.standing).toBe("missed");
});

test("one figure below its bar shuts the gate, what was not measured does not", () => {
  const good = { "G1.webp.1": ratio(1.01), "G7.15": ratio(1.5) };
  expect(isShut(judge(good, () => "not asked for"))).toBe(false);
  expect(isShut(judge({ ...good, G25: ratio(9) }, () => "not asked for"))).toBe(true);
});

test("a figure that could not be computed counts as not measured, with its reason", () => {
  const [verdict] = judge({ "G1.webp.1": ratio(Number.NaN) }, () => "left out: bare sharp");
  expect(verdict).toMatchObject({ standing: "unknown", why: "left out: bare sharp" });
});

test("every goal is named: in a row with what it means, or in the line of its reason", () => {
  const verdicts = judge({ "G12.memory.ms": ratio(9.46, 0.4) }, ({ cell }) => `no ${cell}`);
  expect(goalRows(verdicts)).toEqual([
    [
      "G12 hits do not wait behind renders",
      "p99 of memory hits while 32 misses wait",
      "9.46 ms ±20 % ~",
      "≤ 25 ms",
      "≤ 10 ms",
      "reached",
    ],
  ]);
  const lines = unmeasuredLines(verdicts);
  expect(lines).toContain(
    "not measured: no cold-start: G22 process start → first picture ÷ bare node + fastify + sharp",
  );
  expect(lines).toContain("not measured: no keys: G25 a URL is understood once");
  for (const { name, criteria } of GOALS) {
    const left = criteria.filter(({ id }) => id !== "G12.memory.ms");
    for (const { text, cell } of left) {
      const line = lines.find((each) => each.startsWith(`not measured: no ${cell}: `));
      expect(line).toMatch(new RegExp(`[:;] ${name} `));
      if (name === "G12") expect(line).toContain(text);
    }
  }
});

test("the summary counts every figure once", () => {
  const verdicts = judge({ "G7.15": ratio(1), "G7.25": ratio(1.9), "G8.p50": ratio(3) }, () => "");
  expect(summary(verdicts)).toBe(
    `1 figures reach their aim, 1 pass their bar, 1 miss it, ${verdicts.length - 3} were not measured.`,
  );
});

type Criterion = Parameters<Parameters<typeof judge>[1]>[0];
