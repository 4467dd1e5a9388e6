import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { call, path } from "../../api/call.ts";
import type { ApiError } from "../../api/error.ts";
import type { Explanation } from "./shapes.ts";

/** What the project makes of a target; while another one is asked for, what it made of the one before. */
export function useExplanation(project: string, target: string): UseQueryResult<Explanation, ApiError> {
  const where = path`/projects/${project}/explain`;
  return useQuery<Explanation, ApiError>({
    queryKey: [where, target],
    queryFn: ({ signal }) => call("GET", where, { query: { url: target }, signal }),
    placeholderData: keepPreviousData,
  });
}
