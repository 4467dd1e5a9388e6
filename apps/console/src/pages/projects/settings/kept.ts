import type { QueryClient } from "@tanstack/react-query";
import type { Members } from "./paths.ts";

/** Settings that were begun from a version and are not saved yet. */
export interface Draft {
  readonly version: number;
  readonly base: Members;
  readonly settings: Members;
}

/**
 * What was not saved when its page was left; it is there again when its owner comes back, until the console is loaded anew. It is kept
 * beside what was read, and goes with that where somebody else signs in.
 */
const placeOf = (project: string) => ["draft", project] as const;

export const keptDraft = (client: QueryClient, project: string): Draft | undefined =>
  client.getQueryData<Draft>(placeOf(project));

export function keepDraft(client: QueryClient, project: string, draft: Draft | undefined): void {
  const queryKey = placeOf(project);
  if (!draft) {
    client.removeQueries({ queryKey, exact: true });
    return;
  }
  client.setQueryDefaults(queryKey, { gcTime: Number.POSITIVE_INFINITY, structuralSharing: false });
  client.setQueryData<Draft>(queryKey, draft);
}
