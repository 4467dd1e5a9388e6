import type { Aim } from "../cell.ts";
import { median, quantile, type Ratio, ratioOf } from "../statistics.ts";
import { table } from "../table.ts";
import type { Breadth } from "./breadth.ts";
import type { Forgetting } from "./everything.ts";
import type { FenceCost } from "./fence.ts";
import type { JournalRates } from "./journal.ts";
import type { FreshTimes } from "./latency.ts";
import type { LogTimes } from "./log.ts";
import type { Neighbours } from "./neighbours.ts";

export interface FreshnessFigures {
  fresh?: FreshTimes;
  breadths?: readonly Breadth[];
  everything?: readonly Forgetting[];
  journals?: readonly JournalRates[];
  logs?: readonly LogTimes[];
  fences?: readonly FenceCost[];
  neighbours?: Neighbours;
}

interface Section {
  readonly table: string;
  readonly aims: readonly Aim[];
}

/** Figures that vary more between rounds are marked: the machine was too busy to trust them. */
const STEADY = 0.25;

/** The freshness ratios as tables and aims. */
export function reportFreshness(figures: FreshnessFigures): {
  readonly tables: readonly string[];
  readonly aims: readonly Aim[];
} {
  const { fresh, breadths, everything, journals, logs, fences, neighbours } = figures;
  const sections: readonly Section[] = [
    ...(fresh ? [ofFresh(fresh)] : []),
    ...(breadths ? [ofBreadths(breadths)] : []),
    ...(everything ? [ofEverything(everything)] : []),
    ...(journals ? [ofJournals(journals)] : []),
    ...(logs ?? []).map(ofLog),
    ...(fences ? [ofFences(fences)] : []),
    ...(neighbours ? [ofNeighbours(neighbours)] : []),
  ];
  return { tables: sections.map((each) => each.table), aims: sections.flatMap(({ aims }) => aims) };
}

function ofFresh({ fresh, done, bare }: FreshTimes): Section {
  const row = (name: string, values: readonly number[]) => [
    name,
    ...[0, 0.5, 0.9, 0.99].map((share) => quantile(values, share).toFixed(1)),
  ];
  const ratio = ratioOf(fresh, bare);
  const steady = spreadOf(bare) <= 2 * STEADY;
  return {
    table: table("From the 201 until 8 Varnish nodes give a changed picture, milliseconds", [
      ["", "least", "p50", "p90", "p99"],
      row("Freshet, fresh", fresh),
      row("Freshet, Done", done),
      row("bare xkey purge, fresh", bare),
    ]),
    aims: [
      { text: "accepted → fresh on 8 nodes, p50", value: median(fresh), atMost: 25, unit: " ms", steady },
      { text: "accepted → fresh ÷ bare xkey purge", value: ratio.median, atMost: 10, steady },
      { text: "accepted → fresh, p99", value: quantile(fresh, 0.99), atMost: 150, unit: " ms", steady },
    ],
  };
}

function ofBreadths(breadths: readonly Breadth[]): Section {
  const [first] = breadths;
  const least = (values: readonly number[]) => (values.length === 0 ? Number.NaN : Math.min(...values));
  const middle = (values: readonly number[], digits: number) =>
    values.length === 0 ? "–" : median(values).toFixed(digits);
  const rows = breadths.map(({ covers, instance, nginx, varnish, bare }) => [
    covers.toLocaleString("en"),
    middle(instance, 2),
    middle(nginx, 3),
    middle(varnish, 2),
    middle(bare, 2),
    varnish.length === 0 ? "–" : (least(varnish) / least(bare)).toFixed(2),
  ]);
  const flat = (kind: "instance" | "nginx", name: string): readonly Aim[] =>
    breadths.slice(-2).map((breadth) => {
      const ratio = ratioOf(breadth[kind], first?.[kind] ?? []);
      const text = `${name}: an invalidation of ${breadth.covers.toLocaleString("en")} ÷ of 10`;
      return { text, value: ratio.median, atMost: 1.2, steady: ratio.spread <= STEADY };
    });
  return {
    table: table("One invalidation of so many variants or originals, medians", [
      ["covers", "instance µs", "nginx ms", "Varnish ms", "bare xkey ms", "least ÷ least"],
      ...rows,
    ]),
    aims: [
      ...flat("instance", "instance"),
      ...flat("nginx", "nginx"),
      ...breadths.flatMap(({ covers, varnish, bare }): readonly Aim[] => {
        if (varnish.length === 0) return [];
        const text = `Varnish: a purge of ${covers.toLocaleString("en")} ÷ bare xkey, least of each`;
        const steady = varnish.length > 3 && spreadOf(bare) <= 2 * STEADY;
        return [{ text, value: least(varnish) / least(bare), atMost: 1.2, steady }];
      }),
    ],
  };
}

function ofEverything(nodes: readonly Forgetting[]): Section {
  const rows = nodes.map(({ name, purges, delays, quiet }) => [
    name,
    ...[
      Math.min(...purges),
      median(purges),
      Math.max(...purges),
      median(delays),
      Math.max(...delays),
      Math.max(...quiet),
    ].map((value) => value.toFixed(2)),
  ]);
  return {
    table: table("`all` on a node with 100,000 objects, and who reads another project's meanwhile, ms", [
      [
        "",
        "purge least",
        "p50",
        "longest",
        "reader's longest wait p50",
        "longest",
        "longest without a purge",
      ],
      ...rows,
    ]),
    aims: nodes.flatMap(({ name, purges, delays, quiet }): readonly Aim[] => {
      // What the machine did to the reader without any purge, the purge must not answer for.
      const steady = Math.max(...quiet) <= 15;
      return [
        { text: `all at ${name}`, value: median(purges), atMost: 5, unit: " ms", steady },
        {
          text: `all at ${name}, a reader's longest wait`,
          value: Math.max(...delays),
          atMost: 30,
          unit: " ms",
          steady,
        },
      ];
    }),
  };
}

function ofJournals(journals: readonly JournalRates[]): Section {
  const rows = journals.map(({ engine, acceptedPerSecond, donePerSecond, lone, cpuMs }) => [
    engine,
    median(acceptedPerSecond).toFixed(0),
    median(donePerSecond).toFixed(0),
    median(lone).toFixed(1),
    median(cpuMs).toFixed(2),
  ]);
  return {
    table: table("Invalidations through the API over three nodes of 0 to 2 ms, 64 callers", [
      ["", "accepted/s", "Done/s", "a lone one, ms", "server's CPU ms each"],
      ...rows,
    ]),
    aims: journals.flatMap(({ engine, acceptedPerSecond, donePerSecond }): readonly Aim[] => {
      const steady = spreadOf(acceptedPerSecond) <= STEADY;
      return [
        { text: `accepted a second, ${engine}`, value: median(acceptedPerSecond), atLeast: 1_000, steady },
        { text: `Done a second, ${engine}`, value: median(donePerSecond), atLeast: 300, steady },
      ];
    }),
  };
}

function ofLog({ engine, rows, pages, cpuMs, removedPerSecond, accepts }: LogTimes): Section {
  const shown = (values: readonly number[]) =>
    [0.5, 0.95, 1].map((share) => quantile(values, share).toFixed(0));
  const million = rows.toLocaleString("en");
  const searches = Object.entries(pages);
  const slowest = Math.max(...searches.map(([, values]) => quantile(values, 0.95)));
  return {
    table: table(`Pages of 100 entries of a log of ${million}, ${engine}, milliseconds`, [
      ["searched by", "p50", "p95", "longest", "CPU of the server"],
      ...searches.map(([name, values]) => [name, ...shown(values), (cpuMs[name] ?? Number.NaN).toFixed(1)]),
      ["accepting while retention removes", ...shown(accepts), ""],
    ]),
    aims: [
      {
        text: `${engine}, a page of the slowest search in ${million} entries, p95`,
        ...{ value: slowest, atMost: 300, unit: " ms", steady: true },
      },
      {
        text: `${engine}, entries that retention removes a second`,
        ...{ value: removedPerSecond, atLeast: 300, steady: true },
      },
    ],
  };
}

function ofFences(fences: readonly FenceCost[]): Section {
  const ratio = (cost: FenceCost) => ratioOf(cost.with.cpuMicroseconds, cost.without.cpuMicroseconds);
  const rows = fences.map((cost) => [
    `${cost.node}, ${cost.moment}`,
    median(cost.with.cpuMicroseconds).toFixed(1),
    median(cost.without.cpuMicroseconds).toFixed(1),
    ratio(cost).median.toFixed(2),
    ratioOf(cost.with.perSecond, cost.without.perSecond).median.toFixed(2),
  ]);
  return {
    table: table("Hits of 15 kB with five tags, one core, eight connections", [
      ["", "CPU µs/hit", "without the fence", "÷", "rate ÷"],
      ...rows,
    ]),
    aims: fences.map((cost): Aim => {
      const { median: value, spread }: Ratio = ratio(cost);
      const atMost = cost.moment.startsWith("younger") ? 1.3 : 1.15;
      const text = `CPU per hit at ${cost.node} ÷ without the fence, ${cost.moment}`;
      return { text, value, atMost, steady: spread <= STEADY };
    }),
  };
}

function ofNeighbours({ readers, seconds, floors, spared }: Neighbours): Section {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const rows = readers.map(({ node, read, before, during, again }) => [
    `${node}, ${read}`,
    percent(before),
    percent(during),
    again.length === 0 ? "–" : median(again).toFixed(0),
    again.length === 0 ? "–" : Math.max(...again).toFixed(0),
  ]);
  const exact = (text: string, value: number, atMost: number): Aim => ({ text, value, atMost, steady: true });
  return {
    table: table(`A project invalidates a folder every second for ${seconds} s: hits`, [
      ["", "before", "meanwhile", "hit again after ms, p50", "longest"],
      ...rows,
    ]),
    aims: [
      ...readers.map(({ node, read, before, during, again }): Aim => {
        if (read === "the folder itself") {
          const text = `${node}: ms until an object of the folder is a hit again`;
          return { text, value: median(again), atMost: 100, steady: true };
        }
        return {
          text: `${node}: hits of ${read}, meanwhile ÷ before`,
          value: during / before,
          atLeast: 0.99,
          steady: true,
        };
      }),
      exact("floors of one folder, invalidated 300,000 times", floors.one, 10),
      exact("floors of 300,000 folders", floors.many, floors.most),
      exact("floors that another project lost by that", spared ? 0 : 1, 0),
    ],
  };
}

/** Interquartile range as a part of the median. */
function spreadOf(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}
