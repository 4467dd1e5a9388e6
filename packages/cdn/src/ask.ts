import { CdnError } from "./errors.ts";

/** How a maker's API is reached; the same for every bought CDN. */
export interface ApiOptions {
  /** Address of the API instead of the maker's own, for a gateway in between. */
  readonly endpoint?: string | undefined;
  /** Longest wait for one answer in milliseconds; 9,000 unless told. */
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A 2xx answer. */
export interface Said {
  readonly status: number;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

export type Ask = (asked: Asked, signal: AbortSignal) => Promise<Said>;

const TIMEOUT_MS = 9_000;
const LONGEST_ANSWER = 2 ** 20;
const LONGEST_TOLD = 300;
const LONGEST_PAUSE_MS = 300_000;

/**
 * Sends one request and says in an error's own words what did not come of it. What was not answered by 2xx was not accepted, as far as
 * anybody knows. `secrets` are in no message, whatever the other side repeats.
 */
export function createAsk(name: string, secrets: () => readonly string[], options: ApiOptions): Ask {
  const { timeoutMs = TIMEOUT_MS, fetch = (...given) => globalThis.fetch(...given) } = options;
  const hide = (text: string) =>
    secrets()
      .filter((secret) => secret !== "")
      .reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
  return async ({ method, url, headers, body }, signal) => {
    signal.throwIfAborted();
    const late = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        ...{ method, headers, body: body ?? null },
        // Credentials go to the address that was configured and to no other.
        redirect: "manual",
        signal: AbortSignal.any([signal, late]),
      });
      text = await readText(response);
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) throw new CdnError("NODE_SLOW", name, `${timeoutMs} ms`);
      throw new CdnError("NODE_UNREACHABLE", name, hide(reasonOf(error)));
    }
    const { status } = response;
    if (status >= 200 && status < 300) return { status, text, json: parse(text) };
    const told = `${status} ${hide(text)}`.replace(/\s+/g, " ").trim().slice(0, LONGEST_TOLD);
    throw errorOf(name, status, told, response.headers.get("retry-after"));
  };
}

/** What a refusal of that status means, in the words of the other side. */
export function errorOf(name: string, status: number, told: string, retryAfter: string | null = null) {
  const retryAfterMs = pauseOf(retryAfter);
  if (status === 401 || status === 403) return new CdnError("NODE_DENIED", name, told);
  if (status === 429 || (status === 503 && retryAfterMs !== undefined))
    return new CdnError("NODE_BUSY", name, told, { retryAfterMs });
  // 408 and 425: it was not looked at. A redirect is another service's answer, or one that is moving.
  if (status >= 500 || status < 400 || status === 408 || status === 425)
    return new CdnError("NODE_BROKEN", name, told);
  return new CdnError("PURGE_REFUSED", name, told);
}

/** `Retry-After` in seconds or as a date, as milliseconds; five minutes at most. */
function pauseOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const ms = /^\d{1,9}$/.test(retryAfter.trim())
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_PAUSE_MS) : undefined;
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early closes the connection.
  for await (const part of response.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size > LONGEST_ANSWER) break;
  }
  return Buffer.concat(parts).subarray(0, LONGEST_ANSWER).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as {
    readonly cause?: { readonly code?: string };
    readonly message?: string;
  };
  return cause?.code ?? message ?? String(error);
}

/**
 * For APIs that accept by their status alone: a page in the body is somebody else's.
 *
 * @throws CdnError NODE_BROKEN.
 */
export function expectNoPage(name: string, { text, json }: Said): void {
  if (text.trim() !== "" && json === undefined)
    throw new CdnError("NODE_BROKEN", name, "the answer is a page");
}

/** A property of what may be anything. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** The address of an API without its final slash. */
export function baseOf(endpoint: string | undefined, usual: string): string {
  return (endpoint ?? usual).replace(/\/+$/, "");
}

/**
 * Refuses more targets than a call takes, which is the caller's mistake; `isEmpty` is a purge of nothing, for which nobody need be asked.
 *
 * @throws CdnError PURGE_TOO_LARGE.
 */
export function isEmpty(name: string, targets: readonly string[], most: number): boolean {
  if (targets.length > most) throw new CdnError("PURGE_TOO_LARGE", name, `${targets.length} of ${most}`);
  return targets.length === 0;
}
