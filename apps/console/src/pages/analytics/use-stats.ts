import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useLocation } from "react-router";
import { call, type Query } from "../../api/call.ts";
import type { ApiError } from "../../api/error.ts";
import { useNamedProject } from "../../shell/place.ts";
import { daysOf, readPeriod, type Span } from "./period.ts";

const EVERY_MS = 60_000;
/** What is shown where the address names no period. */
export const USUAL: Span = "30";

/** Reads a page of figures; while another period is on its way, what was shown stays. */
export function useStats<Answer>(where: string, query: Query): UseQueryResult<Answer, ApiError> {
  return useQuery<Answer, ApiError>({
    queryKey: [where, query],
    queryFn: ({ signal }) => call<Answer>("GET", where, { signal, query }),
    placeholderData: (previous, before) =>
      before?.queryKey[0] === where ? keepPreviousData(previous) : undefined,
    refetchInterval: EVERY_MS,
  });
}

/** What the API is asked by the address of the page: the project, the days, and the step where one was chosen. */
export function useAsked(): Query {
  const project = useNamedProject();
  const { search } = useLocation();
  const now = Date.now();
  const { wish = { span: USUAL }, step } = readPeriod(search, now, USUAL);
  return { project, ...daysOf(wish, now), step };
}
