import type { FastifyInstance } from "fastify";
import { ServerError } from "../errors.ts";
import type { Projects } from "../projects/project.ts";
import type { Instances } from "./instances.ts";

/** `GET /instances`: who serves and how far each is, for whoever has the API key of any project. */
export function instanceRoutes(
  app: FastifyInstance,
  { projects, instances }: { readonly projects: Projects; readonly instances: Instances },
): void {
  app.get("/instances", async (request, reply) => {
    const key = request.headers["x-client-key"];
    if (typeof key !== "string" || projects.byKey(key) === undefined) throw new ServerError("API_KEY_WRONG");
    reply.header("cache-control", "no-store");
    return instances.view();
  });
}
