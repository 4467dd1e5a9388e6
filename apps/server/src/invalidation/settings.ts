import { hash } from "node:crypto";
import type { Kysely } from "@freshet/store";
import type { Project } from "../projects/project.ts";
import { Secret } from "../secrets/secret.ts";
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
    const now = hashSettings(project);
    if (before === now) continue;
    if (before !== undefined) await acceptAll(project);
    await db
      .insertInto("invalidation_settings")
      .values({ project: project.name, hash: now })
      .onConflict((conflict) => conflict.column("project").doUpdateSet({ hash: now }))
      .execute();
  }
}

/** Every setting but those that change no answer: how the project is called from outside, and with which key. */
function hashSettings({ apiKey: _key, hosts: _hosts, ...answering }: Project): string {
  return hash("sha256", JSON.stringify(answering, sortKeys));
}

/** The order in which a person writes settings down changes nothing; another secret may change what an origin answers. */
function sortKeys(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const written = this[key];
  if (written instanceof Secret) return written.fingerprint;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
