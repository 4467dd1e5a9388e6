import type { FastifyRequest } from "fastify";
import type { QuestionSecrets } from "./secrets.ts";
import { refuseMessage } from "./standard-webhooks.ts";

/** What a request may see: every site, those of one project, or none. */
export type Access = "all" | { readonly project: string } | undefined;

/** Who may ask: this machine and the connector's own secrets everything, the secret of a project what is that project's. */
export function accessOf(
  request: FastifyRequest,
  trusted: {
    readonly secrets: readonly string[];
    readonly ofProjects: Pick<QuestionSecrets, "all">;
    readonly now: number;
  },
): Access {
  // A signature narrows: the server may well run on this machine, and asks for one project.
  for (const [project, secret] of trusted.ofProjects.all()) {
    if (isSigned(request, [secret], trusted.now)) return { project };
  }
  return isLocal(request) || isSigned(request, trusted.secrets, trusted.now) ? "all" : undefined;
}

/**
 * Whether the request was made on this machine: from loopback, not handed on by a proxy, and under a loopback name,
 * since a web page elsewhere can point its own name at 127.0.0.1.
 */
function isLocal(request: FastifyRequest): boolean {
  const { headers, socket } = request.raw;
  if (headers.forwarded !== undefined || headers["x-forwarded-for"] !== undefined) return false;
  // A page that a browser on this machine shows may send a POST anywhere; browsers say so.
  if (request.method !== "GET" && headers.origin !== undefined) return false;
  const address = socket.remoteAddress ?? "";
  const isLoopback = /^(::ffff:)?127\./.test(address) || address === "::1";
  return isLoopback && /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?$/i.test(headers.host ?? "");
}

/** The text that is signed has no body: what is asked stands in method, path and query. */
function isSigned(request: FastifyRequest, secrets: readonly string[], now: number): boolean {
  const header = (name: string) => {
    const value = request.headers[name];
    return Array.isArray(value) ? undefined : value;
  };
  const headers = Object.fromEntries(
    ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, header(name)]),
  );
  const body = Buffer.from(`${request.method} ${request.raw.url ?? ""}`);
  return refuseMessage({ headers, body }, { secrets, now }) === undefined;
}
