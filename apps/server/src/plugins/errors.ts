import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ERRORS, type ErrorCode, isServerError } from "../errors.ts";
import type { Fault } from "../projects/faults.ts";
import { codeOfFailure, RETRY_AFTER_S } from "./failures.ts";

/**
 * The only place where an error of an API route becomes HTTP: known codes as RFC 9457 problem+json, everything else as INTERNAL,
 * logged with its cause and told to nobody.
 */
export function errorResponses(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .header("content-type", "application/problem+json")
      .header("cache-control", "no-store")
      .send(problem("ROUTE_UNKNOWN")),
  );
}

/** Answers an error. What Fastify refuses before it has found a route comes here too, and by no handler of the routes. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const code = codeOfFailure(error);
  if (code === "INTERNAL") request.log.error({ err: error }, "request failed");
  const { status } = ERRORS[code];
  if (status === 503 || status === 429) reply.header("retry-after", retryAfter(error));
  const detail = isServerError(error) ? error.message : ERRORS[code].sentence;
  return reply
    .code(status)
    .header("content-type", "application/problem+json")
    .header("cache-control", "no-store")
    .send({ ...problem(code), detail, ...faultsOf(error) });
}

/** Seconds: as the error says, else soon. */
function retryAfter(error: unknown): number {
  const { retryAfterSeconds } = error as { readonly retryAfterSeconds?: unknown };
  return typeof retryAfterSeconds === "number" ? retryAfterSeconds : RETRY_AFTER_S;
}

function problem(code: ErrorCode) {
  const { status, sentence } = ERRORS[code];
  return { type: `urn:freshet:error:${code}`, title: sentence, status, code };
}

/** The fields that are wrong, each by its pointer. */
function faultsOf(error: unknown): object {
  const { faults } = error as { readonly faults?: readonly Fault[] };
  if (!isServerError(error) || faults === undefined) return {};
  return { errors: faults.map(({ pointer, sentence }) => ({ pointer, detail: sentence })) };
}
