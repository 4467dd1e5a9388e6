import { hash } from "node:crypto";
import { parentFolders, resolveOriginal } from "@freshet/core";
import { ServerError } from "../errors.ts";
import type { Location, SourcePolicy } from "../sources/source.ts";
import type { Project } from "./project.ts";

/** At most this many ancestor folders carry a tag: with the own, the generation's and the project's it stays below 16. */
const FOLDER_TAGS = 8;

/** One original of one project, ready to be named, read and purged. */
export interface Original {
  /** Normal form: project + host[:port] + path, without scheme and query. */
  readonly name: string;
  /** "o-" and 16 hex digits: what invalidations and edges call it. */
  readonly tag: string;
  /** Tags of its ancestor folders ("p-") and of its project ("t-"). */
  readonly wideTags: readonly string[];
  /** Name of its record: the normal form with the origin's own query. */
  readonly recordKey: string;
  readonly project: Project;
  readonly location: Location;
  readonly policy: SourcePolicy;
}

const tagOf = (kind: "o" | "p" | "t", name: string) => `${kind}-${hash("sha256", name).slice(0, 16)}`;

/** Tag that every answer of the project carries. */
export const projectTag = (project: string): string => tagOf("t", project);

/** Tag of an original by its normal form. */
export const originalTag = (name: string): string => tagOf("o", name);

/**
 * Finds out what an original of a delivery URL or of an invalidation is called in this project.
 * @throws ServerError ORIGINAL_NOT_NAMED for what names nothing, PATH_WRONG never.
 */
export function describeOriginal(project: Project, original: string, originQuery = ""): Original {
  const naming = project.prefix === undefined ? {} : { prefix: project.prefix };
  const resolved = resolveOriginal(original, { aliases: project.aliases, ...naming });
  if (resolved.kind === "invalid") throw new ServerError("ORIGINAL_NOT_NAMED", resolved.reason);
  const name = `${project.name}/${resolved.name}`;
  const query = project.forwardQuery && originQuery !== "" ? `?${originQuery}` : "";
  return {
    name,
    tag: originalTag(name),
    wideTags: [
      ...parentFolders(resolved.name, FOLDER_TAGS).map((folder) => tagOf("p", `${project.name}/${folder}`)),
      projectTag(project.name),
    ],
    recordKey: name + query,
    project,
    location:
      resolved.kind === "folder"
        ? { kind: "folder", folder: resolved.folder, path: resolved.path }
        : { kind: "http", urls: resolved.urls.map((url) => url + query) },
    policy: { ...project.source, allow: originHosts(project) },
  };
}

/** Hosts that originals may be fetched from: the allowed ones, and those of aliases and prefix, which the owner wrote down too. */
export function originHosts(project: Project): readonly string[] {
  const urls = Object.values(project.aliases).flatMap((target) => ("url" in target ? [target.url] : []));
  if (project.prefix !== undefined) urls.push(project.prefix);
  const written = urls.flatMap((url) => {
    const parsed = URL.parse(url.includes("://") ? url : `https://${url.replace(/^\/\//, "")}`);
    return parsed ? [parsed.host] : [];
  });
  return [...project.source.allow, ...written];
}
