import type { FastifyRequest } from "fastify";
import { principalOf, refusalOf, visibleTo } from "../access/plugin.ts";
import { ServerError } from "../errors.ts";
import type { Projects } from "../projects/project.ts";

/**
 * The project whose figures are asked for; undefined for all of them together, which only those of the installation may see. Who may see
 * one project need not name it.
 * @throws ServerError KEY_NOT_ALLOWED or RIGHT_MISSING, PROJECT_NOT_NAMED, PROJECT_NOT_FOUND.
 */
export function projectAsked(
  request: FastifyRequest,
  projects: Pick<Projects, "byName">,
  wanted: string | undefined,
): string | undefined {
  const visible = visibleTo(request);
  if (visible !== undefined) {
    const project = wanted ?? (visible.length === 1 ? visible[0] : undefined);
    if (project === undefined) throw new ServerError("PROJECT_NOT_NAMED");
    if (!visible.includes(project)) throw refusalOf(principalOf(request));
    return project;
  }
  if (wanted !== undefined && !projects.byName(wanted)) throw new ServerError("PROJECT_NOT_FOUND");
  return wanted;
}
