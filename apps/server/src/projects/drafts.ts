import type { FastifyRequest } from "fastify";
import { principalOf, refusalOf } from "../access/plugin.ts";
import { mayDo } from "../access/right.ts";
import { ServerError } from "../errors.ts";
import { grants } from "./conflicts.ts";
import type { ProjectFeed } from "./feed.ts";
import { pinsOf, withPins } from "./pins.ts";
import type { Project } from "./project.ts";
import { takeSettings } from "./sent.ts";
import { type Beside, understand } from "./understand.ts";
import { changerOf, type ProjectViews } from "./view.ts";

/**
 * The project as it would be with settings that nobody saved, so that a change can be tried out first. Whoever asks needs every right
 * that saving them would need: a trial opens nothing that a change does not.
 * @throws ServerError KEY_NOT_ALLOWED or RIGHT_MISSING, PROJECT_READ_ONLY, SETTING_NOT_ALLOWED or PROJECT_NOT_FOUND, and SettingsError.
 */
export type Drafts = (request: FastifyRequest, name: string, settings: unknown) => Promise<Project>;

export function createDrafts(
  parts: Beside & { readonly feed: ProjectFeed; readonly views: Pick<ProjectViews, "isFixed"> },
): Drafts {
  const { feed, views } = parts;
  return async (request, name, settings) => {
    const principal = principalOf(request);
    if (!mayDo(principal.rights, "admin", name)) throw refusalOf(principal);
    if (views.isFixed(name)) throw new ServerError("PROJECT_READ_ONLY");
    await feed.refresh();
    const known = feed.known.get(name);
    if (!known || known.isDeleted) throw new ServerError("PROJECT_NOT_FOUND");
    const before = known.settings;
    const pins = pinsOf(parts.installation, name);
    const kept = takeSettings(name, { sent: settings, before }, parts);
    const project = await understand(name, kept, parts);
    const [grant] = changerOf(request, undefined).isInstallation
      ? []
      : grants(withPins(kept, pins), withPins(before, pins));
    if (grant !== undefined) throw new ServerError("SETTING_NOT_ALLOWED", `It is ${grant}.`);
    return project;
  };
}
