import { Agent, type Dispatcher } from "undici";
import {
  cachedResolve,
  guardedConnector,
  isAddressRefusal,
  type Reach,
  type Resolve,
} from "./address-guard.ts";
import { broken, notAllowed, type Refusal, tooSlow } from "./refusal.ts";
import { took } from "./times.ts";

/** Limits that hold for every origin, whatever a project allows. */
export interface WireOptions {
  /** Milliseconds until the head of the answer is there, connecting included; 8,000 by default, so that an origin which hangs rests within ten seconds. */
  readonly firstByteMs?: number;
  /** Milliseconds to connect; 3,000 by default. */
  readonly connectMs?: number;
  /** Connections to one origin at a time; further requests wait; 16 by default. */
  readonly connections?: number;
  /** How names become addresses; the system's resolver by default. */
  readonly resolve?: Resolve;
  /** Told of each request once its head is there, or failed; for trying out a source. */
  readonly watch?: (asked: Asked) => void;
}

/** A request that was sent, or should have been. */
export interface Asked {
  readonly url: URL;
  readonly reach: Reach;
  readonly ms: number;
  /** Of the answer; undefined where none came. */
  readonly head: Head | undefined;
  /** Why none came, as the socket or TLS calls it; undefined also where nobody knows. */
  readonly fault: string | undefined;
}

/** The time of one fetch: `slow` ends it. */
export interface Clock {
  readonly signal: AbortSignal;
  readonly slow: () => void;
}

/** One request as it goes over the wire. */
export interface Call {
  readonly url: URL;
  /** Behind the URL's own query, and named nowhere: it may be a secret. */
  readonly query?: string | undefined;
  readonly method?: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export type Head = Dispatcher.ResponseData;

// A kept connection that the origin closed at the moment of the request: nothing was answered, ask once more.
const LOST_CONNECTION: ReadonlySet<unknown> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** Connections to origins, each to addresses within reach alone. */
export interface Wire {
  /** The head of the answer. A kept connection that turns out to be closed is replaced once. Rejects when the clock has run out. */
  ask(call: Call, reach: Reach, clock: Clock): Promise<Head | Refusal>;
  close(): Promise<void>;
}

export function createWire(options: WireOptions = {}): Wire {
  const resolve = cachedResolve(options.resolve);
  // One agent per reach: a connection opened for a project that may reach private networks serves no other.
  const agents: Readonly<Record<Reach, Agent>> = { public: agentFor("public"), private: agentFor("private") };

  function agentFor(reach: Reach): Agent {
    return new Agent({
      connect: guardedConnector(reach, options.connectMs ?? 3_000, resolve),
      connections: options.connections ?? 16,
      pipelining: 1,
      keepAliveTimeout: 4_000,
      // The fetch's own clock covers these, and more exactly.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async function ask(call: Call, reach: Reach, clock: Clock): Promise<Head | Refusal> {
    const { url, query, method = "GET", headers, body } = call;
    const firstByte = setTimeout(clock.slow, options.firstByteMs ?? 8_000);
    const more = query === undefined ? "" : `${url.search === "" ? "?" : "&"}${query}`;
    const path = url.pathname + url.search + more;
    const begun = performance.now();
    const wanted = { origin: url.origin, path, method, headers, ...(body !== undefined && { body }) };
    const tell = (head: Head | undefined, error?: unknown) => {
      const fault = error === undefined ? undefined : String(codeOf(error) ?? nameOf(error));
      options.watch?.({ url, reach, ms: performance.now() - begun, head, fault });
    };
    try {
      for (let attempt = 0; ; attempt += 1) {
        try {
          const head = await agents[reach].request({ ...wanted, signal: clock.signal });
          head.body.on("error", () => {}); // told to whoever reads; nobody may be reading any more
          tell(head);
          took("firstByte", performance.now() - begun);
          return head;
        } catch (error) {
          const isLast = clock.signal.aborted || attempt > 0 || !LOST_CONNECTION.has(codeOf(error));
          if (isLast) tell(undefined, clock.signal.aborted ? { code: "TIMEOUT" } : error);
          if (clock.signal.aborted) throw error;
          if (isAddressRefusal(error)) return notAllowed(describeError(error));
          if (codeOf(error) === "UND_ERR_CONNECT_TIMEOUT") return tooSlow();
          if (isLast) return broken(describeError(error));
        }
      }
    } finally {
      clearTimeout(firstByte);
    }
  }

  const close = async () => {
    await Promise.all(Object.values(agents).map((agent) => agent.destroy()));
  };
  return { ask, close };
}

/** Lets an unread answer go: a short body frees its connection, a long one costs it. */
export function leave(head: Head): void {
  const length = wholeNumber(headerOf(head, "content-length"));
  if (length !== undefined && length <= 8_192) head.body.dump({ limit: 8_192 }).catch(() => {});
  else head.body.destroy();
}

export function headerOf(head: Head, name: string): string | undefined {
  const value = head.headers[name];
  return typeof value === "string" ? value : value?.[0];
}

export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

export function describeError(error: unknown): string {
  return error instanceof Error && error.message !== ""
    ? error.message
    : `The request failed (${String(codeOf(error))}).`;
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : "");

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
