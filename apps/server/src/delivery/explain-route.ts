import type { FastifyInstance } from "fastify";
import { ServerError } from "../errors.ts";
import type { Projects } from "../projects/project.ts";
import { explain } from "./explain.ts";

/** `GET /projects/{name}/explain?url=`: what the project makes of a delivery URL, for whoever has its API key. */
export function explainRoute(
  app: FastifyInstance,
  { projects, now }: { readonly projects: Projects; readonly now: () => number },
): void {
  app.get<{ Params: { name: string }; Querystring: { url?: unknown } }>(
    "/projects/:name/explain",
    async (request, reply) => {
      const key = request.headers["x-client-key"];
      const project = typeof key === "string" ? projects.byKey(key) : undefined;
      if (project?.name !== request.params.name) throw new ServerError("API_KEY_WRONG");
      const { url } = request.query;
      if (typeof url !== "string" || url === "" || url.length > 8_192) {
        throw new ServerError("QUERY_WRONG", "Send one delivery URL as url.");
      }
      reply.header("cache-control", "no-store");
      return explain(project, targetOf(url), now());
    },
  );
}

/** A delivery URL may be sent whole, or as the path and query alone. */
function targetOf(url: string): string {
  const target = url.replace(/^https?:\/\/[^/?#]*(?=[/?#]|$)/i, "");
  return target.startsWith("/") ? target : `/${target}`;
}
