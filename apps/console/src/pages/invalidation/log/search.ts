import { checkInvalidationLines } from "@freshet/core";
import type { ProjectRules } from "../project-rules.ts";

/** What is searched for a text that somebody pasted, or why nothing can be. */
export type Searched =
  | { readonly path: string; readonly isCorrected: boolean }
  | { readonly path?: undefined; readonly sentence: string };

/** Any address of a picture is understood: the original's path, a delivery URL with host and parameters, or a folder with a star. */
export function searchedBy(text: string, rules: ProjectRules): Searched {
  const [line] = checkInvalidationLines(text.replace(/[\r\n]+/g, " "), { ...rules, kind: "original" });
  if (line === undefined) return { sentence: "Write the path or the address of a picture." };
  if (line.path !== undefined) return { path: line.path, isCorrected: false };
  if (line.correction) return { path: line.correction, isCorrected: true };
  return { sentence: line.sentence ?? "This names no picture." };
}
