import fc from "fast-check";
import { expect, test } from "vitest";
import { doublingAxis, linearAxis } from "../../bench/chart/axis.ts";
import { drawing } from "../../bench/chart/drawing.ts";
import { partOf } from "../../bench/chart/goal-strip.ts";
import type { Panel } from "../../bench/chart/panel.ts";
import { judge } from "../../bench/gate.ts";

const panelOf = (rows: Panel["rows"]): Panel => ({
  title: "A hit of 15 kB: CPU <per> request & core",
  axis: "× nginx (less is better)",
  base: { at: 1, label: "nginx" },
  rows,
});

test("a linear axis begins at nothing, ends at or above what is drawn, and has few round numbers", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (most) => {
      const { ticks, place } = linearAxis(most);
      expect(ticks[0]).toBe(0);
      expect(ticks.length).toBeGreaterThan(2);
      expect(ticks.length).toBeLessThan(8);
      expect(place(0)).toBe(0);
      expect(place(most)).toBeLessThanOrEqual(1 + 1e-9);
      expect(place(most)).toBeGreaterThan(0.4);
    }),
  );
});

test("a doubling axis puts the bar at the same place whatever is drawn, and what is beyond it at its ends", () => {
  const { ticks, place } = doublingAxis(1 / 4, 4);
  expect(ticks).toEqual([0.25, 0.5, 1, 2, 4]);
  expect([0, 0.01, 0.25, 1, 4, 1e9].map(place)).toEqual([0, 0, 0, 0.5, 1, 1]);
});

test("a figure is left of the bar exactly if it keeps it, at most or at least", () => {
  const bounds = fc.oneof(
    fc.record({ atMost: fc.double({ min: 0, max: 1e3, noNaN: true }) }),
    fc.record({ atLeast: fc.double({ min: 0, max: 1e3, noNaN: true }) }),
  );
  fc.assert(
    fc.property(bounds, fc.double({ min: 0, max: 1e3, noNaN: true }), (bound, value) => {
      const keeps = "atMost" in bound ? value <= bound.atMost : value >= bound.atLeast;
      // Divisions round: on the line itself both are right.
      if (Math.abs(value - ("atMost" in bound ? bound.atMost : bound.atLeast)) > 1e-9)
        expect(partOf(bound, value) <= 1).toBe(keeps);
    }),
  );
});

test("the picture is well-formed, labels its axes, names every contender and both colour schemes", () => {
  const panel = panelOf([
    { name: "freshet", ratio: { median: 1.9, spread: 0.1 } },
    { name: 'a "peer" <x>', ratio: { median: 4.25, spread: 0.3 } },
  ]);
  const verdicts = judge({ "G7.15": { median: 1.9, spread: 0.1 } }, () => "");
  const svg = drawing([panel, panel, panel], verdicts);
  expect(svg).toContain("× nginx (less is better)");
  expect(svg).toContain("a &quot;peer&quot; &lt;x&gt;");
  expect(svg).toContain("prefers-color-scheme:dark");
  expect(svg).toContain("G7  CPU per memory hit of 15 kB ÷ nginx static");
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(isWellFormed(svg)).toBe(true);
});

test("without anything to draw it is an empty picture", () => {
  const svg = drawing(
    [],
    judge({}, () => ""),
  );
  expect(isWellFormed(svg)).toBe(true);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

/** Whether every tag is closed in its order; texts hold no bare sign. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  for (const [, closing, name = "", single] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (single) continue;
    if (!closing) open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0 && !/&(?!amp;|lt;|gt;|quot;)/.test(xml.replace(/<style>[^<]*<\/style>/, ""));
}
