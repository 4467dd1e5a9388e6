import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { ApiError, refuse } from "../errors.ts";
import { sentence } from "../sentence.ts";
import type { ContentfulSpace } from "../space.ts";
import type { Replays } from "../verify/replays.ts";
import { readCall } from "./call.ts";
import type { Answer, ApiParts } from "./parts.ts";
import { readingRoutes } from "./reading.ts";
import { writingRoutes } from "./writing.ts";

const LARGEST_BODY = 262_144;
/** What a signed call carries; browsers ask whether they may. */
const HEADERS =
  "content-type, x-contentful-signature, x-contentful-signed-headers, x-contentful-timestamp, x-contentful-space-id, x-contentful-environment-id, x-contentful-user-id, x-contentful-app-id, x-contentful-crn";

export interface ApiOptions extends ApiParts {
  readonly spaces: ReadonlyMap<string, ContentfulSpace>;
  readonly replays: Replays;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** The API of the app's pages, under `/contentful/api/`: every call is signed by Contentful. API.md is its contract. */
export function apiRoutes(options: ApiOptions): FastifyPluginAsync {
  const { config, spaces, replays, now, log } = options;
  const prefix = config.publicUrl && new URL(config.publicUrl).pathname.replace(/\/$/, "");
  const calls = { secrets: config.secrets, app: config.app, prefix, replays, now };

  return async (app) => {
    // Signatures cover bytes: nothing may parse the body before it was verified, whatever its type says.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: LARGEST_BODY }, (_request, body, done) =>
      done(null, body),
    );
    app.setErrorHandler<FastifyError>((error, _request, reply) => {
      if (error instanceof ApiError) return refuse(reply, error.code, error.detail);
      if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") return refuse(reply, "BODY_TOO_LARGE");
      if ((error.statusCode ?? 500) < 500) return refuse(reply, "REQUEST_MALFORMED");
      log("call failed", { reason: sentence(error) });
      return refuse(reply, "STORE_UNAVAILABLE");
    });
    app.addHook("onRequest", async (request, reply) => allow(request, reply, config.pageOrigins));

    const routes: Readonly<Record<string, Answer>> = { ...readingRoutes(options), ...writingRoutes(options) };
    const handle = (answer: Answer) => async (request: FastifyRequest, reply: FastifyReply) => {
      const call = await readCall(request, calls);
      const of = spaces.get(call.space);
      if (of === undefined) throw new ApiError("SPACE_GONE");
      const resolved = await of.environments.resolve(of.id, call.environment);
      const body = await answer({ ...call, of, resolved });
      return reply.header("cache-control", "no-store").send(body);
    };
    for (const [route, answer] of Object.entries(routes)) {
      const [method = "GET", name = ""] = route.split(" ");
      app.route({ method, url: `/contentful/api/${name}`, bodyLimit: LARGEST_BODY, handler: handle(answer) });
    }
    app.options("/contentful/api/*", async (_request, reply) => reply.code(204).send());
  };
}

/** Pages that Contentful serves have another origin; calls carry no cookies, so nothing but their answers is at stake. */
function allow({ headers }: FastifyRequest, reply: FastifyReply, origins: readonly string[]): void {
  reply.header("vary", "origin");
  const { origin } = headers;
  if (origin === undefined || !origins.includes(origin)) return;
  reply.header("access-control-allow-origin", origin);
  reply.header("access-control-allow-methods", "GET, PUT, POST");
  reply.header("access-control-allow-headers", HEADERS);
  reply.header("access-control-max-age", "86400");
}
