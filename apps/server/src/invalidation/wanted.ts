import type { CdnDriver } from "@freshet/core";
import type { Wanted } from "./batch.ts";
import type { EntryRow, PathRow, TargetRow } from "./migrations.ts";

/** Where delivery URLs begin, by the project's name: its hosts as they are configured. */
export type HostsOf = (project: string) => readonly string[];

/** Under which paths answers with one of these tags left that a node without tags may keep. */
export type ListedPaths = (project: string, tags: readonly string[]) => Promise<readonly string[]>;

/** What an entry wants, and how the log says it was told. */
interface Told {
  readonly wanted: Wanted;
  readonly by: NonNullable<TargetRow["purged_by"]>;
}

/**
 * What an entry wants of a node, and how the node is told. Exact URLs go to nodes that know URLs, if it is known under which hosts
 * they are delivered; every other node is told the tag of their original. Where one tag is the project's, the rest is part of it. A node
 * that knows no tags is told originals, or the URLs under which what carries the tags has left; where it can be told neither it says so.
 */
export async function wantedOf(
  { sequence, project, scope }: EntryRow,
  paths: readonly PathRow[],
  parts: {
    readonly driver: CdnDriver;
    readonly projectTag: string;
    readonly hostsOf: HostsOf;
    readonly listed: ListedPaths | undefined;
  },
): Promise<Told> {
  const { driver, projectTag, listed } = parts;
  const told = (by: Wanted["by"], targets: readonly string[]): Told => ({
    wanted: { sequence, project, projectTag, by, targets: [...new Set(targets)] },
    by: by === "urls" && driver.urlsCover === "path" ? "paths" : by,
  });
  const hosts = parts.hostsOf(project);
  if (scope === "urls" && driver.purgeUrls && hosts.length > 0) {
    // One variant has two addresses, with and without /v7.
    return told(
      "urls",
      paths.flatMap(({ path }) =>
        hosts.flatMap((host) => [`https://${host}/v7${path}`, `https://${host}${path}`]),
      ),
    );
  }
  const tags = paths.map(({ tag }) => tag);
  const isAll = scope === "all" || tags.includes(projectTag);
  if (isAll && (driver.purgeProject || driver.purgeTags)) return told("project", [projectTag]);
  if (driver.purgeTags) return told("tags", tags);
  if (!isAll && driver.purgeOriginals && paths.every(({ kind }) => kind === "original" || kind === "url"))
    return told(
      "originals",
      paths.map(({ path, covered }) => covered ?? path),
    );
  if (driver.purgeUrls && listed) {
    const found = await listed(project, isAll ? [projectTag] : tags);
    return told("urls", urlsOf(found, hosts, driver));
  }
  return isAll ? told("project", [projectTag]) : told("tags", tags);
}

/** Listed paths under each host that delivers them; a node that goes by the path alone is told it once. */
export function urlsOf(
  paths: readonly string[],
  hosts: readonly string[],
  { urlsCover }: Pick<CdnDriver, "urlsCover">,
): readonly string[] {
  const [first = "host.invalid"] = hosts;
  const under = urlsCover === "path" ? [first] : hosts;
  return paths.flatMap((path) => under.map((host) => `https://${host}${path}`));
}
