import type { Members } from "./paths.ts";

/** Settings that were begun from a version and are not saved yet. */
export interface Draft {
  readonly version: number;
  readonly base: Members;
  readonly settings: Members;
}

/** What was not saved when its page was left; it is there again when somebody comes back, until the console is loaded anew. */
const kept = new Map<string, Draft>();

export const keptDraft = (project: string): Draft | undefined => kept.get(project);

export function keepDraft(project: string, draft: Draft | undefined): void {
  if (draft) kept.set(project, draft);
  else kept.delete(project);
}
