import { parentFolders, resolveBeginning } from "@freshet/core";
import { ServerError } from "../errors.ts";
import { FOLDER_TAGS, folderTag, projectTag } from "./cache-tags.ts";
import { namingOf } from "./originals.ts";
import type { Project } from "./project.ts";

/** Originals whose names begin alike, as an invalidation names them with a wildcard. */
export interface Prefix {
  readonly kind: "prefix" | "project";
  /** As it is written in delivery URLs, e.g. "/_media_/summer/*". */
  readonly path: string;
  /** What their normal forms begin with, the project's name first; of a project its name. */
  readonly name: string;
  /** Tag of the innermost folder that answers carry a tag for and that contains all of them. */
  readonly tag: string;
  /** That folder, e.g. "/shop.example/media/*", where it contains more than what was named; else null. */
  readonly covered: string | null;
}

/**
 * Finds the originals that a path with a final wildcard names. Aliases that begin like the path have prefixes of their own.
 * @throws ServerError PATH_WRONG for what leads to no complete host or alias.
 */
export function describePrefix(project: Project, path: string): readonly Prefix[] {
  const beginning = path.slice(1, -1);
  if (beginning === "") {
    return [{ kind: "project", path, name: project.name, tag: projectTag(project.name), covered: null }];
  }
  const found = resolveBeginning(beginning, namingOf(project));
  if (found.length === 0) {
    throw new ServerError(
      "PATH_WRONG",
      "A wildcard stands behind a complete host or alias, for example /sample.li/folder/*.",
    );
  }
  return found.map(({ written, name }) => ({
    kind: "prefix",
    path: `/${written}*`,
    name: `${project.name}/${name}`,
    ...edgeOf(project, name),
  }));
}

function edgeOf(project: Project, name: string): Pick<Prefix, "tag" | "covered"> {
  const folder = parentFolders(name, FOLDER_TAGS).at(-1);
  if (folder === undefined) return { tag: projectTag(project.name), covered: "/*" };
  return {
    tag: folderTag(project.name, folder),
    covered: name === `${folder}/` ? null : `/${folder}/*`,
  };
}
