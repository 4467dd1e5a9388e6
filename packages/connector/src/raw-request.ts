import type { RawRequest } from "@freshet/core";
import type { FastifyRequest } from "fastify";

/** A request as signatures are checked against it: the bytes that came, and each header as one text. */
export function rawRequest(request: FastifyRequest): RawRequest {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  return { method: request.method, path: request.originalUrl, headers, body };
}
