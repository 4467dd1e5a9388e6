import type { Recent } from "@freshet/core";
import type { Kysely } from "@freshet/store";
import type { InvalidationTables } from "./migrations.ts";

/** Tags that are handed over at most, so that a join stays a matter of milliseconds. */
const MOST_TAGS = 2_000;

/**
 * The journal's last invalidations as a node would have been told them: as far back as the journal has every number, and as
 * there are not too many tags. What is before that, the node takes for covered.
 */
export async function readRecent(
  db: Kysely<InvalidationTables>,
  head: number,
  projectTag: (project: string) => string,
  most = MOST_TAGS,
): Promise<Recent> {
  const rows = await db
    .selectFrom("invalidation_entry as e")
    .leftJoin("invalidation_path as p", "p.entry", "e.id")
    .select(["e.sequence", "e.project", "e.scope", "p.tag"])
    .where("e.sequence", "<=", head)
    .orderBy("e.sequence", "desc")
    .limit(most + 1)
    .execute();
  // The last one that was read may have more tags than were read.
  const cut = rows.length > most ? rows.at(-1)?.sequence : undefined;
  const tags = new Set<string>();
  let since = head;
  for (const { sequence, project, scope, tag } of rows) {
    if (sequence === cut || sequence < since) break;
    tags.add(scope === "all" || tag === null ? projectTag(project) : tag);
    since = sequence - 1;
  }
  return { head, since, tags: [...tags] };
}
