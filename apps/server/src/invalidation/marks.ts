import { hash } from "node:crypto";
import type { Mark } from "../cache/mark.ts";
import { userTag } from "../projects/cache-tags.ts";
import type { InvalidationTables, PathRow } from "./migrations.ts";

type FloorRow = InvalidationTables["invalidation_floor"];

/** What an instance has to cover for one target of an entry; for an exact URL that is its original, because records know no URLs. */
function markOf(project: string, { kind, name, tag }: Pick<PathRow, "kind" | "name" | "tag">): Mark {
  if (kind === "project") return { kind, project };
  if (kind === "prefix") return { kind, project, prefix: name.slice(project.length + 1) };
  if (kind === "tag") return { kind, project, tag: userTag(project, name) };
  return { kind: "original", project, tag };
}

/** What an instance has to cover for an entry, each once. */
export function marksOf(
  project: string,
  scope: string,
  paths: readonly Pick<PathRow, "kind" | "name" | "tag">[],
): readonly Mark[] {
  if (scope === "all") return [{ kind: "project", project }];
  const marks = paths.map((path) => markOf(project, path));
  return [...new Map(marks.map((mark) => [floorName(mark), mark])).values()];
}

export function floorOf(mark: Mark, sequence: number): FloorRow {
  const prefix = mark.kind === "prefix" ? mark.prefix : null;
  return { project: mark.project, tag: floorName(mark), prefix, sequence };
}

export function markOfFloor({ project, tag, prefix }: FloorRow): Mark {
  if (tag === "") return { kind: "project", project };
  if (prefix !== null) return { kind: "prefix", project, prefix };
  return { kind: tag.startsWith("u-") ? "tag" : "original", project, tag };
}

/** Names of floors are short however long a prefix is: they are the key of a table. */
function floorName(mark: Mark): string {
  if (mark.kind === "prefix") return `prefix:${hash("sha256", mark.prefix)}`;
  return mark.kind === "project" ? "" : mark.tag;
}
