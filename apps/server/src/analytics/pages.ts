import { sql } from "@freshet/store";
import type { StatsDb } from "./figures.ts";
import {
  type Asked,
  daysSoFar,
  type Figure,
  figuresOf,
  ratioOf,
  sumOf,
  tableOf,
  totalOf,
  valuesOf,
} from "./figures.ts";
import { ALL, BUCKETS, DIMENSIONS, type Dimension, isHit } from "./lines.ts";
import { isoOf, stepsOf } from "./period.ts";
import { quantilesOf } from "./quantiles.ts";
import { type Stored, storedIn, type Used, usedIn } from "./storage.ts";
import { DAY } from "./summing.ts";
import { uniqueIn } from "./unique.ts";
import type { Warm } from "./warm.ts";

/** What the pages are read from. */
export interface PageParts {
  readonly db: StatsDb;
  readonly used: Warm<{ readonly rows: readonly Used[] }>;
  readonly now: () => number;
}

const MOST_PROJECTS = 100;
const MOST_ORIGINS = 200;

const head = ({ project, from, to, step }: Asked) => ({
  ...{ project: project ?? null, from: isoOf(from), to: isoOf(to), step },
});

/** Figures by the begin of their step. */
const byStep = (figures: readonly Figure[]) => Map.groupBy(figures, ({ at }) => at);

export async function overview({ db, used, now }: PageParts, asked: Asked) {
  const { total, resize, fetch } = DIMENSIONS;
  const figures = await figuresOf(db, asked, [total, resize, fetch]);
  const everybody = await usedIn(db, used, asked.project, asked);
  const cache = await cacheIn(db, everybody, asked);
  const totals = figures.filter(({ dimension }) => dimension === total);
  const steps = byStep(totals);
  return {
    ...head(asked),
    totals: {
      ...{ requests: sumOf(totals, "hits"), bytes: sumOf(totals, "bytes") },
      resized: sumOf(valuesOf(figures, resize), "hits"),
      downloaded: sumOf(valuesOf(figures, fetch), "hits"),
      cache: { measure: cache.measure, ...extentOf(cache.samples.map(bytesOf)) },
    },
    projects: await projectsIn(db, everybody, asked),
    series: stepsOf(asked, now()).map((at) => ({
      at: isoOf(at),
      requests: sumOf(steps.get(at) ?? [], "hits"),
      bytes: sumOf(steps.get(at) ?? [], "bytes"),
      cache_bytes: maybe(cache.at(at), bytesOf),
    })),
  };
}

export async function volumetry({ db, used, now }: PageParts, asked: Asked) {
  const figures = await figuresOf(db, asked, [DIMENSIONS.total]);
  const cache = await cacheIn(db, await usedIn(db, used, asked.project, asked), asked);
  const steps = byStep(figures);
  const days = daysSoFar(asked, now());
  const volume = async (column: "hits" | "bytes") => ({
    total: sumOf(figures, column),
    average_per_day: sumOf(figures, column) / days,
    peak_day: await peakOf(db, "stats_day", asked, column),
    peak_10m: await peakOf(db, "stats_ten", asked, column),
  });
  const { samples } = cache;
  return {
    ...head(asked),
    requests: await volume("hits"),
    traffic: await volume("bytes"),
    unique: await uniqueIn(db, asked.project, asked),
    cache: {
      measure: cache.measure,
      originals: rangeOf(samples.map(({ originals }) => originals)),
      variants: rangeOf(samples.map(({ variants }) => variants)),
      total: rangeOf(samples.map(bytesOf)),
    },
    series: stepsOf(asked, now()).map((at) => ({
      at: isoOf(at),
      requests: sumOf(steps.get(at) ?? [], "hits"),
      bytes: sumOf(steps.get(at) ?? [], "bytes"),
      originals_bytes: maybe(cache.at(at), ({ originals }) => originals),
      variants_bytes: maybe(cache.at(at), ({ variants }) => variants),
    })),
  };
}

export async function optimization({ db, now }: PageParts, asked: Asked) {
  const { format, resize } = DIMENSIONS;
  const figures = await figuresOf(db, asked, [format]);
  const whole = await figuresOf(db, asked, [format, resize], true);
  const steps = byStep(figures);
  return {
    ...head(asked),
    totals: savingOf(figures),
    formats: valuesOf(whole, format).map((each) => ({ format: each.value, ...savingOf([each]) })),
    resizes: valuesOf(whole, resize).map((each) => ({
      format: each.value,
      count: each.hits,
      ...{ bytes_in: each.bytesIn, bytes_out: each.bytes, average_ms: averageMs(each) },
    })),
    series: stepsOf(asked, now()).map((at) => {
      const { requests, bytes_in, bytes_out, saving } = savingOf(steps.get(at) ?? []);
      return { at: isoOf(at), requests, bytes_in, bytes_out, saving };
    }),
  };
}

export async function delivery({ db, now }: PageParts, asked: Asked) {
  const { source, status, code, time, missTime, country, edge } = DIMENSIONS;
  const { fetch, failedFetch, slowFetch } = DIMENSIONS;
  const figures = await figuresOf(db, asked, [source, status]);
  const whole = await figuresOf(
    db,
    asked,
    [source, status, code, time, missTime, country, edge, fetch, failedFetch, slowFetch],
    true,
  );
  const sources = valuesOf(whole, source);
  const hits = sumOf(
    sources.filter(({ value }) => isHit(value)),
    "hits",
  );
  const requests = sumOf(sources, "hits");
  const steps = byStep(figures);
  const list = (dimension: Dimension) => valuesOf(whole, dimension);
  const counted = ({ hits: requests, bytes }: Figure) => ({ requests, bytes });
  return {
    ...head(asked),
    ...{ requests, bytes: sumOf(sources, "bytes"), hits, hit_ratio: ratioOf(hits, requests) },
    sources: sources.map((each) => ({ from: each.value, ...counted(each) })),
    statuses: list(status).map((each) => ({ status: Number(each.value), ...counted(each) })),
    errors: list(code).map(({ value, hits: requests }) => ({ code: value, requests })),
    times: { all: quantilesOf(list(time)), misses: quantilesOf(list(missTime)) },
    buckets: [...BUCKETS, null].map((bound, place) => ({
      up_to_ms: bound,
      requests: sumOf(
        list(time).filter(({ value }) => value === String(place)),
        "hits",
      ),
    })),
    origins: originsOf(list(fetch), list(failedFetch), list(slowFetch)),
    countries: list(country).map((each) => ({ country: each.value, ...counted(each) })),
    edge: edgeOf(list(edge)),
    series: stepsOf(asked, now()).map((at) => seriesRow(at, steps.get(at) ?? [])),
  };
}

function seriesRow(at: number, figures: readonly Figure[]) {
  const sources = valuesOf(figures, DIMENSIONS.source);
  const ofClass = (first: string) =>
    sumOf(
      valuesOf(figures, DIMENSIONS.status).filter(({ value }) => value.startsWith(first)),
      "hits",
    );
  return {
    at: isoOf(at),
    requests: sumOf(sources, "hits"),
    hits: sumOf(
      sources.filter(({ value }) => isHit(value)),
      "hits",
    ),
    bytes: sumOf(sources, "bytes"),
    ...{ s2xx: ofClass("2"), s3xx: ofClass("3"), s4xx: ofClass("4"), s5xx: ofClass("5") },
  };
}

function originsOf(fetches: readonly Figure[], failed: readonly Figure[], slow: readonly Figure[]) {
  const countOf = (some: readonly Figure[], origin: string) =>
    some.find(({ value }) => value === origin)?.hits ?? 0;
  return fetches.slice(0, MOST_ORIGINS).map((each) => ({
    ...{ origin: each.value, downloads: each.hits },
    ...{ failed: countOf(failed, each.value), slow: countOf(slow, each.value) },
    ...{ bytes: each.bytes, average_ms: averageMs(each) },
  }));
}

function edgeOf(figures: readonly Figure[]) {
  const requests = sumOf(figures, "hits");
  if (requests === 0) return null;
  const hits = sumOf(
    figures.filter(({ value }) => value === "hit"),
    "hits",
  );
  return { requests, hits, hit_ratio: hits / requests };
}

function savingOf(figures: readonly Figure[]) {
  const bytes_in = sumOf(figures, "bytesIn");
  const bytes_out = sumOf(figures, "bytes");
  const saved_bytes = bytes_in - bytes_out;
  const saving = ratioOf(saved_bytes, bytes_in);
  return { requests: sumOf(figures, "hits"), bytes_in, bytes_out, saved_bytes, saving };
}

const averageMs = ({ microseconds, hits }: Figure): number => Math.round(microseconds / hits / 100) / 10;

async function projectsIn(db: StatsDb, used: readonly Used[], asked: Asked) {
  let query = db
    .selectFrom(tableOf(asked))
    .select(["project", totalOf("hits").as("requests"), totalOf("bytes").as("traffic")])
    .where("dimension", "=", DIMENSIONS.total)
    .where("at", ">=", asked.from)
    .where("at", "<", asked.to)
    .where("project", "<>", ALL)
    .groupBy("project")
    .orderBy("traffic", "desc")
    .limit(MOST_PROJECTS);
  if (asked.project !== undefined) query = query.where("project", "=", asked.project);
  const rows = await query.execute();
  const ofProject = Map.groupBy(used, ({ project }) => project);
  return rows.map(({ project, requests, traffic }) => ({
    ...{ project, requests, bytes: traffic },
    cache: extentOf((ofProject.get(project) ?? []).map(bytesOf)),
  }));
}

/** The step with most, of a table that may be finer than the series. */
async function peakOf(db: StatsDb, table: "stats_day" | "stats_ten", asked: Asked, column: "hits" | "bytes") {
  const width = table === "stats_day" ? DAY : 1;
  const row = await db
    .selectFrom(table)
    .select(["at", sql<number>`cast(${sql.ref(column)} as double precision)`.as("value")])
    .where("project", "=", asked.project ?? ALL)
    .where("dimension", "=", DIMENSIONS.total)
    .where("at", ">=", Math.floor(asked.from / width) * width)
    .where("at", "<", asked.to)
    .orderBy("value", "desc")
    .orderBy("at")
    .limit(1)
    .executeTakeFirst();
  return row ? { at: isoOf(row.at), value: row.value } : null;
}

const bytesOf = ({ originals, variants }: Pick<Stored, "originals" | "variants">): number =>
  originals + variants;

/** Of the installation what its disks hold; a project owns no disk, so of it what was in use. */
async function cacheIn(db: StatsDb, used: readonly Used[], asked: Asked) {
  const isDisk = asked.project === undefined;
  const samples: readonly Stored[] = isDisk ? await storedIn(db, asked) : used;
  const width = isDisk && asked.step !== "day" ? DAY / 24 : DAY;
  const known = new Map(samples.map((each) => [each.at, each]));
  const isSaid = isDisk || asked.step === "day";
  const at = (moment: number) => (isSaid ? known.get(Math.floor(moment / width) * width) : undefined);
  return { measure: isDisk ? ("disk" as const) : ("in_use" as const), samples, at };
}

function extentOf(values: readonly number[]) {
  const { average_bytes, most_bytes } = rangeOf(values);
  return { average_bytes, most_bytes };
}

function rangeOf(values: readonly number[]) {
  if (values.length === 0) return { average_bytes: 0, least_bytes: 0, most_bytes: 0 };
  const average = Math.round(values.reduce((sum, each) => sum + each, 0) / values.length);
  return { average_bytes: average, least_bytes: Math.min(...values), most_bytes: Math.max(...values) };
}

const maybe = <Thing, Value>(thing: Thing | undefined, read: (thing: Thing) => Value): Value | null =>
  thing === undefined ? null : read(thing);
