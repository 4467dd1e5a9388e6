import { HITS, MISSES } from "./events.ts";

/** Stands for what did not fit: nothing is lost but the names. */
export const OTHER = "(other)";
/** All projects together, in rollups. No project is called so. */
export const ALL = "*";

/** Equal answers of one second, counted together. Sums are whole numbers, so that they come to the same in any order. */
export interface Line {
  /** Milliseconds since the epoch, a whole second. */
  readonly at: number;
  readonly project: string;
  readonly url: string;
  readonly original: string | undefined;
  readonly via: "instance" | "node";
  readonly node: string | undefined;
  readonly source: string;
  /** What a node did, in its own words. */
  readonly cache: string | undefined;
  readonly status: number;
  readonly code: string | undefined;
  readonly format: string | undefined;
  /** A host. */
  readonly referrer: string | undefined;
  readonly country: string | undefined;
  /** Place in `BUCKETS`; undefined where no time is known. */
  readonly bucket: number | undefined;
  hits: number;
  bytes: number;
  bytesIn: number;
  microseconds: number;
}

/** A render, or several that did not fit. */
export interface ResizeLine {
  readonly at: number;
  readonly project: string;
  readonly url: string;
  readonly original: string | undefined;
  readonly status: number;
  readonly code: string | undefined;
  readonly format: string;
  hits: number;
  bytesIn: number;
  bytesOut: number;
  microseconds: number;
}

/** A fetch from an origin, or several that did not fit. Times in microseconds. */
export interface FetchLine {
  readonly at: number;
  readonly project: string;
  readonly url: string;
  readonly origin: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly isSlow: boolean;
  readonly dns: number | undefined;
  readonly connect: number | undefined;
  readonly firstByte: number | undefined;
  hits: number;
  bytes: number;
  microseconds: number;
}

/** Upper bounds of the buckets that times are counted in, in milliseconds; the last has none. */
export const BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000] as const;

export function bucketOf(milliseconds: number): number {
  const found = BUCKETS.findIndex((bound) => milliseconds <= bound);
  return found === -1 ? BUCKETS.length : found;
}

/** What rollups are kept by. The numbers stand in the store: they are never given to anything else. */
export const DIMENSIONS = {
  total: 0,
  source: 1,
  status: 2,
  format: 3,
  code: 4,
  time: 5,
  missTime: 6,
  country: 7,
  edge: 8,
  resize: 9,
  fetch: 10,
  failedFetch: 11,
  slowFetch: 12,
} as const;

export type Dimension = (typeof DIMENSIONS)[keyof typeof DIMENSIONS];

/** Whether a line counts as a request: what a node passed on reaches an instance and is counted there. */
export const isCounted = ({ via, cache }: Pick<Line, "via" | "cache">): boolean =>
  via === "instance" || cache === "hit";

/** Whether an answer is a hit, by its source. */
export const isHit = (source: string): boolean => HITS.has(source);

/** Everything a line is summed up under. `recompute.ts` says the same in SQL. */
export function dimensionsOf(line: Line): readonly (readonly [Dimension, string])[] {
  const found: (readonly [Dimension, string])[] = [];
  if (isCounted(line)) {
    found.push([DIMENSIONS.total, ""], [DIMENSIONS.source, line.source]);
    found.push([DIMENSIONS.status, String(line.status)]);
    if (line.format !== undefined && line.bytesIn > 0) found.push([DIMENSIONS.format, line.format]);
    if (line.code !== undefined) found.push([DIMENSIONS.code, line.code]);
    if (line.country !== undefined) found.push([DIMENSIONS.country, line.country]);
    if (line.bucket !== undefined) {
      found.push([DIMENSIONS.time, String(line.bucket)]);
      if (MISSES.has(line.source)) found.push([DIMENSIONS.missTime, String(line.bucket)]);
    }
  }
  if (line.via === "node") found.push([DIMENSIONS.edge, line.cache ?? ""]);
  return found;
}

/** A stranger's text as both engines keep it, and no longer than `most` characters. */
export function cleanText(text: string, most: number): string {
  const whole = text.toWellFormed().replaceAll("\0", "\uFFFD");
  return whole.length <= most ? whole : `${whole.slice(0, most - 1).toWellFormed()}…`;
}
