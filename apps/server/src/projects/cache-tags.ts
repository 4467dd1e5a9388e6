import { hash } from "node:crypto";
import type { Project } from "./project.ts";

/** An answer carries at most so many tags: what CDNs read without trouble. */
export const MOST_TAGS = 16;
/** The outermost folders of an original have tags; with its own, its generation's, the user's and the project's that makes 16. */
export const FOLDER_TAGS = 8;
/** So many of the user's tags an answer can carry, the project's first ones; for the others the project's own tag stands. */
const USER_TAGS = 5;

const tagOf = (kind: "o" | "p" | "t" | "u", name: string) => `${kind}-${hash("sha256", name).slice(0, 16)}`;

/** Tag that every answer of the project carries. */
export const projectTag = (project: string): string => tagOf("t", project);

/** Tag of an original by its normal form. */
export const originalTag = (name: string): string => tagOf("o", name);

/** Tag of a folder by its normal form without the project, without a final slash. */
export const folderTag = (project: string, folder: string): string => tagOf("p", `${project}/${folder}`);

/** Tag of a tag that the user gives. */
export const userTag = (project: string, tag: string): string => tagOf("u", `${project}/${tag}`);

/** The user's tags of a project that answers carry. Which ones is a matter of settings alone, so that a purge needs no look at the answers. */
export function carriedTags({ tags }: Project): readonly string[] {
  return [...new Set(tags.map(({ tag }) => tag))].slice(0, USER_TAGS);
}
