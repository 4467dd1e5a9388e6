import type { Identity } from "../projects/identity.ts";

/** A target of an applied invalidation: one original, all whose name begins so, all that have a tag, or a whole project. */
export type Mark =
  | { readonly kind: "original"; readonly project: string; readonly tag: string }
  | {
      readonly kind: "prefix";
      readonly project: string;
      /** Beginning of normal forms, the project aside: "h.example/a/", or "h.example/ab" within a folder. */
      readonly prefix: string;
    }
  | { readonly kind: "tag"; readonly project: string; readonly tag: string }
  | { readonly kind: "project"; readonly project: string };

/** Whether an invalidation of this target concerns the original. */
export function covers(mark: Mark, { project, tag, name, userTags }: Identity): boolean {
  if (mark.project !== project) return false;
  if (mark.kind === "original") return mark.tag === tag;
  if (mark.kind === "tag") return userTags.includes(mark.tag);
  return mark.kind === "project" || name.startsWith(mark.prefix, project.length + 1);
}
