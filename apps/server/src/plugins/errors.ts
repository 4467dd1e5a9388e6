import type { FastifyInstance } from "fastify";
import { ERRORS, type ErrorCode, isServerError } from "../errors.ts";

/** What Fastify refuses by itself, in the words of our table. */
const FROM_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "BODY_UNREADABLE",
  FST_ERR_CTP_EMPTY_JSON_BODY: "BODY_UNREADABLE",
  FST_ERR_CTP_INVALID_JSON_BODY: "BODY_UNREADABLE",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "BODY_UNREADABLE",
  FST_ERR_VALIDATION: "BODY_UNREADABLE",
  FST_ERR_BAD_URL: "ROUTE_UNKNOWN",
};

/**
 * The only place where an error of an API route becomes HTTP: known codes as RFC 9457 problem+json, everything else as INTERNAL,
 * logged with its cause and told to nobody.
 */
export function errorResponses(app: FastifyInstance): void {
  app.setErrorHandler(
    (error: Error & { readonly code?: string; readonly statusCode?: number }, request, reply) => {
      const known = isServerError(error) ? error.code : FROM_FASTIFY[error.code ?? ""];
      const code: ErrorCode = known ?? ((error.statusCode ?? 500) < 500 ? "BODY_UNREADABLE" : "INTERNAL");
      if (code === "INTERNAL") request.log.error({ err: error }, "request failed");
      const detail = isServerError(error) ? error.message : ERRORS[code].sentence;
      return reply
        .code(ERRORS[code].status)
        .header("content-type", "application/problem+json")
        .header("cache-control", "no-store")
        .send({
          type: `urn:freshet:error:${code}`,
          title: ERRORS[code].sentence,
          status: ERRORS[code].status,
          code,
          detail,
        });
    },
  );
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .header("content-type", "application/problem+json")
      .header("cache-control", "no-store")
      .send({
        type: "urn:freshet:error:ROUTE_UNKNOWN",
        title: ERRORS.ROUTE_UNKNOWN.sentence,
        status: 404,
        code: "ROUTE_UNKNOWN",
      }),
  );
}
