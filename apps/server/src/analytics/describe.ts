import { choice, count, named, object, text } from "../admin/schemas.ts";
import { EXPORT_FORMATS } from "./export.ts";
import { LOG_KINDS } from "./kinds.ts";
import { STEPS } from "./period.ts";
import { RANKED } from "./ranked.ts";

/** A piece of JSON Schema; answers have numbers and nulls, which nothing that is sent to us has. */
type Shape = Readonly<Record<string, unknown>>;

const whole: Shape = { type: "integer" };
const number: Shape = { type: "number" };
const string: Shape = { type: "string" };
const orNull = (shape: Shape): Shape => ({ anyOf: [shape, { type: "null" }] });
const list = (items: Shape): Shape => ({ type: "array", items });
const shape = (description: string, properties: Readonly<Record<string, Shape>>): Shape => {
  const members = Object.entries(properties).map(([name, each]) => [name.replace(/\?$/, ""), each] as const);
  const required = Object.keys(properties).filter((name) => !name.endsWith("?"));
  return { type: "object", description, required, properties: Object.fromEntries(members) };
};

const DAY_TEXT = "a day such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z";
const PROJECT = { "project?": text("For keys of the installation: of this project alone.", 63) };
const BETWEEN = {
  "from?": text(`The begin: ${DAY_TEXT}. Without it the last 30 days.`, 40),
  "to?": text(`The end: ${DAY_TEXT}; a day is included, a time is not.`, 40),
};
const STEP_NAMES = Object.keys(STEPS) as readonly (keyof typeof STEPS)[];

export const PERIOD_QUERY = object("Of what.", {
  ...PROJECT,
  ...BETWEEN,
  "step?": choice(
    "Width of a step of the series; the period's length and age decide where nothing is said. What is older than `analytics.tenMinutes.days` is kept by the day alone.",
    STEP_NAMES,
  ),
});

const HEAD = {
  project: orNull(string),
  ...{ from: string, to: string, step: { type: "string", enum: STEP_NAMES } },
};
const EXTENT = shape("Bytes.", { average_bytes: whole, most_bytes: whole });
const RANGE = shape("Bytes.", { average_bytes: whole, least_bytes: whole, most_bytes: whole });
const MEASURE = {
  type: "string",
  description:
    "disk: what all instances keep. in_use: all different pictures that were delivered on a day, each once.",
  enum: ["disk", "in_use"],
};
const PEAK = orNull(shape("The most.", { at: string, value: whole }));
const VOLUME = named(
  "Volume",
  shape("How much.", { total: whole, average_per_day: number, peak_day: PEAK, peak_10m: PEAK }),
);
const SAVING = {
  ...{ requests: whole, bytes_in: whole, bytes_out: whole, saved_bytes: whole, saving: orNull(number) },
};
const COUNTED = { requests: whole, bytes: whole };
const TIMES = shape("Milliseconds within which so many were answered.", {
  ...{ p50: orNull(number), p90: orNull(number), p95: orNull(number), p99: orNull(number) },
});

export const OVERVIEW = shape("Requests, traffic and cache.", {
  ...HEAD,
  totals: shape("Of the whole period.", {
    ...COUNTED,
    ...{ resized: whole, downloaded: whole },
    cache: shape("What is kept.", { measure: MEASURE, average_bytes: whole, most_bytes: whole }),
  }),
  projects: list(shape("One project.", { project: string, ...COUNTED, cache: EXTENT })),
  series: list(shape("One step.", { at: string, ...COUNTED, cache_bytes: orNull(whole) })),
});

export const VOLUMETRY = shape("How much there was of everything.", {
  ...HEAD,
  ...{ requests: VOLUME, traffic: VOLUME },
  unique: shape("Different pictures that were delivered.", {
    ...{ originals: whole, variants: whole },
    ...{ variants_per_original: orNull(number), originals_per_variant: orNull(number) },
    is_exact: { type: "boolean", description: "Up to 1,024 of each; beyond, the error is about 1.6 %." },
  }),
  cache: shape("What is kept.", { measure: MEASURE, originals: RANGE, variants: RANGE, total: RANGE }),
  series: list(
    shape("One step.", {
      ...{ at: string, ...COUNTED, originals_bytes: orNull(whole), variants_bytes: orNull(whole) },
    }),
  ),
});

export const OPTIMIZATION = shape("What the originals would have cost, and what was sent.", {
  ...HEAD,
  totals: shape("Of the whole period.", SAVING),
  formats: list(shape("One format.", { format: string, ...SAVING })),
  resizes: list(
    shape("Renders into one format.", {
      ...{ format: string, count: whole, bytes_in: whole, bytes_out: whole, average_ms: number },
    }),
  ),
  series: list(
    shape("One step.", {
      at: string,
      requests: whole,
      bytes_in: whole,
      bytes_out: whole,
      saving: orNull(number),
    }),
  ),
});

export const DELIVERY = shape("How answers were given.", {
  ...HEAD,
  ...{ ...COUNTED, hits: whole, hit_ratio: orNull(number) },
  sources: list(shape("Whence answers came.", { from: string, ...COUNTED })),
  statuses: list(shape("One status.", { status: whole, ...COUNTED })),
  errors: list(shape("One error.", { code: string, requests: whole })),
  times: shape("Until an answer was ready.", { all: TIMES, misses: TIMES }),
  buckets: list(shape("Answers that took no longer.", { up_to_ms: orNull(number), requests: whole })),
  origins: list(
    shape("One origin.", {
      ...{ origin: string, downloads: whole, failed: whole, slow: whole, bytes: whole, average_ms: number },
    }),
  ),
  countries: list(shape("One country.", { country: string, ...COUNTED })),
  edge: orNull(shape("What nodes told.", { requests: whole, hits: whole, hit_ratio: number })),
  series: list(
    shape("One step.", {
      ...{ at: string, requests: whole, hits: whole, bytes: whole },
      ...{ s2xx: whole, s3xx: whole, s4xx: whole, s5xx: whole },
    }),
  ),
});

export const TOP_QUERY = object("Of what.", {
  ...PROJECT,
  ...BETWEEN,
  "by?": choice("What is ranked.", Object.keys(RANKED)),
  "order?": choice("By what.", ["hits", "bytes"]),
  "limit?": count("Rows.", 1, 100),
});

export const TOP = shape("Who had most.", {
  project: orNull(string),
  ...{ from: string, to: string, by: string, order: string },
  is_exact: { type: "boolean", description: "Whether every day was counted whole." },
  missing_at_most: {
    type: "integer",
    description: "What any figure may lack, or a name that is not listed may have, at most.",
  },
  rows: list(
    shape("One name.", {
      ...{ rank: whole, name: string, project: string, hits: whole, bytes: whole, share: orNull(number) },
    }),
  ),
});

export const LOG_PARAMS = object("Which log.", { kind: choice("Its name.", LOG_KINDS) });
export const LOG_QUERY = object("Which rows.", {
  ...PROJECT,
  ...BETWEEN,
  "limit?": count("Rows on a page.", 1, 100),
  "cursor?": text("Where the next page begins, as the page before said.", 200),
  "url?": text("Part of the URL.", 1_000),
  "status?": text("A status such as 404, or all of a kind such as 4xx.", 3),
  "output?": text("Format of the answer.", 20),
  "code?": text("Code of the error table.", 60),
  "origin?": text("Host of an origin.", 300),
  "source?": text("Whence an answer came.", 20),
  "via?": choice("Who told of it.", ["instance", "node"]),
  "format?": choice("Takes the rows away as a file instead of a page.", EXPORT_FORMATS),
  "most?": count("Rows of that file at most.", 1, 100_000),
});
export const LOG_PAGE = shape("One page, newest first. It may be short and still have a cursor.", {
  rows: list({ type: "object", description: "One row; its members differ from log to log." }),
  "cursor?": string,
});

export const NODE_LINES = shape("What became of the lines.", {
  ...{ accepted: whole, refused: whole, repeated: { type: "boolean" } },
  errors: list(shape("A line that was left out.", { line: whole, detail: string })),
});

export const GENERAL_QUERY = object("Of what.", {
  "from?": text("The first day: yyyymmdd.", 40),
  "to?": text("The last day: yyyymmdd.", 40),
  "client_key?": text("The API key, where no header gives it.", 300),
  ...PROJECT,
});
export const GENERAL = shape("Cloudimage's general figures.", {
  ...{ status: string, msg: string },
  stats: shape("Figures; gigabytes are 10^9 bytes.", {
    ...{ cdn_trafic_gb: number, cache_storage_gb: number },
    ...{ count_resized_images: whole, count_downloaded_images: whole, count_total_images: whole },
  }),
});
