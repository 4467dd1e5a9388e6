import { InvalidationError, type InvalidationErrorCode } from "./errors.ts";

/** Where requests go and with which key. */
export interface ExchangeOptions {
  /** Address of the API without a trailing slash; may carry a path. */
  readonly endpoint: string;
  /** Sent as `X-Client-Key`. */
  readonly apiKey: string;
  /** The runtime's own by default. */
  readonly fetch?: typeof fetch;
  /** Milliseconds that one answer may take; ten seconds by default. */
  readonly timeoutMs?: number;
}

/** One request and its JSON answer. Rejects with an `InvalidationError` for everything but a 2xx with JSON. */
export type Exchange = (
  method: "GET" | "POST",
  path: string,
  sent?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
) => Promise<unknown>;

const CODES: Readonly<Record<number, InvalidationErrorCode>> = {
  401: "API_KEY_WRONG",
  403: "API_KEY_WRONG",
  404: "INVALIDATION_UNKNOWN",
  409: "IDEMPOTENCY_KEY_REUSED",
  429: "RATE_EXCEEDED",
};

export function createExchange({
  endpoint,
  apiKey,
  timeoutMs = 10_000,
  fetch: send,
}: ExchangeOptions): Exchange {
  const base = endpoint.replace(/\/+$/, "");
  return async (method, path, { body, headers } = {}) => {
    const signal = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await (send ?? fetch)(`${base}${path}`, {
        method,
        signal,
        // A key never follows a redirect to another place.
        redirect: "manual",
        headers: {
          ...headers,
          Accept: "application/json",
          "X-Client-Key": apiKey,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (cause) {
      throw new InvalidationError(signal.aborted ? "ANSWER_LATE" : "SERVICE_UNREACHABLE", { cause });
    }
    const answer = readJson(text);
    if (response.ok && answer !== undefined) return answer;
    throw refusal(response, answer);
  };
}

function refusal(response: Response, answer: unknown): InvalidationError {
  const { status } = response;
  if (response.ok || status < 400) return new InvalidationError("ANSWER_MALFORMED", { status });
  const code = CODES[status] ?? (status >= 500 ? "SERVICE_UNAVAILABLE" : "REQUEST_REFUSED");
  const said = sentenceIn(answer);
  const retryAfterMs = readRetryAfter(response.headers);
  return new InvalidationError(code, {
    status,
    ...(said === undefined ? {} : { said }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The sentence in Cloudimage's envelope (`msg`) or in problem+json (`detail`, `title`). */
function sentenceIn(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { msg, detail, title } = answer as Record<string, unknown>;
  return [msg, detail, title].find((each): each is string => typeof each === "string" && each !== "");
}

function readRetryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const until = Date.parse(text) - Date.now();
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
