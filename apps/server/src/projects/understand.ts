import { hostConflicts } from "./conflicts.ts";
import { SettingsError } from "./faults.ts";
import type { Project, Projects } from "./project.ts";
import { closedIn, masksIn, openSettings, type SecretBox } from "./sealed.ts";
import { type Installation, readSettings, SETTINGS_SCHEMA } from "./settings.ts";

/** What settings are read beside. */
export interface Beside {
  readonly installation: Installation;
  readonly box: SecretBox;
  readonly projects: Projects;
}

/**
 * The project that settings describe, as it would be in force.
 * @throws SettingsError with everything that is wrong with them.
 */
export async function understand(
  name: string,
  /** With sealed secrets. */
  kept: unknown,
  { installation, box, projects }: Beside,
): Promise<Project> {
  const masks = masksIn(SETTINGS_SCHEMA, kept).map((pointer) => ({
    pointer,
    sentence: "There is no secret that this mask stands for; write the secret itself.",
  }));
  if (masks.length > 0) throw new SettingsError(masks);
  const closed = closedIn(SETTINGS_SCHEMA, kept, name, box);
  if (closed.length > 0) throw new SettingsError(closed);
  const opened = openSettings(SETTINGS_SCHEMA, kept, name, box);
  const { project, faults } = await readSettings(name, opened, installation);
  if (!project) throw new SettingsError(faults);
  const conflicts = hostConflicts(project, projects.all);
  if (conflicts.length > 0) throw new SettingsError(conflicts);
  return project;
}
