import type { Kysely } from "@freshet/store";
import type { Project } from "../projects/project.ts";
import { isForgotten, noteOf } from "../projects/settings.ts";
import type { InvalidationTables } from "./migrations.ts";

/**
 * Journals an invalidation of everything for each project whose settings were others when the server last ran. A project
 * seen for the first time has nothing to forget. A crash in between journals it once more at the next start.
 */
export async function journalSettings(
  db: Kysely<InvalidationTables>,
  projects: readonly Project[],
  acceptAll: (project: Project) => Promise<void>,
): Promise<void> {
  const rows = await db.selectFrom("invalidation_settings").selectAll().execute();
  const known = new Map(rows.map((row) => [row.project, row.hash]));
  for (const project of projects) {
    const before = known.get(project.name);
    const now = noteOf(project);
    if (before === now) continue;
    if (before !== undefined && isForgotten(before, project)) await acceptAll(project);
    await db
      .insertInto("invalidation_settings")
      .values({ project: project.name, hash: now })
      .onConflict((conflict) => conflict.column("project").doUpdateSet({ hash: now }))
      .execute();
  }
}
