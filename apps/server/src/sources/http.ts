import { reachOf } from "./allow-list.ts";
import { readAnswer } from "./answer.ts";
import { type BreakerOptions, Breakers } from "./breakers.ts";
import { createSchemes } from "./candidates.ts";
import { broken, notAllowed, type Refusal, tooSlow } from "./refusal.ts";
import type { Dress, Fetched, Source, SourcePolicy, Validators } from "./source.ts";
import { conditionOf } from "./validators.ts";
import {
  type Clock,
  createWire,
  describeError,
  type Head,
  headerOf,
  leave,
  type Wire,
  type WireOptions,
} from "./wire.ts";

export interface HttpSourceOptions extends WireOptions {
  /** Bytes per second that a body must bring, seen over `rateWindowMs`; 1,024 by default. */
  readonly minRate?: number;
  /** Milliseconds; 5,000 by default. */
  readonly rateWindowMs?: number;
  readonly breaker?: BreakerOptions;
}

export type SourceRequest = Parameters<Source["fetch"]>[1];

/** What one original is asked for with. */
export interface Plan {
  /** Candidates in order of preference; the next is asked only where the one before gave no answer at all. */
  readonly urls: readonly string[];
  readonly redirects: number;
  /** What a request of this URL carries besides; called anew for each. */
  readonly dress?: (url: URL, headers: Headers, clock: Clock) => Promise<Dressed | Refusal>;
  /** What an answer means that brings nothing; absent, or undefined from it: what its status says. */
  readonly meaning?: (head: Head) => Promise<Fetched | undefined>;
}

export type Headers = Readonly<Record<string, string>>;
export interface Dressed {
  readonly headers: Headers;
  /** Added to the query on the wire, and remembered nowhere. */
  readonly query?: string;
}

/** One fetch with its clock. */
interface Flight extends Clock {
  /** Begins the time anew. */
  readonly goesOn: () => void;
  readonly plan: Plan;
  readonly request: SourceRequest;
  /** The caller's own signal: what ends by it is nobody's failure. */
  readonly caller: AbortSignal;
}

/** An outcome, and whether the origin itself gave it: only then is the next candidate URL not asked. */
interface Attempt {
  readonly outcome: Fetched;
  readonly answered: boolean;
}

const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

// Origins that let Cloudimage in look for its name in the user agent.
const HEADERS = {
  "user-agent": "freshet/1 (image fetcher; cloudimage compatible)",
  accept: "image/*,*/*;q=0.1",
  "accept-encoding": "identity",
};
const PAST_CACHES = { "cache-control": "no-cache", pragma: "no-cache" };

/** Reads what plans ask for over HTTP and HTTPS, from addresses that the project's policy lets it reach. */
export interface HttpReader {
  read(plan: Plan, request: SourceRequest, signal: AbortSignal): Promise<Fetched>;
  readonly wire: Wire;
  readonly breakers: Breakers;
  close(): Promise<void>;
}

/** Reads originals that have URLs. */
export function createHttpSource(options: HttpSourceOptions = {}): Source & Pick<HttpReader, "close"> {
  const reader = createHttpReader(options);
  return { ...httpSourceOf(reader), close: reader.close };
}

export function httpSourceOf(reader: HttpReader): Source {
  return {
    async fetch(location, request, signal) {
      if (location.kind !== "http") throw new TypeError("The HTTP source reads only http locations.");
      const { urls, dress } = location;
      const plan = { urls, redirects: MAX_REDIRECTS, ...(dress && { dress: dresserOf(urls, dress) }) };
      return reader.read(plan, request, signal);
    },
  };
}

/** Headers and password go to the origins that the location names, and to none that one of them redirects to. */
function dresserOf(urls: readonly string[], { headers, auth }: Dress): NonNullable<Plan["dress"]> {
  const origins = new Set(urls.map((url) => URL.parse(url)?.origin));
  const basic = auth && Buffer.from(`${auth.user}:${auth.password.reveal()}`).toString("base64");
  return async (url) => {
    if (!origins.has(url.origin)) return { headers: {} };
    return { headers: { ...headers, ...(basic !== undefined && { authorization: `Basic ${basic}` }) } };
  };
}

export function createHttpReader(options: HttpSourceOptions = {}): HttpReader {
  const wire = createWire(options);
  const breakers = new Breakers(options.breaker);
  const schemes = createSchemes();
  const { minRate = 1_024, rateWindowMs = 5_000 } = options;

  async function read(plan: Plan, request: SourceRequest, signal: AbortSignal): Promise<Fetched> {
    signal.throwIfAborted();
    const clock = new AbortController();
    const slow = () => clock.abort();
    const total = setTimeout(slow, request.policy.timeoutMs);
    signal.addEventListener("abort", slow, { once: true });
    try {
      const goesOn = () => void total.refresh();
      return await fetchCandidates({ plan, request, signal: clock.signal, slow, goesOn, caller: signal });
    } catch (error) {
      signal.throwIfAborted();
      return clock.signal.aborted ? tooSlow() : broken(describeError(error));
    } finally {
      clearTimeout(total);
      signal.removeEventListener("abort", slow);
      clock.abort(); // also frees the connection of a redirect whose body never ends
    }
  }

  async function fetchCandidates(flight: Flight): Promise<Fetched> {
    let refused: Refusal | undefined;
    for (const candidate of schemes.order(flight.plan.urls)) {
      const { outcome, answered } = await fetchUrl(candidate, flight.request.validators, flight);
      if (answered) {
        schemes.worked(candidate);
        return outcome;
      }
      if (outcome.kind !== "refused") return outcome;
      if (refused === undefined || outcome.code !== "ORIGINAL_NOT_ALLOWED") refused = outcome;
    }
    return refused ?? broken("There is no URL to fetch from.");
  }

  async function fetchUrl(
    text: string,
    validators: Validators | undefined,
    flight: Flight,
  ): Promise<Attempt> {
    let url = URL.parse(text);
    for (let hop = 0; ; hop += 1) {
      if (url === null) return { outcome: notAllowed("The URL cannot be read."), answered: hop > 0 };
      const step = await fetchStep(url, validators, flight);
      if (step === "contradicted") return await fetchUrl(text, undefined, flight);
      if (!("redirect" in step)) return { ...step, answered: step.answered || hop > 0 };
      if (hop >= flight.plan.redirects) {
        const allowed = flight.plan.redirects;
        const reason =
          allowed === 0 ? "It redirects to elsewhere." : `It redirects more than ${allowed} times.`;
        return { outcome: broken(reason), answered: true };
      }
      if (step.redirect === undefined) return { outcome: broken("It redirects to nowhere."), answered: true };
      url = URL.parse(step.redirect, url.href);
    }
  }

  /** One request of one URL, as far as its origin's breaker and the project's list let it pass. */
  async function fetchStep(
    url: URL,
    validators: Validators | undefined,
    flight: Flight,
  ): Promise<Attempt | { readonly redirect: string | undefined } | "contradicted"> {
    const { fresh, policy } = flight.request;
    const reach = allowedReach(url, policy);
    if (typeof reach !== "string") return { outcome: reach, answered: false };
    const passage = breakers.enter(policy.owner ?? "", url.origin);
    if ("kind" in passage) return { outcome: passage, answered: false };
    try {
      // Whoever asks again wants to know what the origin has now, not what a cache before it remembers.
      const isAgain = fresh || flight.request.validators !== undefined;
      const condition = fresh ? undefined : conditionOf(validators);
      const sent = condition !== undefined && validators?.url === url.href ? validators : undefined;
      const plain = { ...HEADERS, ...(isAgain && PAST_CACHES), ...(sent && condition) };
      const dressed = flight.plan.dress ? await flight.plan.dress(url, plain, flight) : { headers: {} };
      if ("kind" in dressed) {
        passage.left();
        return { outcome: dressed, answered: false };
      }
      const headers = { ...plain, ...dressed.headers };
      const head = await wire.ask({ url, query: dressed.query, headers }, reach, flight);
      if ("kind" in head) {
        if (head.code === "ORIGINAL_NOT_ALLOWED") passage.left();
        else passage.failed();
        return { outcome: head, answered: false };
      }
      if (REDIRECTS.has(head.statusCode)) {
        leave(head);
        passage.worked();
        return { redirect: headerOf(head, "location") };
      }
      const { meaning } = flight.plan;
      const { inspect, mayBeEmpty, spool } = flight.request;
      const outcome = await readAnswer(head, {
        ...{ url: url.href, sent, maxBytes: policy.maxBytes, minRate, rateWindowMs },
        ...{
          slow: flight.slow,
          goesOn: flight.goesOn,
          inspect,
          spool,
          mayBeEmpty,
          ...(meaning && { meaning }),
        },
      });
      if (isUnwell(head)) passage.failed();
      else passage.worked();
      return outcome === "contradicted" ? outcome : { outcome, answered: true };
    } catch (error) {
      if (flight.caller.aborted) passage.left();
      else passage.failed();
      throw error;
    }
  }

  return { read, wire, breakers, close: wire.close };
}

/**
 * Whether an answer says that its origin is in trouble. 500 and 501 do not: many a server gives them to whoever asks for something
 * odd, and anyone may.
 */
const isUnwell = ({ statusCode }: Head) => statusCode > 501 || statusCode === 429;

function allowedReach(url: URL, policy: SourcePolicy): "public" | "private" | Refusal {
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return notAllowed("Only http and https are fetched.");
  if (url.username !== "" || url.password !== "")
    return notAllowed("A URL may not carry a user name or password.");
  return reachOf(url, policy) ?? notAllowed(`${url.host} is not in the project's list.`);
}
