import { type ErrorTable, problemsOf } from "./error-table.ts";

/** Every error a caller of a connector can meet: permanent code → status and public sentence. */
export const CONNECTOR_ERRORS = {
  EVENT_NOT_GENUINE: {
    status: 401,
    sentence: "The request is not genuine. Check that both sides have the same secret and the right time.",
  },
  SIGNATURE_MISSING: {
    status: 401,
    sentence: "Ask from this machine, or sign the request with the connector's secret.",
  },
  SITE_GONE: { status: 410, sentence: "This connector does not know the site. Add it to the configuration." },
  BODY_TOO_LARGE: { status: 413, sentence: "The body is larger than 1 MB." },
  REQUEST_MALFORMED: { status: 400, sentence: "The request cannot be read." },
  ROUTE_UNKNOWN: { status: 404, sentence: "There is nothing at this address." },
  STORE_UNAVAILABLE: { status: 503, sentence: "The event could not be stored. Send it again." },
  INTERNAL: { status: 500, sentence: "Something broke inside the connector. The log has the cause." },
} as const satisfies ErrorTable<string>;

export type ConnectorErrorCode = keyof typeof CONNECTOR_ERRORS;

/** Answers with a problem of the table. */
export const problem = problemsOf<ConnectorErrorCode>(CONNECTOR_ERRORS);
