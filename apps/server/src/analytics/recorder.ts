import type { IncomingHttpHeaders } from "node:http";
import type { Metrics } from "../health/metrics.ts";
import type { Buffer, Tally } from "./buffer.ts";
import type { AnswerEvent, AnswerFacts, FetchEvent, RenderEvent } from "./events.ts";
import { COUNTRY_HEADERS } from "./visitors.ts";

/**
 * What the server tells of its answers, one compact event each. It feeds the metrics and the analytics; whoever tells neither waits nor
 * learns what becomes of it.
 */
export interface Observer {
  /** A counter for one answer of the memory tier: adding to it is all that a hit costs. */
  hits(facts: () => AnswerFacts): HitCounter;
  answered(event: AnswerEvent): void;
  rendered(event: RenderEvent): void;
  fetched(event: FetchEvent): void;
  /** The visitor's country, where a CDN in front tells it. */
  countryIn(headers: IncomingHttpHeaders): string | undefined;
}

export interface HitCounter {
  add(headers: IncomingHttpHeaders): void;
}

/** Visitors of one answer are told apart by referrer and country; more than so many go together. */
const MOST_TALLIES = 32;

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
    hits: (facts) =>
      buffer
        ? new TallyCounter({ metrics, buffer, facts: facts(), countryIn })
        : { add: () => metrics.hit() },
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
  readonly countryIn: (headers: IncomingHttpHeaders) => string | undefined;
}

class TallyCounter implements HitCounter {
  readonly #parts: TallyParts;
  /** Where the last hit was counted: the next is often like it. */
  #last: Tally;
  #others: Map<string, Tally> | undefined;

  constructor(parts: TallyParts) {
    this.#parts = parts;
    this.#last = { facts: parts.facts, referer: undefined, country: undefined, hits: 0 };
  }

  add(headers: IncomingHttpHeaders): void {
    const { metrics, buffer, countryIn } = this.#parts;
    const { referer } = headers;
    const country = countryIn(headers);
    if (this.#last.referer !== referer || this.#last.country !== country) {
      this.#last = this.#tallyOf(referer, country);
    }
    buffer.count(this.#last);
    metrics.hit();
  }

  #tallyOf(referer: string | undefined, country: string | undefined): Tally {
    this.#others ??= new Map([[keyOf(this.#last), this.#last]]);
    const key = keyOf({ referer, country });
    const known = this.#others.get(key);
    if (known) return known;
    const tally: Tally = { facts: this.#parts.facts, referer, country, hits: 0 };
    // What is in none of the tallies is counted by itself, and merged where batches are made.
    if (this.#others.size < MOST_TALLIES) this.#others.set(key, tally);
    return tally;
  }
}

const keyOf = ({ referer, country }: Pick<Tally, "referer" | "country">): string =>
  `${country ?? ""}\n${referer ?? ""}`;
