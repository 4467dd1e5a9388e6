import type { Ratio } from "./statistics.ts";

/** What a figure may be at most, or has to be at least. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number };

/** One figure that a goal is judged by. */
export interface Criterion<Id extends string = string> {
  readonly id: Id;
  /** What is divided by what, or counted. */
  readonly text: string;
  /** The cell that measures it. */
  readonly cell: string;
  /** Below it `--gate` fails; without one it is an aim only. */
  readonly bar?: Bound;
  /** What we want to reach. */
  readonly aim?: Bound;
  readonly unit?: string;
}

export interface Goal<Id extends string = string> {
  readonly name: string;
  /** What users get by it. */
  readonly means: string;
  readonly criteria: readonly Criterion<Id>[];
}

type More = Pick<Criterion, "unit">;
type Wanted = readonly [bar: number | undefined, aim?: number];

/** A figure that should be small. */
const most = <Id extends string>(
  ...[id, text, cell, [bar, aim], more]: [Id, string, string, Wanted, More?]
): Criterion<Id> => ({
  ...{ id, text, cell, ...more },
  ...(bar !== undefined && { bar: { atMost: bar } }),
  ...(aim !== undefined && { aim: { atMost: aim } }),
});

/** A figure that should be large. */
const least = <Id extends string>(
  ...[id, text, cell, [bar, aim], more]: [Id, string, string, Wanted, More?]
): Criterion<Id> => ({
  ...{ id, text, cell, ...more },
  ...(bar !== undefined && { bar: { atLeast: bar } }),
  ...(aim !== undefined && { aim: { atLeast: aim } }),
});

const goal = <Id extends string>(
  name: string,
  means: string,
  ...criteria: readonly Criterion<Id>[]
): Goal<Id> => ({ name, means, criteria });

const MS = { unit: " ms" };
const S = { unit: " s" };
const MB = { unit: " MB" };

/** Every goal of delivery with its bars and aims. A value is a ratio inside one run wherever it can be one. */
export const GOALS = [
  goal(
    "G1",
    "a miss costs what the pixels cost",
    most("G1.webp.1", "CPU per WebP ÷ bare sharp, one at a time", "webp", [1.06, 1.03]),
    most("G1.webp.16", "CPU per WebP ÷ bare sharp, 16 in flight", "webp", [1.06, 1.03]),
    most("G1.jpeg.1", "CPU per JPEG ÷ bare sharp, one at a time", "jpeg", [1.08, 1.05]),
    most("G1.jpeg.16", "CPU per JPEG ÷ bare sharp, 16 in flight", "jpeg", [1.08, 1.05]),
  ),
  goal(
    "G2",
    "every core renders",
    least("G2.webp", "WebP a second, 16 in flight ÷ bare sharp", "webp", [0.95, 0.98]),
    least("G2.jpeg", "JPEG a second, 16 in flight ÷ bare sharp", "jpeg", [0.95, 0.98]),
  ),
  goal(
    "G3",
    "no other server does the same for less",
    most("G3.ipx", "CPU per JPEG ÷ ipx", "jpeg", [0.9, 0.85]),
    most("G3.image-filter", "CPU per JPEG ÷ nginx image_filter", "jpeg", [0.3]),
    most("G3.vipsthumbnail", "CPU per JPEG ÷ vipsthumbnail", "jpeg", [0.7]),
    least("G3.imgproxy", "JPEG a second ÷ imgproxy", "jpeg", [undefined, 1]),
    least("G3.thumbor", "JPEG a second ÷ thumbor", "jpeg", [undefined, 1.3]),
  ),
  goal(
    "G4",
    "nobody waits much longer than the others",
    most("G4", "p99 ÷ p50 of misses of equal cost, 16 in flight", "even", [1.3, 1.15]),
  ),
  goal(
    "G5",
    "it fits into a small machine",
    most("G5.peak", "peak memory over 500 misses of three formats, 16 in flight", "memory", [350, 260], MB),
    most("G5.ipx", "the same ÷ ipx", "memory", [0.3]),
    most("G5.idle", "memory after 10 idle seconds", "memory", [undefined, 150], MB),
  ),
  goal(
    "G6",
    "it goes on fitting",
    most("G6", "peak memory after 5,000 misses ÷ after 500", "memory", [1.1, 1.03]),
  ),
  goal(
    "G7",
    "a hit costs little more than a static file",
    most("G7.15", "CPU per memory hit of 15 kB ÷ nginx static", "hits", [2, 1.6]),
    most("G7.25", "CPU per memory hit of 25 kB ÷ nginx static", "hits", [2, 1.6]),
    most("G7.282", "CPU per memory hit of 282 kB ÷ nginx static", "hits", [2, 1.6]),
    least("G7.282.rate", "hits of 282 kB a second ÷ nginx static", "hits", [undefined, 1]),
  ),
  goal(
    "G8",
    "a core gives many hits, and soon",
    least("G8.rate", "hits of 15 kB a second and core ÷ nginx static", "hits", [0.5, 0.65]),
    most("G8.p50", "p50 of hits of 15 kB ÷ nginx static, 32 connections", "hits", [2]),
  ),
  goal(
    "G9",
    "a hit of the disk is a hit",
    most("G9", "CPU per disk hit ÷ nginx static", "disk", [4.5, 3]),
    least("G9.promoted", "second hits of the disk that come from memory", "promotion", [undefined, 1]),
  ),
  goal(
    "G10",
    "what needs no body costs less than one",
    most("G10.304", "CPU per 304 ÷ per memory hit of 15 kB", "conditional", [1, 0.8]),
    most("G10.head", "CPU per HEAD ÷ per memory hit of 15 kB", "conditional", [1, 0.8]),
    most("G10.renders", "renders and reads of the disk by them", "conditional", [0]),
  ),
  goal(
    "G11",
    "a crowd costs what one visitor costs",
    most("G11.renders", "renders for 200 equal requests at once", "herd", [1]),
    most("G11.fetches", "origin requests for them", "herd", [1]),
    most("G11.wall", "time ÷ one request alone", "herd", [1.5, 1.2]),
    most("G11.cpu", "CPU ÷ one request alone", "herd", [1.5]),
    most("G11.memory", "memory they add at most", "herd", [60], MB),
    most("G11.widths", "origin requests for 200 requests over 8 widths", "widths", [undefined, 1]),
  ),
  goal(
    "G12",
    "hits do not wait behind renders",
    most("G12.memory", "p99 of memory hits while 32 misses wait ÷ idle", "saturation", [4, 2]),
    most("G12.memory.ms", "p99 of memory hits while 32 misses wait", "saturation", [25, 10], MS),
    least("G12.rate", "hits a second while 32 misses wait ÷ idle", "saturation", [undefined, 0.45]),
    most("G12.disk", "p99 of disk hits while 32 misses wait ÷ idle", "saturation", [4, 2]),
    most("G12.disk.ms", "p99 of disk hits while 32 misses wait", "saturation", [25, 10], MS),
  ),
  goal(
    "G13",
    "a srcset is decoded once",
    most("G13.jpeg", "CPU of 8 JPEG widths of one original ÷ 8 alone", "srcset", [0.7, 0.45]),
    most("G13.webp", "CPU of 8 WebP widths of one original ÷ 8 alone", "srcset", [0.85, 0.65]),
    least("G13.points", "points of SSIMULACRA2 gained by it", "srcset", [0]),
  ),
  goal(
    "G14",
    "overload costs those above capacity, and them at once",
    least("G14.goodput", "pictures a second at 5 × capacity ÷ at capacity", "overload", [0.9, 0.97]),
    most("G14.p99", "p99 of those accepted", "overload", [5_000], MS),
    most("G14.503", "p99 until a 503", "overload", [50, 15], MS),
    most("G14.memory", "peak memory meanwhile", "overload", [400], MB),
    least("G14.after", "pictures a second 5 s later ÷ before", "overload", [0.95]),
  ),
  goal(
    "G15",
    "a dead origin harms itself alone",
    least(
      "G15.others",
      "pictures a second of three origins beside a dead one ÷ without",
      "dead-origin",
      [0.9, 0.97],
    ),
    most("G15.opens", "until the dead one is no longer asked", "dead-origin", [10], S),
    most("G15.fails", "half of the answers for it from then on", "dead-origin", [5], MS),
    // What waits for the same turns as a hit may take as long.
    most("G15.fails.p99", "p99 of these answers", "dead-origin", [25, 10], MS),
  ),
  goal(
    "G16",
    "few bytes for what is seen",
    most("G16.avif", "bytes of AVIF ÷ plain JPEG of as many points", "search", [0.74]),
    most("G16.webp", "bytes of WebP ÷ plain JPEG of as many points", "search", [0.87]),
    most("G16.jpeg", "bytes of JPEG ÷ plain JPEG of as many points", "search", [0.9]),
    least("G16.near", "photographs within 2 points of their target", "search", [undefined, 90], {
      unit: " %",
    }),
    most("G16.encodings", "encodings to get there", "search", [undefined, 2.3]),
    most("G16.better", "bytes of the AVIF of idle time ÷ plain JPEG of as many points", "formats", [
      undefined,
      0.64,
    ]),
  ),
  goal("G17", "AVIF at once", most("G17", "CPU per AVIF ÷ per WebP", "avif", [1.3, 1])),
  goal(
    "G18",
    "a mode for those who look closely",
    least("G18.mean", "points against linear light, mean", "high-quality", [92, 93]),
    least("G18.least", "points against linear light, least", "high-quality", [88]),
    most("G18.cpu", "its CPU ÷ default", "high-quality", [2.4, 1.6]),
  ),
  goal(
    "G19",
    "no operation costs more than its pixels",
    most("G19.chain", "CPU ÷ bare sharp of the same chain, the dearest", "chains", [1.06]),
    most("G19.trim", "CPU of trim ÷ plain resize", "costs", [undefined, 6]),
    most("G19.rotate", "CPU of rotate 90 ÷ plain resize", "costs", [undefined, 1.5]),
  ),
  goal(
    "G20",
    "animations are sent as films",
    most("G20", "CPU of GIF → WebP ÷ GIF → GIF by bare sharp", "animations", [0.15, 0.08]),
  ),
  goal(
    "G21",
    "hostile pictures are refused",
    most("G21.answer", "longest answer to any of them", "hostile", [2_000, 300], MS),
    most("G21.memory", "memory they add at most", "hostile", [250, 100], MB),
    most("G21.hits", "p99 of hits meanwhile", "hostile", [25, 10], MS),
  ),
  goal(
    "G22",
    "it is there at once",
    most("G22", "process start → first picture ÷ bare node + fastify + sharp", "cold-start", [1.1, 0.75]),
    most("G22.index", "ready with 1,000,000 entries on disk", "opening", [undefined, 400], MS),
  ),
  goal(
    "G23",
    "an invalidation is felt by what it names alone",
    most("G23.url", "p99 until no cache answers for a URL, 1,000,000 entries", "index", [10, 2], MS),
    most("G23.tag", "one of 10,000 variants by tag", "index", [1_000, 150], MS),
    most("G23.stall", "event loop held up by it", "index", [20, 5], MS),
    most("G23.stale", "stale answers in 100,000 racing requests", "index", [0]),
  ),
  goal(
    "G24",
    "the index of a large cache is small",
    most("G24.bytes", "memory per entry", "opening", [400, 200], { unit: " B" }),
    most("G24.eviction", "CPU per miss with a full cache ÷ with room", "index", [1.01]),
  ),
  goal(
    "G25",
    "a URL is understood once",
    most("G25", "URL → entry on a hit", "keys", [1.5, 0.3], { unit: " µs" }),
  ),
  goal(
    "G26",
    "the download is the wait",
    most("G26", "origin of 2 MB/s: last byte ÷ download + bare render", "slow-download", [1.05, 0.9]),
  ),
] as const;

/** The names of all figures. */
export type CriterionId = (typeof GOALS)[number]["criteria"][number]["id"];

/** Figures by name: a median with the spread of its rounds; 0 where there is nothing to vary. */
export type Measured = Partial<Record<CriterionId, Ratio>>;

/** What was measured as rows of a table: what each figure is, and its median. */
export function measuredRows(measured: Measured): readonly (readonly string[])[] {
  return GOALS.flatMap((each: Goal) => each.criteria).flatMap(({ id, text, unit = "" }) => {
    const ratio = (measured as Readonly<Partial<Record<string, Ratio>>>)[id];
    return ratio ? [[text, `${ratio.median.toFixed(2)}${unit}`]] : [];
  });
}
