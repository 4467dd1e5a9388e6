import type { FastifyRequest } from "fastify";
import { principalOf } from "../access/plugin.ts";
import { ServerError } from "../errors.ts";
import type { Projects } from "../projects/project.ts";

/**
 * The project whose figures are asked for; undefined for all of them together, which only the installation's own may see.
 * @throws ServerError KEY_NOT_ALLOWED, PROJECT_NOT_FOUND.
 */
export function projectAsked(
  request: FastifyRequest,
  projects: Pick<Projects, "byName">,
  wanted: string | undefined,
): string | undefined {
  const { project } = principalOf(request);
  if (project !== undefined) {
    if (wanted !== undefined && wanted !== project) throw new ServerError("KEY_NOT_ALLOWED");
    return project;
  }
  if (wanted !== undefined && !projects.byName(wanted)) throw new ServerError("PROJECT_NOT_FOUND");
  return wanted;
}
