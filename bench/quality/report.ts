import type { Aim } from "../cell.ts";
import type { Measured } from "../goals.ts";
import { exactly, quantile, type Ratio, ratioOf, STEADY } from "../statistics.ts";
import { table } from "../table.ts";
import { COSTS, type Costs, PLAIN_QUERY } from "./cost.ts";
import type { Delivery } from "./search.ts";

export interface QualityFigures {
  readonly search?: readonly Delivery[];
  readonly costs?: Costs;
}

/** Points within which a picture counts as met. */
const CLOSE = 2;
const LEVELS = [0, 1, 2, 3] as const;
const FORMATS = ["jpeg", "webp", "avif"] as const;

const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
const within = (deliveries: readonly Delivery[]) =>
  mean(deliveries.map(({ off }) => (Math.abs(off) <= CLOSE ? 1 : 0)));
const bytesOf = (deliveries: readonly Delivery[]) =>
  Math.exp(mean(deliveries.map(({ bytesToJpeg }) => Math.log(bytesToJpeg)).filter(Number.isFinite)));

/** Tables and aims about chosen quality. */
export function reportQuality({ search, costs }: QualityFigures): {
  readonly tables: readonly string[];
  readonly aims: readonly Aim[];
} {
  return {
    tables: [...(search ? [searchTable(search)] : []), ...(costs ? [costTable(costs)] : [])],
    aims: costs ? costAims(costs) : [],
  };
}

function searchTable(all: readonly Delivery[]): string {
  const rows = LEVELS.flatMap((level) =>
    FORMATS.map((format) => ({
      name: `${level === 0 ? "no q" : `optipress=${level}`}, ${format}`,
      deliveries: all.filter((each) => each.level === level && each.format === format),
    })),
  ).filter(({ deliveries }) => deliveries.length > 0);
  return table("Photographs 800 pixels wide against their targets, judged by SSIMULACRA2", [
    [
      "",
      "pictures",
      "within 2",
      "those not fitted to",
      "5 % are below",
      "5 % are above",
      "encodings",
      "bytes ÷ JPEG",
    ],
    ...rows.map(({ name, deliveries }) => [
      name,
      deliveries.length.toFixed(),
      percent(within(deliveries)),
      percent(within(deliveries.filter(({ unseen }) => unseen))),
      ...[0.05, 0.95].map((share) =>
        quantile(
          deliveries.map(({ off }) => off),
          share,
        ).toFixed(1),
      ),
      mean(deliveries.map(({ encodings }) => encodings)).toFixed(2),
      bytesOf(deliveries).toFixed(2),
    ]),
  ]);
}

const percent = (share: number) => (Number.isNaN(share) ? "–" : `${(100 * share).toFixed(0)} %`);

function costTable(costs: Costs): string {
  const rows = COSTS.map((what) => [what, ratioOf(costs[what], costs[PLAIN_QUERY]).median.toFixed(2)]);
  return table("CPU of an uncached JPEG of 12 to 24 megapixels → WebP", [["", `× ${PLAIN_QUERY}`], ...rows]);
}

/** The goals that the search for quality is judged by. */
export function searchMeasured(all: readonly Delivery[]): Measured {
  const searched = all.filter(({ level }) => level > 0);
  const bytes = (format: Delivery["format"]) =>
    exactly(bytesOf(searched.filter((each) => each.format === format)));
  return {
    "G16.avif": bytes("avif"),
    "G16.webp": bytes("webp"),
    "G16.jpeg": bytes("jpeg"),
    "G16.near": exactly(100 * within(searched)),
    "G16.encodings": exactly(mean(searched.map(({ encodings }) => encodings))),
  };
}

/** The goals that the costs of operations are judged by. */
export function costsMeasured(costs: Costs): Measured {
  const times = (what: keyof Costs) => ratioOf(costs[what], costs[PLAIN_QUERY]);
  return { "G19.trim": times("w=800&trim=5"), "G19.rotate": times("w=800&r=90") };
}

function costAims(costs: Costs): readonly Aim[] {
  const aim = (text: string, ratio: Ratio, atMost: number): Aim => ({
    text,
    value: ratio.median,
    atMost,
    steady: ratio.spread <= STEADY,
  });
  const plain = costs[PLAIN_QUERY];
  return [
    aim("CPU of a plain resize ÷ bare sharp", ratioOf(plain, costs["bare sharp"]), 1.1),
    aim("CPU with quality chosen by texture ÷ with q", ratioOf(costs["w=800"], plain), 1.05),
    aim(
      "CPU of a second size by optipress ÷ plain resize",
      ratioOf(costs["w=800&optipress=2 again"], plain),
      1.1,
    ),
  ];
}
