import { Agent, type Dispatcher } from "undici";
import {
  cachedResolve,
  guardedConnector,
  isAddressRefusal,
  type Reach,
  type Resolve,
} from "./address-guard.ts";
import { reachOf } from "./allow-list.ts";
import { decodeBody, readBody } from "./body.ts";
import { createSchemes } from "./candidates.ts";
import { broken, notAllowed, type Refusal, tooLarge, tooSlow } from "./refusal.ts";
import type { Fetched, Location, Source, SourcePolicy, Validators } from "./source.ts";
import { conditionOf, isStrong, validatorsOf } from "./validators.ts";

type HttpLocation = Extract<Location, { kind: "http" }>;
type Request = Parameters<Source["fetch"]>[1];

/** Limits that hold for every origin, whatever a project allows. */
export interface HttpSourceOptions {
  /** Milliseconds until the head of the answer is there, connecting included; 10,000 by default. */
  readonly firstByteMs?: number;
  /** Milliseconds to connect; 3,000 by default. */
  readonly connectMs?: number;
  /** Bytes per second that a body must bring, seen over `rateWindowMs`; 1,024 by default. */
  readonly minRate?: number;
  /** Milliseconds; 5,000 by default. */
  readonly rateWindowMs?: number;
  /** Connections to one origin at a time; further requests wait; 16 by default. */
  readonly connections?: number;
  /** How names become addresses; the system's resolver by default. */
  readonly resolve?: Resolve;
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

// A kept connection that the origin closed at the moment of the request: nothing was answered, ask once more.
const LOST_CONNECTION: ReadonlySet<unknown> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** One fetch with its clock: `slow` ends it, and so does the caller's signal. */
interface Flight {
  readonly request: Request;
  readonly signal: AbortSignal;
  readonly slow: () => void;
}

/** An outcome, and whether the origin itself gave it: only then is the next candidate URL not asked. */
interface Attempt {
  readonly outcome: Fetched;
  readonly answered: boolean;
}

/** Reads originals over HTTP and HTTPS, from addresses that the project's policy lets it reach. */
export function createHttpSource(options: HttpSourceOptions = {}): Source & { close(): Promise<void> } {
  const resolve = cachedResolve(options.resolve);
  // One agent per reach: a connection opened for a project that may reach private networks serves no other.
  const agents: Readonly<Record<Reach, Agent>> = { public: agentFor("public"), private: agentFor("private") };
  const schemes = createSchemes();
  const minRate = options.minRate ?? 1_024;
  const rateWindowMs = options.rateWindowMs ?? 5_000;

  function agentFor(reach: Reach): Agent {
    return new Agent({
      connect: guardedConnector(reach, options.connectMs ?? 3_000, resolve),
      connections: options.connections ?? 16,
      pipelining: 1,
      keepAliveTimeout: 4_000,
      // The flight's own clock covers these, and more exactly.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async function fetch(location: Location, request: Request, signal: AbortSignal): Promise<Fetched> {
    if (location.kind !== "http") throw new TypeError("The HTTP source reads only http locations.");
    signal.throwIfAborted();
    const clock = new AbortController();
    const slow = () => clock.abort();
    const total = setTimeout(slow, request.policy.timeoutMs);
    signal.addEventListener("abort", slow, { once: true });
    try {
      return await fetchCandidates(location, { request, signal: clock.signal, slow });
    } catch (error) {
      signal.throwIfAborted();
      return clock.signal.aborted ? tooSlow() : broken(describe(error));
    } finally {
      clearTimeout(total);
      signal.removeEventListener("abort", slow);
      clock.abort(); // also frees the connection of a redirect whose body never ends
    }
  }

  async function fetchCandidates(location: HttpLocation, flight: Flight): Promise<Fetched> {
    let refused: Refusal | undefined;
    for (const candidate of schemes.order(location.urls)) {
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
    const { fresh, policy } = flight.request;
    // Whoever asks again wants to know what the origin has now, not what a cache before it remembers.
    const isAgain = fresh || flight.request.validators !== undefined;
    const condition = fresh ? undefined : conditionOf(validators);
    let url = URL.parse(text);
    for (let hop = 0; ; hop += 1) {
      if (url === null) return { outcome: notAllowed("The URL cannot be read."), answered: hop > 0 };
      const reach = allowedReach(url, policy);
      if (typeof reach !== "string") return { outcome: reach, answered: hop > 0 };
      const sent = condition !== undefined && validators?.url === url.href ? validators : undefined;
      const headers = { ...HEADERS, ...(isAgain && PAST_CACHES), ...(sent && condition) };
      const head = await ask(agents[reach], url, headers, flight);
      if ("kind" in head) return { outcome: head, answered: hop > 0 };
      if (!REDIRECTS.has(head.statusCode)) {
        const outcome = await read(url, head, sent, flight);
        if (outcome === "contradicted") return await fetchUrl(text, undefined, flight);
        return { outcome, answered: true };
      }
      leave(head);
      if (hop === MAX_REDIRECTS)
        return { outcome: broken("It redirects more than 3 times."), answered: true };
      const target = headerOf(head, "location");
      if (target === undefined) return { outcome: broken("It redirects to nowhere."), answered: true };
      url = URL.parse(target, url.href);
    }
  }

  /** The head of the answer. A kept connection that turns out to be closed is replaced once. */
  async function ask(
    agent: Agent,
    url: URL,
    headers: Record<string, string>,
    flight: Flight,
  ): Promise<Dispatcher.ResponseData | Refusal> {
    const firstByte = setTimeout(flight.slow, options.firstByteMs ?? 10_000);
    const wanted = { origin: url.origin, path: url.pathname + url.search, method: "GET" as const, headers };
    try {
      for (let attempt = 0; ; attempt += 1) {
        try {
          const head = await agent.request({ ...wanted, signal: flight.signal });
          head.body.on("error", () => {}); // told to whoever reads; nobody may be reading any more
          return head;
        } catch (error) {
          if (flight.signal.aborted) throw error;
          if (isAddressRefusal(error)) return notAllowed(describe(error));
          if (codeOf(error) === "UND_ERR_CONNECT_TIMEOUT") return tooSlow();
          if (attempt > 0 || !LOST_CONNECTION.has(codeOf(error))) return broken(describe(error));
        }
      }
    } finally {
      clearTimeout(firstByte);
    }
  }

  async function read(
    url: URL,
    head: Dispatcher.ResponseData,
    sent: Validators | undefined,
    flight: Flight,
  ): Promise<Fetched | "contradicted"> {
    const { statusCode: status } = head;
    if (status === 200 || status === 203) return await readFound(url, head, flight);
    leave(head);
    if (status === 404 || status === 410) return { kind: "missing", status };
    if (status !== 304 || sent === undefined) return broken(`It answered with status ${status}.`);
    const validators = validatorsOf(url.href, (name) => headerOf(head, name));
    const { etag } = validators;
    if (sent.etag !== undefined && etag !== undefined && isStrong(etag) && etag !== sent.etag)
      return "contradicted";
    return { kind: "unchanged", validators: { ...sent, ...validators } };
  }

  async function readFound(url: URL, head: Dispatcher.ResponseData, flight: Flight): Promise<Fetched> {
    const { maxBytes } = flight.request.policy;
    let total = 0;
    let before = 0;
    const rate = setInterval(() => {
      if (total - before < (minRate * rateWindowMs) / 1_000) flight.slow();
      before = total;
    }, rateWindowMs);
    try {
      const announced = wholeNumber(headerOf(head, "content-length"));
      const body = await readBody(head.body, { maxBytes, announced }, (now) => {
        total = now;
      });
      const decoded =
        body.kind === "whole"
          ? await decodeBody(body.bytes, headerOf(head, "content-encoding"), maxBytes)
          : body;
      if (decoded.kind === "too-large") return tooLarge(maxBytes);
      if (decoded.kind === "unreadable") return broken(decoded.reason);
      if (decoded.bytes.length === 0) return broken("Its answer is empty.");
      return {
        kind: "found",
        bytes: decoded.bytes,
        contentType: headerOf(head, "content-type"),
        validators: validatorsOf(url.href, (name) => headerOf(head, name)),
        age: wholeNumber(headerOf(head, "age")) ?? 0,
      };
    } finally {
      clearInterval(rate);
      head.body.destroy();
    }
  }

  const close = async () => {
    await Promise.all(Object.values(agents).map((agent) => agent.destroy()));
  };
  return { fetch, close };
}

function allowedReach(url: URL, policy: SourcePolicy): Reach | Refusal {
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return notAllowed("Only http and https are fetched.");
  if (url.username !== "" || url.password !== "")
    return notAllowed("A URL may not carry a user name or password.");
  return reachOf(url, policy) ?? notAllowed(`${url.host} is not in the project's list.`);
}

/** Lets an unread answer go: a short body frees its connection, a long one costs it. */
function leave(head: Dispatcher.ResponseData): void {
  const length = wholeNumber(headerOf(head, "content-length"));
  if (length !== undefined && length <= 8_192) head.body.dump({ limit: 8_192 }).catch(() => {});
  else head.body.destroy();
}

function headerOf(head: Dispatcher.ResponseData, name: string): string | undefined {
  const value = head.headers[name];
  return typeof value === "string" ? value : value?.[0];
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function describe(error: unknown): string {
  return error instanceof Error && error.message !== ""
    ? error.message
    : `The request failed (${String(codeOf(error))}).`;
}
