import type { Transaction } from "@freshet/store";
import type { ProjectTables } from "./migrations.ts";

/**
 * The first of these that is no project, neither of the configuration (`fixed`, which nobody deletes) nor of the store; undefined where all
 * are, and stay so until the transaction ends: it waits for changes of projects that are under way, and those that come later wait for it.
 * What is written for a project without that may be there when another one gets its name.
 */
export async function firstGone(
  transaction: Transaction<ProjectTables>,
  names: readonly string[],
  fixed: readonly { readonly name: string }[],
): Promise<string | undefined> {
  const deletable = names.filter((name) => !fixed.some((project) => project.name === name));
  if (deletable.length === 0) return undefined;
  await transaction
    .updateTable("project_feed")
    .set(({ ref }) => ({ n: ref("n") }))
    .execute();
  const rows = await transaction
    .selectFrom("project_row")
    .select("name")
    .where("name", "in", deletable)
    .where("is_deleted", "=", 0)
    .execute();
  const live = new Set(rows.map(({ name }) => name));
  return deletable.find((name) => !live.has(name));
}
