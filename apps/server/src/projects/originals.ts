import { isVideoPath, parentFolders, resolveOriginal } from "@freshet/core";
import { ServerError } from "../errors.ts";
import { reachOf } from "../sources/allow-list.ts";
import type { Visitor } from "../sources/origin-headers.ts";
import type { Location, SourcePolicy } from "../sources/source.ts";
import { carriedTags, FOLDER_TAGS, folderTag, originalTag, projectTag, userTag } from "./cache-tags.ts";
import type { Identity } from "./identity.ts";
import type { Project } from "./project.ts";
import { tagsOf } from "./tagging.ts";
import { trustIn, writtenUrls } from "./trust.ts";

/** One original of one project, ready to be named, read and purged. */
export interface Original {
  /** Normal form: project + host[:port] + path, without scheme and query. */
  readonly name: string;
  /** "o-" and 16 hex digits: what invalidations and edges call it. */
  readonly tag: string;
  /** Everything by which an invalidation may cover it. */
  readonly identity: Identity;
  /** Name of its record: the normal form with the origin's own query. */
  readonly recordKey: string;
  readonly project: Project;
  readonly location: Location;
  readonly policy: SourcePolicy;
  /** Its origin is told the visitor's address: answers belong to him alone, and no cache may keep them. */
  readonly isForOne: boolean;
}

const NOBODY: Visitor = { host: undefined, address: undefined };

/**
 * Finds out what an original of a delivery URL or of an invalidation is called in this project, and how it is read for a visitor.
 * @throws ServerError ORIGINAL_NOT_NAMED for what names nothing.
 */
export function describeOriginal(
  project: Project,
  original: string,
  originQuery = "",
  visitor: Visitor = NOBODY,
): Original {
  const resolved = resolveOriginal(original, namingOf(project));
  if (resolved.kind === "invalid") throw new ServerError("ORIGINAL_NOT_NAMED", resolved.reason);
  const name = `${project.name}/${resolved.name}`;
  const tag = originalTag(name);
  // Neither files nor keys know queries; of a bucket they would ask for something else than the object.
  const query =
    resolved.kind === "http" && project.forwardQuery && originQuery !== "" ? `?${originQuery}` : "";
  const { location, variation = "", isForOne = false } = placeOf(project, resolved, query, visitor);
  return {
    name,
    tag,
    identity: {
      project: project.name,
      tag,
      name,
      userTags: tagsOf(project, resolved.name).map((each) => userTag(project.name, each)),
    },
    recordKey: name + query + variation,
    project,
    location,
    isForOne,
    policy: policyOf(project, isVideoPath(resolved.name)),
  };
}

/** Tags of its outermost folders ("p-"), of the user ("u-") and of its project ("t-"), as answers carry them. */
export function wideTagsOf({ name, identity, project }: Original): readonly string[] {
  const carried = carriedTags(project).map((each) => userTag(project.name, each));
  const folders = parentFolders(name.slice(project.name.length + 1), FOLDER_TAGS);
  return [
    ...folders.map((folder) => folderTag(project.name, folder)),
    ...identity.userTags.filter((each) => carried.includes(each)),
    projectTag(project.name),
  ];
}

/** The same for all pictures of a project, and for all of its videos: thousands of originals are remembered. */
const policies = new WeakMap<Project, { readonly picture: SourcePolicy; readonly video: SourcePolicy }>();

function policyOf(project: Project, isVideo: boolean): SourcePolicy {
  let known = policies.get(project);
  if (!known) {
    const { maxBytes, maxVideoBytes = maxBytes } = project.source;
    const picture = { ...project.source, allow: originHosts(project), owner: project.name };
    // A video may be larger, but no more of it is held in memory.
    known = { picture, video: { ...picture, maxBytes: Math.min(maxBytes, maxVideoBytes) } };
    policies.set(project, known);
  }
  return isVideo ? known.video : known.picture;
}

/**
 * The original's own address, for whoever is sent there.
 * @throws ServerError ORIGINAL_NOT_ALLOWED for a host that the project does not write out, so that nobody is led anywhere by its name,
 * and ORIGINAL_BLOCKED for what has no address of its own.
 */
export function addressOf({ location, policy }: Original): string {
  const url = location.kind === "http" ? URL.parse(location.urls[0] ?? "") : null;
  if (!url) throw new ServerError("ORIGINAL_BLOCKED");
  const allow = policy.allow.filter((entry) => entry !== "*");
  if (reachOf(url, { ...policy, allow }) === undefined) throw new ServerError("ORIGINAL_NOT_ALLOWED");
  return url.href;
}

/** Where the original is read, and what makes it another one for another visitor. */
function placeOf(
  project: Project,
  resolved: Exclude<ReturnType<typeof resolveOriginal>, { kind: "invalid" }>,
  query: string,
  visitor: Visitor,
): { readonly location: Location; readonly variation?: string; readonly isForOne?: boolean } {
  if (resolved.kind === "folder")
    return { location: { kind: "folder", folder: resolved.folder, path: resolved.path } };
  if (resolved.kind === "bucket") {
    const target = project.aliases[resolved.alias];
    if (!target || !("place" in target)) throw new ServerError("ORIGINAL_NOT_NAMED", "alias");
    const { place } = target;
    if (place.kind === "files")
      return { location: { kind: "files", project: project.name, file: resolved.path } };
    if (place.kind === "contentful") return { location: { kind: "contentful", place, id: resolved.path } };
    return { location: { kind: "bucket", place, key: resolved.path } };
  }
  const trust = trustIn(project, resolved.name, resolved.urls, visitor);
  const location = { kind: "http" as const, urls: trust.urls.map((url) => url + query) };
  return trust.dress
    ? { location: { ...location, dress: trust.dress }, variation: trust.variation, isForOne: trust.isForOne }
    : { location };
}

/** How the project shortens its originals. */
export function namingOf({ aliases, prefix }: Project): Parameters<typeof resolveOriginal>[1] {
  return prefix === undefined ? { aliases } : { aliases, prefix };
}

/**
 * Hosts that originals may be fetched from by URL: the allowed ones, and those of aliases and prefix, which the owner wrote down
 * too. Those of buckets are not among them: a bucket is read by its alias alone.
 */
export function originHosts(project: Project): readonly string[] {
  return [...project.source.allow, ...writtenUrls(project).map(({ host }) => host)];
}
