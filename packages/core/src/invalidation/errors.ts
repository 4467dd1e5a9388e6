/** What went wrong between a client and the invalidation service. The codes are permanent. */
export const INVALIDATION_ERRORS = {
  API_KEY_WRONG: "The invalidation service refused the API key. Check the key and the project it belongs to.",
  REQUEST_REFUSED: "The invalidation service refused the request. Correct it as the service says.",
  INVALIDATION_UNKNOWN:
    "The invalidation service knows no invalidation of this id. Check the id and the project.",
  IDEMPOTENCY_KEY_REUSED: "The idempotency key was used for another request before. Use a new key.",
  RATE_EXCEEDED: "The invalidation service asks for fewer requests. Repeat it later.",
  SERVICE_UNAVAILABLE: "The invalidation service cannot answer at the moment. Repeat the request later.",
  SERVICE_UNREACHABLE: "The invalidation service cannot be reached. Check the endpoint and the network.",
  ANSWER_LATE:
    "The invalidation service did not answer in time. Repeat the request with the same idempotency key.",
  ANSWER_MALFORMED: "The answer is not that of an invalidation service. Check the endpoint.",
  OPERATION_UNSUPPORTED: "This service offers no such operation.",
  INVALIDATION_FAILED: "The invalidation ended in an error. Look at its log entry and retry it.",
  INVALIDATION_UNFINISHED:
    "The invalidation was not done in the time given. It goes on; ask for its status later.",
} as const;
export type InvalidationErrorCode = keyof typeof INVALIDATION_ERRORS;

/** What is known of a failure besides its code. */
export interface InvalidationFailure {
  /** HTTP status of the answer. */
  readonly status?: number;
  /** The sentence the service gave. */
  readonly said?: string;
  /** How long the service asks to wait. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

const BRAND = Symbol.for("freshet.invalidation-error");
const PASSING: ReadonlySet<InvalidationErrorCode> = new Set([
  "RATE_EXCEEDED",
  "SERVICE_UNAVAILABLE",
  "SERVICE_UNREACHABLE",
  "ANSWER_LATE",
]);

/** A request to the invalidation service that did not do what it should. */
export class InvalidationError extends Error {
  readonly code: InvalidationErrorCode;
  readonly status: number | undefined;
  /** Milliseconds that the service asks to wait; undefined if it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(code: InvalidationErrorCode, { status, said, retryAfterMs, cause }: InvalidationFailure = {}) {
    const sentence = INVALIDATION_ERRORS[code];
    super(said ? `${sentence} It said: ${said}` : sentence, cause === undefined ? undefined : { cause });
    this.name = "InvalidationError";
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return PASSING.has(this.code);
  }
}

/** Tells an `InvalidationError` by its brand, so that two copies of this package agree. */
export function isInvalidationError(value: unknown): value is InvalidationError {
  return typeof value === "object" && value !== null && BRAND in value;
}
