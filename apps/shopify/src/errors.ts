import { CodedError, type ErrorTable, sentenceOf as plainSentence, problemsOf } from "@freshet/connector";

/** Every error a caller of this app can meet: permanent code → status and public sentence. */
export const SHOPIFY_ERRORS = {
  WEBHOOK_NOT_GENUINE: { status: 401, sentence: "The delivery was not signed by Shopify for this app." },
  SESSION_TOKEN_WRONG: {
    status: 401,
    sentence: "The session token is missing, wrong or too old. Ask App Bridge for a new one.",
  },
  PROXY_NOT_GENUINE: {
    status: 401,
    sentence: "The request did not come through Shopify's app proxy just now.",
  },
  TOKEN_REFUSED: {
    status: 502,
    sentence: "Shopify did not give this app access to the shop. Open the app again.",
  },
  SHOPIFY_AWAY: { status: 503, sentence: "Shopify does not answer now. Try again in a moment." },
  FRESHET_AWAY: { status: 503, sentence: "The delivery server does not answer now. Try again in a moment." },
  PROJECT_MISSING: {
    status: 409,
    sentence: "No project delivers this shop's pictures yet. See what is left under steps.",
  },
  ASSET_UNKNOWN: { status: 404, sentence: "This shop has no such image." },
  SWEEP_RUNNING: { status: 409, sentence: "All images are being looked through already." },
  QUERY_WRONG: { status: 400, sentence: "A parameter cannot be read." },
  BODY_UNREADABLE: { status: 400, sentence: "The body is no JSON object of the form that is documented." },
  BODY_TOO_LARGE: { status: 413, sentence: "The body is too large." },
  ROUTE_UNKNOWN: { status: 404, sentence: "There is nothing at this address." },
  STORE_UNAVAILABLE: { status: 503, sentence: "It could not be stored. Send it again." },
  INTERNAL: { status: 500, sentence: "Something broke inside the app. The log has the cause." },
} as const satisfies ErrorTable<string>;

export type ShopifyErrorCode = keyof typeof SHOPIFY_ERRORS;

/** An error with a code of the table, on its way to the caller; `detail` is public. */
export class ShopifyAppError extends CodedError<ShopifyErrorCode> {
  constructor(code: ShopifyErrorCode, detail?: string, options?: ErrorOptions) {
    super(SHOPIFY_ERRORS, code, detail, options);
    this.name = "ShopifyAppError";
  }
}

/** Answers with a problem of the table. */
export const problem = problemsOf<ShopifyErrorCode>(SHOPIFY_ERRORS);

/** The sentence of anything that was thrown, fit for one line of a log: at most 500 characters, and no token in it. */
export function sentenceOf(thrown: unknown): string {
  return plainSentence(thrown).replaceAll(/\b(shp[a-z]{2,3}_|eyJ)[\w.-]+/g, "…");
}
