import type { Kysely } from "@freshet/store";
import type { Project } from "../projects/project.ts";
import { isForgotten, noteOf } from "../projects/settings.ts";
import type { InvalidationTables } from "./migrations.ts";

/** Stands where settings were once the project is in no file and no store: whatever it comes back with is different. */
const GONE = "gone";

/**
 * Journals an invalidation of everything for each project whose settings were others when the server last ran, and for each that
 * there was and is no more: nodes still answer with what it answered. A project seen for the first time has nothing to forget.
 * A crash in between journals it once more at the next start.
 */
export async function journalSettings(
  db: Kysely<InvalidationTables>,
  projects: readonly Project[],
  acceptAll: (project: string) => Promise<void>,
): Promise<void> {
  const note = async (project: string, hash: string) => {
    await db
      .insertInto("invalidation_settings")
      .values({ project, hash })
      .onConflict((conflict) => conflict.column("project").doUpdateSet({ hash }))
      .execute();
  };
  const rows = await db.selectFrom("invalidation_settings").selectAll().execute();
  const known = new Map(rows.map((row) => [row.project, row.hash]));
  for (const project of projects) {
    const before = known.get(project.name);
    known.delete(project.name);
    const now = noteOf(project);
    if (before === now) continue;
    if (before !== undefined && isForgotten(before, project)) await acceptAll(project.name);
    await note(project.name, now);
  }
  for (const [name, before] of known) {
    if (before === GONE) continue;
    await acceptAll(name);
    await note(name, GONE);
  }
}
