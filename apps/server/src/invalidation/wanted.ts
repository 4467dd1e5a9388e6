import type { CdnDriver } from "@freshet/core";
import type { Wanted } from "./lane.ts";
import type { EntryRow, PathRow, TargetRow } from "./migrations.ts";

/** Where delivery URLs begin, by the project's name: its hosts as they are configured. */
export type HostsOf = (project: string) => readonly string[];

/**
 * What an entry wants of a node, and how the node is told. Exact URLs go to nodes that know URLs, if it is known under which hosts
 * they are delivered; every other node is told the tag of their original. Where one tag is the project's, the rest is part of it.
 */
export function wantedOf(
  { sequence, project, scope }: EntryRow,
  paths: readonly PathRow[],
  {
    driver,
    projectTag,
    hostsOf,
  }: { readonly driver: CdnDriver; readonly projectTag: string; readonly hostsOf: HostsOf },
): { readonly wanted: Wanted; readonly by: NonNullable<TargetRow["purged_by"]> } {
  const wanted = { sequence, project, projectTag };
  const hosts = hostsOf(project);
  if (scope === "urls" && driver.purgeUrls && hosts.length > 0) {
    // One variant has two addresses, with and without /v7.
    const urls = paths.flatMap(({ path }) =>
      hosts.flatMap((host) => [`https://${host}/v7${path}`, `https://${host}${path}`]),
    );
    return { wanted: { ...wanted, tags: [], urls: [...new Set(urls)] }, by: "urls" };
  }
  const tags = [...new Set(paths.map(({ tag }) => tag))];
  return scope === "all" || tags.includes(projectTag)
    ? { wanted: { ...wanted, tags: "project" }, by: "project" }
    : { wanted: { ...wanted, tags }, by: "tags" };
}
