/** Every error a caller can meet: permanent code → status and public sentence. Sentences say what happened, then what to do. */
export const ERRORS = {
  ORIGINAL_MISSING: { status: 404, sentence: "The origin has no such image. Check the path after the host." },
  ORIGINAL_NOT_NAMED: {
    status: 404,
    sentence: "The URL names no image. Write /v7/<image URL or alias>/<path>.",
  },
  ORIGINAL_NOT_ALLOWED: {
    status: 403,
    sentence: "This project may not fetch from that host. Add it to origins.allow or use an alias.",
  },
  SIGNATURE_MISSING: {
    status: 403,
    sentence: "This project delivers signed URLs only. Sign the URL with the project's salt.",
  },
  SIGNATURE_WRONG: {
    status: 403,
    sentence:
      "The signature is not that of this URL. Sign it again after the last change, with the project's salt.",
  },
  URL_EXPIRED: { status: 403, sentence: "The time of this URL is over. Ask its publisher for a new one." },
  SIZE_NOT_ALLOWED: {
    status: 403,
    sentence:
      "An unsigned URL may not ask for this size. Use a size that the project allows, or sign the URL.",
  },
  PROJECT_UNKNOWN: { status: 404, sentence: "No project answers to this host. Check the host name." },
  IMAGE_UNREADABLE: { status: 415, sentence: "The original is not an image that Freshet can read." },
  IMAGE_TOO_LARGE: { status: 413, sentence: "The original is larger than the limits allow." },
  IMAGE_TOO_SLOW: { status: 413, sentence: "The original takes longer to decode than the limits allow." },
  ORIGINAL_TOO_LARGE: { status: 413, sentence: "The original has more bytes than the limits allow." },
  ORIGIN_BROKEN: { status: 502, sentence: "The origin did not give an image. Try again when it is well." },
  ORIGIN_SLOW: { status: 504, sentence: "The origin took too long. Try again later." },
  SERVER_BUSY: { status: 503, sentence: "All render places are taken. Try again in a few seconds." },
  JOURNAL_AWAY: {
    status: 503,
    sentence:
      "The database of the journal does not answer. Repeat the request with the same Idempotency-Key in a few seconds.",
  },
  INSTANCE_BEHIND: {
    status: 503,
    sentence:
      "This instance has not applied the newest invalidations. Try again in a few seconds, or ask another one.",
  },
  METHOD_NOT_ALLOWED: { status: 405, sentence: "Images answer GET, HEAD and OPTIONS only." },
  URL_TOO_LONG: { status: 414, sentence: "The URL is longer than 8192 characters." },
  ROUTE_UNKNOWN: { status: 404, sentence: "There is nothing at this address." },
  API_KEY_WRONG: { status: 401, sentence: "Send the project's API key in X-Client-Key." },
  BODY_UNREADABLE: { status: 400, sentence: "The body is not what this address expects." },
  BODY_TOO_LARGE: { status: 413, sentence: "The body is larger than 1 MB." },
  QUERY_WRONG: { status: 400, sentence: "A parameter of the query is not what this address expects." },
  SCOPE_UNKNOWN: {
    status: 400,
    sentence: 'Scopes are "original" and "urls" (with urls), "tags" (with tags) and "all".',
  },
  URLS_MISSING: { status: 400, sentence: 'Scopes "original" and "urls" need 1 to 1,000 urls.' },
  TAGS_MISSING: { status: 400, sentence: 'Scope "tags" needs 1 to 1,000 tags.' },
  TAG_UNKNOWN: {
    status: 400,
    sentence: "No rule of the project gives this tag. Add one under tags in its configuration.",
  },
  PATH_WRONG: { status: 400, sentence: "A path is not in the form that invalidation takes." },
  INVALIDATION_UNKNOWN: { status: 404, sentence: "There is no invalidation with this id." },
  RETRY_NOT_NEEDED: { status: 409, sentence: "Only a failed invalidation can be retried." },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    sentence: "This Idempotency-Key was used with another body. Use a new key for a new request.",
  },
  INTERNAL: { status: 500, sentence: "Something broke inside Freshet. The log has the cause." },
} as const satisfies Record<string, { readonly status: number; readonly sentence: string }>;

export type ErrorCode = keyof typeof ERRORS;

const BRAND = Symbol.for("freshet.server-error");

/** An error with a code of the table; `detail` is public and says which input it was about. */
export class ServerError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;
  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? ERRORS[code].sentence : `${ERRORS[code].sentence} ${detail}`, options);
    this.name = "ServerError";
    this.code = code;
    this.status = ERRORS[code].status;
    this.detail = detail;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

export function isServerError(value: unknown): value is ServerError {
  return typeof value === "object" && value !== null && BRAND in value;
}
