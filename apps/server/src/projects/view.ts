import type { FastifyRequest } from "fastify";
import { authorOf, isInstallation } from "../access/plugin.ts";
import type { ProjectSection } from "../config/project-schema.ts";
import { ServerError } from "../errors.ts";
import type { Changed, Changer } from "./changes.ts";
import type { ProjectFeed } from "./feed.ts";
import type { VersionRow } from "./migrations.ts";
import { maskSettings } from "./sealed.ts";
import { SETTINGS_SCHEMA, visibleSettings } from "./settings.ts";

/** Projects as the API shows them, those of the file and those of the store alike. */
export interface ProjectViews {
  /** Whether it is written in the configuration file, and nowhere else to be changed. */
  isFixed(name: string): boolean;
  summary(name: string): {
    readonly name: string;
    readonly origin: "file" | "store";
    readonly version?: number | undefined;
  };
  /** @throws ServerError PROJECT_NOT_FOUND. */
  view(name: string): object;
  /** What is in force after a change. */
  changed(name: string, changed: Changed): object;
}

export function createViews(
  feed: Pick<ProjectFeed, "known">,
  /** What the configuration file says of its projects. */
  sections: Readonly<Record<string, ProjectSection>>,
): ProjectViews {
  const isFixed = (name: string) => Object.hasOwn(sections, name);
  const live = (name: string) => {
    const known = feed.known.get(name);
    return known === undefined || known.isDeleted ? undefined : known;
  };
  const summary: ProjectViews["summary"] = (name) =>
    isFixed(name) ? { name, origin: "file" } : { name, origin: "store", version: live(name)?.version };
  const view = (name: string) => {
    if (isFixed(name)) return { ...summary(name), settings: visibleSettings(sections[name]) };
    const known = live(name);
    if (!known) throw new ServerError("PROJECT_NOT_FOUND");
    return { ...summary(name), settings: maskSettings(SETTINGS_SCHEMA, known.settings) };
  };
  return {
    isFixed,
    summary,
    view,
    changed: (name, { invalidations }) => ({
      ...view(name),
      invalidations: invalidations.map(({ uuid }) => uuid),
    }),
  };
}

/** Whoever sends the request, as one who changes settings. */
export function changerOf(request: FastifyRequest, note: string | undefined): Changer {
  return { by: authorOf(request), isInstallation: isInstallation(request), note };
}

export function viewVersion({ version, at, principal, address, note, settings }: VersionRow) {
  return {
    ...{ version, at: new Date(at).toISOString(), principal, address },
    ...(note === null ? {} : { note }),
    ...(settings === null ? { deleted: true } : {}),
  };
}
