import type { AnswerEvent, AnswerFacts, FetchEvent, NodeEvent, RenderEvent } from "./events.ts";
import { bucketOf, cleanText, type FetchLine, type Line, OTHER, type ResizeLine } from "./lines.ts";
import { Origins } from "./origins.ts";
import { TEN_MINUTES } from "./summing.ts";
import { countryOf, type Referrers } from "./visitors.ts";

/** Different lines of one batch; what comes then is counted in lines without names. */
const MOST_LINES = 5_000;
const MOST_EVENTS = 1_000;
const LONGEST_URL = 1_000;
const LONGEST_NAME = 200;
const LONGEST_NODE = 100;

/** Everything that was counted within one second or so. */
export interface Batch {
  readonly lines: readonly Line[];
  readonly resizes: readonly ResizeLine[];
  readonly fetches: readonly FetchLine[];
}

/** Answers that are equal but for who asks, counted where they are given: `hits` is all that is touched for one more. */
export interface Tally {
  readonly facts: AnswerFacts;
  /** A host. */
  readonly referrer: string | undefined;
  readonly country: string | undefined;
  readonly source: "memory" | "disk";
  hits: number;
  /** Of all of them, until they were ready. */
  microseconds: number;
  /** Whoever is told when the hits were taken, so that nobody keeps it for longer than it counts. */
  readonly owner?: { forget(): void };
}

/** All that is kept of who asked. */
type Visitor = Pick<Line, "referrer" | "country">;

/**
 * Counts what happens, by everything that is kept of it. It is bounded whatever comes: when a batch is full, names become "(other)" and
 * every number is still added. Nothing is awaited and nothing is written here.
 */
export class Buffer {
  readonly referrers: Referrers;
  readonly #slow: number;
  readonly #mostLines: number;
  readonly #mostEvents: number;
  readonly #origins: Origins;
  #lines = new Map<string, Line>();
  #resizes = new Map<string, ResizeLine>();
  #fetches = new Map<string, FetchLine>();
  /** Tallies that were touched since the last batch. */
  #touched: Tally[] = [];
  #events = 0;

  constructor(parts: {
    readonly referrers: Referrers;
    /** Milliseconds from which on a download is slow. */
    readonly slowMs: number;
    readonly mostLines?: number;
    readonly mostEvents?: number;
    readonly mostOrigins?: number;
  }) {
    this.referrers = parts.referrers;
    this.#slow = parts.slowMs;
    this.#mostLines = parts.mostLines ?? MOST_LINES;
    this.#mostEvents = parts.mostEvents ?? MOST_EVENTS;
    this.#origins = new Origins(parts.mostOrigins);
  }

  get isEmpty(): boolean {
    return this.#touched.length + this.#lines.size + this.#resizes.size + this.#fetches.size === 0;
  }

  /** One more answer of a tally, ready within the shortest of times that are told apart. */
  count(tally: Tally, milliseconds = 0): void {
    tally.hits += 1;
    tally.microseconds += microseconds(milliseconds);
    if (tally.hits === 1) this.#touched.push(tally);
  }

  answer(event: AnswerEvent, at: number): void {
    const { source, code, milliseconds } = event;
    this.#add(at, event, this.#visitorOf(event), { source, code, via: "instance" }, 1, milliseconds);
  }

  node(event: NodeEvent): void {
    const { cache, count, milliseconds } = event;
    const node = event.node === undefined ? undefined : cleanText(event.node, LONGEST_NODE);
    const source = cache === "hit" ? "edge" : "node";
    const how = { source, via: "node", node, cache } as const;
    this.#add(event.at, event, this.#visitorOf(event), how, count, milliseconds);
  }

  render(event: RenderEvent, at: number): void {
    const { project, status, code, format } = event;
    const url = cleanText(event.url, LONGEST_URL);
    const isFull = this.#events >= this.#mostEvents;
    const second = isFull ? wideOf(at) : secondOf(at);
    const key = isFull ? [second, project, status, code, format].join("\n") : String(this.#events);
    this.#events += 1;
    const line = this.#resizes.get(key) ?? {
      ...{ at: second, project, status, code, format },
      url: isFull ? OTHER : url,
      original: isFull ? undefined : event.original,
      ...{ hits: 0, bytesIn: 0, bytesOut: 0, microseconds: 0 },
    };
    line.hits += 1;
    line.bytesIn += event.bytesIn;
    line.bytesOut += event.bytesOut;
    line.microseconds += microseconds(event.milliseconds);
    this.#resizes.set(key, line);
  }

  fetch(event: FetchEvent, at: number): void {
    const { project, status, code, times } = event;
    const isSlow = event.milliseconds >= this.#slow;
    const isFull = this.#events >= this.#mostEvents;
    const second = isFull ? wideOf(at) : secondOf(at);
    const origin = isFull ? OTHER : this.#origins.nameOf(project, cleanText(event.origin, LONGEST_NAME), at);
    const key = isFull ? [second, project, status, code, isSlow].join("\n") : String(this.#events);
    this.#events += 1;
    const part = (value: number | undefined) =>
      value === undefined || isFull ? undefined : microseconds(value);
    const line = this.#fetches.get(key) ?? {
      ...{ at: second, project, origin, status, code, isSlow },
      url: isFull ? OTHER : cleanText(event.url, LONGEST_URL),
      ...{ dns: part(times.dns), connect: part(times.connect), firstByte: part(times.firstByte) },
      ...{ hits: 0, bytes: 0, microseconds: 0 },
    };
    line.hits += 1;
    line.bytes += event.bytes;
    line.microseconds += microseconds(event.milliseconds);
    this.#fetches.set(key, line);
  }

  /** Adds what tallies hold to the lines: as of `at`, which is when the first of it may have happened. */
  fold(at: number): void {
    const touched = this.#touched;
    this.#touched = [];
    for (const tally of touched) {
      const { facts, hits, source, microseconds } = tally;
      tally.hits = 0;
      tally.microseconds = 0;
      this.#add(at, facts, tally, { source, via: "instance" }, hits, 0, microseconds);
      tally.owner?.forget();
    }
  }

  /** Hands over what was counted and begins anew. */
  take(): Batch {
    const batch = {
      lines: [...this.#lines.values()],
      resizes: [...this.#resizes.values()],
      fetches: [...this.#fetches.values()],
    };
    this.#lines = new Map();
    this.#resizes = new Map();
    this.#fetches = new Map();
    this.#events = 0;
    return batch;
  }

  #visitorOf({ referer, country }: Pick<AnswerEvent, "referer" | "country">): Visitor {
    return { referrer: this.referrers.hostOf(referer), country: countryOf(country) };
  }

  #add(
    at: number,
    facts: AnswerFacts,
    { referrer, country }: Visitor,
    how: Pick<Line, "source" | "via"> & Partial<Pick<Line, "code" | "node" | "cache">>,
    count: number,
    milliseconds: number | undefined,
    total = microseconds(milliseconds ?? 0) * count,
  ): void {
    const { project, status, format, bytes, bytesIn = 0 } = facts;
    const { source, via, code, node, cache } = how;
    const full = this.#lines.size >= this.#mostLines;
    const second = full ? wideOf(at) : secondOf(at);
    const bucket = milliseconds === undefined ? undefined : bucketOf(milliseconds);
    const same = [second, project, via, source, cache, status, code, format, bucket, bytesIn > 0];
    const whole = cleanText(facts.url, LONGEST_URL);
    const named = [...same, whole, facts.original, referrer, country, node].join("\n");
    // What no longer fits goes to where nothing but the numbers differ.
    const key = full ? same.join("\n") : named;
    let line = this.#lines.get(key);
    if (!line) {
      line = {
        ...{ at: second, project, via, source, cache, status, code, format, bucket },
        url: full ? OTHER : whole,
        original: full ? undefined : facts.original,
        referrer: full ? undefined : referrer,
        country: full ? undefined : country,
        node: full ? undefined : node,
        ...{ hits: 0, bytes: 0, bytesIn: 0, microseconds: 0 },
      };
      this.#lines.set(key, line);
    }
    line.hits += count;
    line.bytes += bytes * count;
    line.bytesIn += bytesIn * count;
    line.microseconds += total;
  }
}

/** A second; where too much came, ten minutes, which no rollup can tell apart. */
const wideOf = (at: number): number => Math.floor(at / TEN_MINUTES) * TEN_MINUTES;
const secondOf = (at: number): number => Math.floor(at / 1_000) * 1_000;
const microseconds = (milliseconds: number): number => Math.max(0, Math.round(milliseconds * 1_000));
