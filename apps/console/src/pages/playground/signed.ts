import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call, path } from "../../api/call.ts";
import type { ApiError } from "../../api/error.ts";
import { useMay } from "../../api/session.ts";

/** How far a target is from being signed. */
export interface Signing {
  /** The signed target; undefined while there is none. */
  readonly target: string | undefined;
  readonly mayTry: boolean;
  readonly isBusy: boolean;
  readonly error: ApiError | null;
}

interface SignedUrl {
  readonly url: string;
}

/** Signs a target with the project's salt, for whoever may; undefined signs nothing. */
export function useSigned(project: string, target: string | undefined): Signing {
  const mayTry = useMay("write", project);
  const where = path`/projects/${project}/sign`;
  const query = useQuery<SignedUrl, ApiError>({
    queryKey: [where, target],
    queryFn: ({ signal }) => call("POST", where, { body: { url: target }, signal }),
    enabled: mayTry && target !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  const signed = target === undefined || query.isPlaceholderData ? undefined : query.data?.url;
  return {
    target: signed?.replace(/^https?:\/\/[^/]*/, ""),
    mayTry,
    isBusy: query.isFetching,
    error: query.error,
  };
}
