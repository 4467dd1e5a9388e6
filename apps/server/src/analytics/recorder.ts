import type { IncomingHttpHeaders } from "node:http";
import type { Metrics } from "../health/metrics.ts";
import type { Buffer, Tally } from "./buffer.ts";
import type { AnswerEvent, AnswerFacts, FetchEvent, RenderEvent } from "./events.ts";
import { BUCKETS } from "./lines.ts";
import { COUNTRY_HEADERS, countryOf } from "./visitors.ts";

/**
 * What the server tells of its answers, one compact event each. It feeds the metrics and the analytics; whoever tells neither waits nor
 * learns what becomes of it.
 */
export interface Observer {
  /** A counter for one answer of memory, or of the disk: adding to it is all that a hit costs. */
  hits(facts: () => AnswerFacts, source?: Tally["source"]): HitCounter;
  answered(event: AnswerEvent): void;
  rendered(event: RenderEvent): void;
  fetched(event: FetchEvent): void;
  /** The visitor's country, where a CDN in front tells it. */
  countryIn(headers: IncomingHttpHeaders): string | undefined;
}

export interface HitCounter {
  /** `milliseconds`: until it was ready. */
  add(headers: IncomingHttpHeaders, milliseconds?: number): void;
}

/** Visitors of one answer are told apart by referrer and country; of more than so many in a second neither is counted. */
const MOST_TALLIES = 256;

export function createObserver(parts: {
  readonly metrics: Pick<Metrics, "answered" | "failed" | "hit">;
  /** Absent where no analytics are kept. */
  readonly buffer: Buffer | undefined;
  readonly countryHeader: string | undefined;
  readonly now: () => number;
}): Observer {
  const { metrics, buffer, countryHeader, now } = parts;
  const headersOfCountry = countryHeader === undefined ? COUNTRY_HEADERS : [countryHeader.toLowerCase()];
  const countryIn = (headers: IncomingHttpHeaders): string | undefined => {
    for (const name of headersOfCountry) {
      const value = headers[name];
      if (typeof value === "string") return value;
    }
    return undefined;
  };
  return {
    hits: (facts, source = "memory") =>
      buffer
        ? new TallyCounter({ metrics, buffer, facts: facts(), source, countryIn, now })
        : { add: (_, milliseconds = 0) => metrics.hit(source, milliseconds) },
    answered(event) {
      const { source, code, milliseconds } = event;
      if (source === "failed") metrics.failed(code ?? "INTERNAL");
      else if (source !== "redirect" && source !== "edge") metrics.answered(source, milliseconds);
      buffer?.answer(event, now());
    },
    rendered: (event) => buffer?.render(event, now()),
    fetched: (event) => buffer?.fetch(event, now()),
    countryIn,
  };
}

interface TallyParts {
  readonly metrics: Pick<Metrics, "hit">;
  readonly buffer: Buffer;
  readonly facts: AnswerFacts;
  readonly source: Tally["source"];
  readonly now: () => number;
  readonly countryIn: (headers: IncomingHttpHeaders) => string | undefined;
}

class TallyCounter implements HitCounter {
  readonly #parts: TallyParts;
  /** Of visitors of whom nothing is known, and of those who are too many. */
  readonly #plain: Tally;
  /** Where the last hit was counted: the next is often like it. */
  #last: Tally;
  /** Of this second: an answer that nobody asks for any more keeps nothing of who did. */
  #others: Map<string, Tally> | undefined;

  constructor(parts: TallyParts) {
    this.#parts = parts;
    this.#plain = this.#newTally(undefined, undefined);
    this.#last = this.#plain;
  }

  add(headers: IncomingHttpHeaders, milliseconds = 0): void {
    const { metrics, buffer, countryIn, source } = this.#parts;
    metrics.hit(source, milliseconds);
    if (milliseconds > BUCKETS[0]) {
      const who = { referer: headers.referer, country: countryIn(headers) };
      buffer.answer({ ...this.#parts.facts, ...who, source, milliseconds }, this.#parts.now());
      return;
    }
    // Never the headers themselves: they are as long as anybody likes.
    const referrer = buffer.referrers.hostOf(headers.referer);
    const country = countryOf(countryIn(headers));
    if (this.#last.referrer !== referrer || this.#last.country !== country) {
      this.#last = this.#tallyOf(referrer, country);
    }
    buffer.count(this.#last, milliseconds);
  }

  #tallyOf(referrer: string | undefined, country: string | undefined): Tally {
    if (referrer === undefined && country === undefined) return this.#plain;
    this.#others ??= new Map();
    const key = `${country ?? ""}\n${referrer ?? ""}`;
    const known = this.#others.get(key);
    if (known) return known;
    if (this.#others.size >= MOST_TALLIES) return this.#plain;
    const tally: Tally = { ...this.#newTally(referrer, country), owner: this };
    this.#others.set(key, tally);
    return tally;
  }

  #newTally(referrer: string | undefined, country: string | undefined): Tally {
    const { facts, source } = this.#parts;
    return { facts, referrer, country, source, hits: 0, microseconds: 0 };
  }

  /** What was counted was taken. */
  forget(): void {
    this.#last = this.#plain;
    this.#others = undefined;
  }
}
