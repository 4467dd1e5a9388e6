import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ServerError } from "../errors.ts";
import type { Projects } from "../projects/project.ts";
import { readConsoleFile, readConsolePage } from "./files.ts";
import { policyOf } from "./policy.ts";

const PUBLIC = { config: { access: "public" } } as const;
const YEAR_S = 31_536_000;

/**
 * The built console under `/console`: its files as they are, and for every other address that a browser goes to the one page, which reads
 * the address itself. What it shows it asks of the API, like anybody else.
 */
export function consoleRoutes(
  app: FastifyInstance,
  { folder, projects }: { readonly folder: string; readonly projects: Pick<Projects, "all"> },
): void {
  const answerPage = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const nonce = randomBytes(18).toString("base64");
    const page = await readConsolePage(folder, nonce);
    if (page === undefined) throw new ServerError("CONSOLE_NOT_BUILT");
    const hosts = projects.all.flatMap((project) => project.hosts);
    return guard(reply)
      .header("content-security-policy", policyOf(nonce, request.headers.host, hosts))
      .header("cache-control", "no-cache")
      .type("text/html; charset=utf-8")
      .send(page);
  };
  app.get("/console", PUBLIC, answerPage);
  app.get<{ Params: { readonly "*": string } }>("/console/*", PUBLIC, async (request, reply) => {
    const name = request.params["*"];
    const file = await readConsoleFile(folder, name, request.headers["accept-encoding"]);
    if (file) {
      if (file.encoding !== undefined) reply.header("content-encoding", file.encoding);
      return guard(reply)
        .header("vary", "accept-encoding")
        .header("cache-control", `public, max-age=${YEAR_S}, immutable`)
        .type(file.type)
        .send(file.bytes);
    }
    if (name.startsWith("assets/") || !isNavigation(request)) throw new ServerError("ROUTE_UNKNOWN");
    return answerPage(request, reply);
  });
}

/** Whether a browser goes there, and no script or picture asks for a file that is gone. */
function isNavigation({ headers }: FastifyRequest): boolean {
  const mode = headers["sec-fetch-mode"];
  return mode === undefined ? /\btext\/html\b/.test(headers.accept ?? "") : mode === "navigate";
}

function guard(reply: FastifyReply): FastifyReply {
  return reply
    .header("x-content-type-options", "nosniff")
    .header("referrer-policy", "same-origin")
    .header("cross-origin-opener-policy", "same-origin")
    .header("cross-origin-resource-policy", "same-origin");
}
