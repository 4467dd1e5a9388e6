import { isStoreError, type StoreErrorCode } from "@freshet/store";
import { type ErrorCode, isServerError } from "../errors.ts";

/** What passes by itself: the database restarts, is replaced, busy or full. */
const AWAY: readonly StoreErrorCode[] = [
  "STORE_BUSY",
  "STORE_FULL",
  "STORE_GONE",
  "STORE_STANDBY",
  "STORE_UNSURE",
];

/** Seconds after which a caller should come back. */
export const RETRY_AFTER_S = 2;

/** What Fastify refuses by itself, in the words of our table. */
const FROM_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "BODY_TOO_LARGE",
  FST_ERR_BAD_URL: "ROUTE_UNKNOWN",
};

/** The code under which an error of an API route is answered; INTERNAL is for what nobody foresaw. */
export function codeOfFailure(error: unknown): ErrorCode {
  if (isServerError(error)) return error.code;
  if (isStoreError(error) && AWAY.includes(error.code)) return "JOURNAL_AWAY";
  const { code, statusCode } = (error ?? {}) as { readonly code?: unknown; readonly statusCode?: unknown };
  const known = typeof code === "string" ? FROM_FASTIFY[code] : undefined;
  return known ?? (typeof statusCode === "number" && statusCode < 500 ? "BODY_UNREADABLE" : "INTERNAL");
}
