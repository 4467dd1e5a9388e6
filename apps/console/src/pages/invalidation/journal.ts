import type {
  InvalidationEntry,
  InvalidationPage,
  InvalidationReach,
  InvalidationReceipt,
  InvalidationRequest,
} from "@freshet/core";
import {
  keepPreviousData,
  type UseMutationResult,
  type UseQueryResult,
  useQuery,
} from "@tanstack/react-query";
import { call, path } from "../../api/call.ts";
import type { ApiError } from "../../api/error.ts";
import { useGet, useSend } from "../../api/hooks.ts";
import { type LogFilters, queryOf } from "./log/filters.ts";
import { type LogPage, readLogPage } from "./log/page-of-log.ts";

/** Every answer about invalidations stands below it; lists stand at it. */
export const JOURNAL = "/invalidate";

/** `GET /invalidate/{uuid}` */
export interface EntryAnswer {
  readonly status: "success";
  readonly invalidation: InvalidationEntry;
}

/** One page of the log, with as many entries as fit unless the search took too long. */
export function useLog(project: string, filters: LogFilters): UseQueryResult<LogPage, ApiError> {
  const { cursor: from, ...rest } = filters;
  const asked = queryOf(rest, project);
  return useQuery<LogPage, ApiError>({
    queryKey: [JOURNAL, { ...asked, from }],
    queryFn: ({ signal }) =>
      readLogPage(
        (cursor, limit) =>
          call<InvalidationPage>("GET", JOURNAL, { signal, query: { ...asked, cursor, limit } }),
        from,
      ),
    placeholderData: keepPreviousData,
  });
}

export const entryKey = (project: string, uuid: string) => [path`/invalidate/${uuid}`, { project }] as const;

export function useEntry(project: string, uuid: string): UseQueryResult<EntryAnswer, ApiError> {
  const [where, query] = entryKey(project, uuid);
  return useGet<EntryAnswer>(where, { query });
}

/** What an invalidation reaches now; asked for when it is to be shown. */
export function useReach(project: string, isWanted: boolean): UseQueryResult<InvalidationReach, ApiError> {
  return useGet<InvalidationReach>(isWanted ? "/invalidate/reach" : undefined, { query: { project } });
}

/** The newest invalidation of everything that came to its end: what the next one may take. */
export function useLastOfAll(project: string, isWanted: boolean): UseQueryResult<InvalidationPage, ApiError> {
  return useGet<InvalidationPage>(isWanted ? "/invalidate" : undefined, {
    query: { project, scope: "all", status: "DONE", limit: 1 },
  });
}

/** What is asked for, and the key that makes two requests of it one. */
export interface InvalidationWish {
  readonly request: InvalidationRequest;
  readonly idempotencyKey: string;
}

export function useInvalidate(
  project: string,
): UseMutationResult<InvalidationReceipt, ApiError, InvalidationWish> {
  return useSend<InvalidationReceipt, InvalidationWish>(
    ({ request, idempotencyKey }) => ({
      ...{ method: "POST", where: JOURNAL, query: { project }, body: request },
      headers: { "idempotency-key": idempotencyKey },
    }),
    [JOURNAL],
  );
}

/** Opens the failed targets of an entry again. */
export function useRetry(project: string): UseMutationResult<InvalidationReceipt, ApiError, string> {
  return useSend<InvalidationReceipt, string>(
    (uuid) => ({ method: "POST", where: path`/invalidate/${uuid}/retry`, query: { project } }),
    [JOURNAL],
  );
}
