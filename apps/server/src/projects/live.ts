import type { Transaction } from "@freshet/store";
import type { ProjectTables } from "./migrations.ts";

/**
 * The first of these that is no project of the store; undefined where all are, and stay so until the transaction ends: it waits for
 * changes of projects that are under way, and those that come later wait for it. What is written for a project without that may be
 * there when another one gets its name.
 */
export async function firstGone(
  transaction: Transaction<ProjectTables>,
  names: readonly string[],
): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  await transaction
    .updateTable("project_feed")
    .set(({ ref }) => ({ n: ref("n") }))
    .execute();
  const rows = await transaction
    .selectFrom("project_row")
    .select("name")
    .where("name", "in", names)
    .where("is_deleted", "=", 0)
    .execute();
  const live = new Set(rows.map(({ name }) => name));
  return names.find((name) => !live.has(name));
}
