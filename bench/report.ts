import { type ConsoleLoads, reportConsole } from "./console/report.ts";
import { type FreshnessFigures, reportFreshness } from "./freshness/report.ts";
import { HERD, type HerdPeer } from "./herd.ts";
import { type HitComparison, NOT_COUNTING } from "./hits.ts";
import { type QualityFigures, reportQuality } from "./quality/report.ts";
import type { RenderPeer } from "./renders.ts";
import { median, type Ratio, ratioOf } from "./statistics.ts";
import { reportStats, type StatsTimes } from "./stats/report.ts";
import { table } from "./table.ts";

/** Ratios whose middle half is wider than this are marked: the machine was too busy to trust them. */
const STEADY = 0.15;

/** A figure with what it should be: at most this, or at least that. */
export interface Aim {
  readonly text: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly unit?: string;
  /** Not shaken by other work on the machine. */
  readonly steady: boolean;
}

export interface Figures extends FreshnessFigures {
  quality?: QualityFigures;
  renders?: readonly RenderPeer[];
  hits?: readonly HitComparison[];
  herds?: readonly HerdPeer[];
  stats?: readonly StatsTimes[];
  console?: readonly ConsoleLoads[];
}

/** What is compared with what, as tables and aims. Medians over rounds; ratios are medians of per-round ratios. */
export function report(figures: Figures): {
  readonly tables: string;
  readonly aims: readonly Aim[];
} {
  const { renders, hits, herds } = figures;
  const freshness = reportFreshness(figures);
  const stats = reportStats(figures.stats ?? []);
  const quality = reportQuality(figures.quality ?? {});
  const opened = reportConsole(figures.console ?? []);
  const sections = [
    ...(renders ? [renderTable(renders)] : []),
    ...(hits ?? []).map(hitTable),
    ...(herds ? [herdTable(herds)] : []),
    ...quality.tables,
    ...stats.tables,
    ...opened.tables,
    ...freshness.tables,
  ];
  const aims = [
    ...(renders ? renderAims(renders) : []),
    ...hitAims(hits ?? []),
    ...(herds ? herdAims(herds) : []),
    ...quality.aims,
    ...stats.aims,
    ...opened.aims,
    ...freshness.aims,
  ];
  return { tables: sections.join("\n\n"), aims };
}

function renderTable(peers: readonly RenderPeer[]): string {
  const [loop] = peers;
  const rows = peers.map(({ name, rounds }) => [
    name,
    median(rounds.map(({ cpuMs }) => cpuMs)).toFixed(1),
    shown(
      ratioOf(
        rounds.map(({ cpuMs }) => cpuMs),
        (loop?.rounds ?? []).map(({ cpuMs }) => cpuMs),
      ),
    ),
    median(rounds.map(({ alone }) => alone)).toFixed(0),
    median(rounds.map(({ perSecond }) => perSecond)).toFixed(1),
    shown(
      ratioOf(
        rounds.map(({ perSecond }) => perSecond),
        (loop?.rounds ?? []).map(({ perSecond }) => perSecond),
      ),
    ),
    rounds[0]?.latencies
      .map((_, at) => median(rounds.map(({ latencies }) => latencies[at] ?? 0)).toFixed(0))
      .join(" / ") ?? "",
    megabytes(Math.max(...rounds.map(({ peakBytes }) => peakBytes))),
  ]);
  const head = [
    "",
    "CPU ms/picture",
    "× sharp",
    "alone ms",
    "pictures/s of 16",
    "× sharp",
    "p50 / p99 ms of 16",
    "peak MB",
  ];
  return table("Uncached JPEG of 12 to 24 megapixels → WebP q80, 800 pixels wide", [head, ...rows]);
}

function hitTable({ label, bytes, peers }: HitComparison): string {
  const nginx = peers.find(({ name }) => name === "nginx");
  const cpu = ({ rounds }: { readonly rounds: readonly { readonly cpuMicroseconds: number }[] }) =>
    rounds.map(({ cpuMicroseconds }) => cpuMicroseconds);
  const rows = peers.map((peer) => [
    peer.name,
    median(cpu(peer)).toFixed(1),
    nginx ? shown(ratioOf(cpu(peer), cpu(nginx))) : "–",
    median(peer.rounds.map(({ perSecond }) => perSecond)).toFixed(0),
    peer.rounds[0]?.latencies
      .map((_, at) => median(peer.rounds.map(({ latencies }) => latencies[at] ?? 0)).toFixed(2))
      .join(" / ") ?? "",
  ]);
  const head = ["", "CPU µs/request", "× nginx", "requests/s", "p50 / p99 ms"];
  return table(`Hits of ${label} (${bytes} bytes), one core, 32 connections`, [head, ...rows]);
}

function herdTable(peers: readonly HerdPeer[]): string {
  const rows = peers.map(({ name, rounds }) => [
    name,
    Math.max(...rounds.map(({ fetches }) => fetches)).toFixed(0),
    rounds[0]?.renders === undefined
      ? "?"
      : Math.max(...rounds.map(({ renders }) => renders ?? 0)).toFixed(0),
    median(rounds.map(({ seconds }) => seconds)).toFixed(2),
    median(rounds.map(({ seconds, alone }) => seconds / alone.seconds)).toFixed(2),
    median(rounds.map(({ cpuMs, alone }) => cpuMs / alone.cpuMs)).toFixed(2),
    megabytes(Math.max(...rounds.map(({ peakBytes }) => peakBytes))),
  ]);
  const head = ["", "origin requests", "renders", "seconds", "× one alone", "CPU × one alone", "peak MB"];
  return table(`${HERD} equal requests at once for a picture nobody asked for before`, [head, ...rows]);
}

function renderAims(peers: readonly RenderPeer[]): readonly Aim[] {
  const [loop, own] = peers;
  const ipx = peers.find(({ name }) => name === "ipx");
  if (!loop || !own) return [];
  const cpu = ratioOf(
    own.rounds.map(({ cpuMs }) => cpuMs),
    loop.rounds.map(({ cpuMs }) => cpuMs),
  );
  const aims = [aimOf("CPU per render ÷ bare sharp", cpu, 1.1)];
  if (ipx) {
    const peak = ratioOf(
      own.rounds.map(({ peakBytes }) => peakBytes),
      ipx.rounds.map(({ peakBytes }) => peakBytes),
    );
    aims.push(aimOf("peak memory ÷ ipx", peak, 0.4));
  }
  return aims;
}

function hitAims(comparisons: readonly HitComparison[]): readonly Aim[] {
  const [first] = comparisons;
  const cpu = (wanted: string) =>
    first?.peers.find(({ name }) => name === wanted)?.rounds.map(({ cpuMicroseconds }) => cpuMicroseconds);
  const [own, idle, nginx] = [cpu("freshet"), cpu(NOT_COUNTING), cpu("nginx")];
  if (!first || !own || !idle) return [];
  return [
    ...(nginx
      ? [aimOf(`CPU per memory hit of ${first.label} ÷ nginx serving a file`, ratioOf(own, nginx), 2.5)]
      : []),
    aimOf(`CPU per memory hit of ${first.label} ÷ without analytics`, ratioOf(own, idle), 1.05),
  ];
}

function herdAims(peers: readonly HerdPeer[]): readonly Aim[] {
  const rounds = peers.find(({ name }) => name === "freshet")?.rounds ?? [];
  const most = (values: readonly (number | undefined)[]) =>
    Math.max(...values.map((value) => value ?? Number.POSITIVE_INFINITY));
  const fetches = most(rounds.flatMap((round) => [round.fetches, round.countedFetches]));
  const exact = (text: string, value: number): Aim => ({ text, value, atMost: 1, steady: true });
  return [
    exact(`origin requests for ${HERD} equal requests`, fetches),
    exact(`renders for ${HERD} equal requests`, most(rounds.map(({ renders }) => renders))),
  ];
}

const aimOf = (text: string, ratio: Ratio, atMost: number): Aim => ({
  text,
  value: ratio.median,
  atMost,
  steady: ratio.spread <= STEADY,
});

/** One line per aim: the figure, what it should be, and whether it is. */
export function aimLines(aims: readonly Aim[]): string {
  const lines = aims.map((aim) => {
    const { text, value, atMost, atLeast, unit = "", steady } = aim;
    const digits = Number.isInteger(value) || value >= 100 ? 0 : 2;
    const bound = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
    return `  ${isReached(aim) ? "reached" : "MISSED "}  ${text}: ${value.toFixed(digits)}${unit}, aim ${bound}${unit}${steady ? "" : " (unsteady: other work ran beside it)"}`;
  });
  return `Aims\n${lines.join("\n")}`;
}

function isReached({
  value,
  atMost = Number.POSITIVE_INFINITY,
  atLeast = Number.NEGATIVE_INFINITY,
}: Aim): boolean {
  return value <= atMost && value >= atLeast;
}

const shown = ({ median: middle, spread }: Ratio): string =>
  `${middle.toFixed(2)}${spread > STEADY ? " ~" : ""}`;
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
