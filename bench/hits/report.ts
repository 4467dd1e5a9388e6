import type { Aim, Outcome } from "../cell.ts";
import type { Panel } from "../chart/panel.ts";
import type { Measured } from "../goals.ts";
import { median, type Ratio, ratioOf, STEADY } from "../statistics.ts";
import { shown, table } from "../table.ts";
import { type HitComparison, type HitRound, NOT_COUNTING, STATIC } from "./compare.ts";

type Value = (round: HitRound) => number;
const cpu: Value = ({ cpuMicroseconds }) => cpuMicroseconds;
const rate: Value = ({ perSecond }) => perSecond;
const p50: Value = ({ latencies }) => latencies[0] ?? Number.NaN;

/** Tables, goals and panels of hits. */
export function reportHits(comparisons: readonly HitComparison[]): Outcome {
  const found: Record<string, Ratio | undefined> = {};
  for (const comparison of comparisons) {
    const own = (value: Value) => between(comparison, value, "freshet", STATIC);
    const size = comparison.label.replace(" kB", "");
    found[`G7.${size}`] = own(cpu);
    if (size === "15") Object.assign(found, { "G8.rate": own(rate), "G8.p50": own(p50) });
    if (size === "282") found["G7.282.rate"] = own(rate);
  }
  const measured = Object.fromEntries(
    Object.entries(found).filter(([, ratio]) => ratio !== undefined),
  ) as Measured;
  return {
    figures: comparisons,
    tables: comparisons.map(hitTable),
    measured,
    aims: comparisons.slice(0, 1).flatMap(countingAim),
    panels: comparisons.map(hitPanel),
  };
}

function between({ peers }: HitComparison, value: Value, one: string, other: string): Ratio | undefined {
  const [first, second] = [one, other].map((name) =>
    peers.find((peer) => peer.name === name)?.rounds.map(value),
  );
  return first && second && ratioOf(first, second);
}

function hitTable(comparison: HitComparison): string {
  const { label, bytes, peers } = comparison;
  const rows = peers.map(({ name, rounds }) => {
    const of = (value: Value) => median(rounds.map(value));
    const times = (value: Value) => {
      const ratio = between(comparison, value, name, STATIC);
      return ratio ? shown(ratio) : "–";
    };
    const latencies = [p50, ({ latencies }: HitRound) => latencies[1] ?? Number.NaN];
    return [
      name,
      of(cpu).toFixed(1),
      times(cpu),
      of(rate).toFixed(0),
      times(rate),
      latencies.map((value) => of(value).toFixed(2)).join(" / "),
    ];
  });
  const head = ["", "CPU µs/request", "× static", "requests/s", "× static", "p50 / p99 ms"];
  return table(`Hits of ${label} (${bytes} bytes), one core, 32 connections`, [head, ...rows]);
}

function countingAim(comparison: HitComparison): readonly Aim[] {
  const ratio = between(comparison, cpu, "freshet", NOT_COUNTING);
  if (ratio === undefined) return [];
  const text = `CPU per memory hit of ${comparison.label} ÷ without analytics`;
  return [{ text, value: ratio.median, atMost: 1.05, steady: ratio.spread <= STEADY }];
}

function hitPanel(comparison: HitComparison): Panel {
  return {
    title: `A hit of ${comparison.label}: CPU per request on one core`,
    axis: "× nginx serving the file (less is better)",
    base: { at: 1, label: STATIC },
    rows: comparison.peers
      .filter(({ name }) => name !== STATIC && name !== NOT_COUNTING)
      .flatMap(({ name }) => {
        const ratio = between(comparison, cpu, name, STATIC);
        return ratio ? [{ name, ratio }] : [];
      }),
  };
}
