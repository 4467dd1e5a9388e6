import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { call } from "./call.ts";
import type { ApiError } from "./error.ts";

/** A project as `GET /projects` lists it. */
export interface ProjectSummary {
  readonly name: string;
  /** Written in the configuration file, or kept in the store. */
  readonly origin: "file" | "store";
  readonly version?: number;
}

export interface ProjectNames {
  readonly projects: readonly ProjectSummary[];
  /** Whether there are more than are read. */
  readonly isCut: boolean;
}

const PAGE = 100;
const MOST_PAGES = 10;

/** The projects that whoever looks may see, by name, 1,000 at most: for choosing one. Lists show pages instead. */
export function useProjects(isWanted = true): UseQueryResult<ProjectNames, ApiError> {
  return useQuery<ProjectNames, ApiError>({
    queryKey: ["/projects", "all"],
    enabled: isWanted,
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      const projects: ProjectSummary[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = { limit: PAGE, cursor };
        const answer: { readonly projects: readonly ProjectSummary[]; readonly cursor?: string } = await call(
          "GET",
          "/projects",
          { query, signal },
        );
        projects.push(...answer.projects);
        cursor = answer.cursor;
        if (cursor === undefined) return { projects, isCut: false };
      }
      return { projects, isCut: true };
    },
  });
}
