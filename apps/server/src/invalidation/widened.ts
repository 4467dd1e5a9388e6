import type { Widening } from "@freshet/core";
import type { EntryRow, PathRow, TargetRow } from "./migrations.ts";

/** Where instances cover more than was asked for: records know neither URLs nor variants, but their originals. */
export function widenedAtInstances(row: EntryRow, paths: readonly PathRow[]): readonly Widening[] {
  return [
    ...variantsOf(row, paths),
    ...paths.flatMap(({ kind, path, covered }) =>
      kind === "url" && covered !== null ? [{ asked: path, covered }] : [],
    ),
  ];
}

/** Where nodes forget more than was asked for; before they were told, where they will. */
export function widenedAtNodes(
  row: EntryRow,
  paths: readonly PathRow[],
  targets: readonly TargetRow[],
): readonly Widening[] {
  const ways = targets.map(({ purged_by }) => purged_by);
  if (ways.length === 0) return [];
  // Where one tag is the project's, it stands for everything that was asked for with it.
  if (ways.includes("project") && row.scope !== "all") {
    return paths.flatMap(({ kind, path }) => (kind === "project" ? [] : [{ asked: path, covered: "/*" }]));
  }
  // Until a node was told, it is not known whether it knows URLs.
  if (row.scope === "urls" && !ways.some((way) => way === "tags" || way === "originals" || way === "paths"))
    return [];
  // A node that knows paths alone forgets every query of them, but no other path.
  if (row.scope === "urls" && !ways.some((way) => way === "tags" || way === "originals")) {
    return paths.flatMap(({ kind, path }) => {
      const covered = path.split("?")[0] ?? path;
      return kind === "url" && covered !== path ? [{ asked: path, covered }] : [];
    });
  }
  return [
    ...variantsOf(row, paths),
    ...paths.flatMap(({ path, covered }) => (covered === null ? [] : [{ asked: path, covered }])),
  ];
}

/** Variants that were meant: all variants of their originals are covered. */
function variantsOf({ transformations }: EntryRow, paths: readonly PathRow[]): readonly Widening[] {
  if (transformations === null) return [];
  const meant = (JSON.parse(transformations) as readonly string[]).join(" ");
  return paths.flatMap(({ kind, path }) =>
    kind === "original" ? [{ asked: `${path} ${meant}`, covered: path }] : [],
  );
}
