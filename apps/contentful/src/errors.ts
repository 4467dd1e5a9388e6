import { CodedError, type ErrorTable, problemsOf } from "@freshet/connector";

/** Every error that a call of the API can meet: permanent code → status and public sentence. */
export const API_ERRORS = {
  CALL_NOT_GENUINE: {
    status: 401,
    sentence: "The call is not signed by Contentful for this app, not now, or not for this address.",
  },
  ROLE_MISSING: { status: 403, sentence: "Only administrators of the space may do this." },
  ROLE_UNKNOWN: {
    status: 403,
    sentence:
      "Whether you administer the space could not be found out. Give the connector the app's private key, or name you in its configuration.",
  },
  SPACE_GONE: {
    status: 410,
    sentence: "This connector does not know the space. Add it to its configuration.",
  },
  REQUEST_MALFORMED: { status: 400, sentence: "The request cannot be read." },
  SECRET_WRONG: { status: 422, sentence: "The secret was refused where it was tried, so it was not kept." },
  SERVER_UNREACHABLE: { status: 502, sentence: "The Freshet server does not answer." },
  COMPARISON_IMPOSSIBLE: {
    status: 409,
    sentence: "Nothing can be compared with Contentful: the connector has no private key of the app.",
  },
  BODY_TOO_LARGE: { status: 413, sentence: "The body is larger than 256 kB." },
  ASSET_UNKNOWN: { status: 404, sentence: "No such asset is published." },
  ASSET_WITHDRAWN: { status: 410, sentence: "The asset is not published any more." },
  INDEX_EMPTY: { status: 503, sentence: "The space was not compared with Contentful yet. Ask again soon." },
  TOKEN_WRONG: { status: 401, sentence: "The token is not the resolver's." },
  ROUTE_UNKNOWN: { status: 404, sentence: "There is nothing at this address." },
  STORE_UNAVAILABLE: { status: 503, sentence: "The connector's state cannot be read. Ask again." },
} as const satisfies ErrorTable<string>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** A call that is refused; the route answers with it. */
export class ApiError extends CodedError<ApiErrorCode> {
  constructor(code: ApiErrorCode, detail?: string) {
    super(API_ERRORS, code, detail);
    this.name = "ApiError";
  }
}

/** Answers with a problem of the table. */
export const refuse = problemsOf<ApiErrorCode>(API_ERRORS);
