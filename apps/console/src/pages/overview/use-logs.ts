import type { InvalidationPage } from "@freshet/core";
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { call, type Query } from "../../api/call.ts";
import type { ProjectLog } from "./shapes.ts";

const NEWEST = 20;
const FAILED = 5;
const WEEK_MS = 7 * 86_400_000;
/** What is on its way changes by the second, what failed stays. */
const OFTEN_MS = 10_000;
const SELDOM_MS = 30_000;

/** What the log says about these projects: the newest entries of each, and what failed in the last seven days. */
export function useLogs(projects: readonly string[]): {
  readonly logs: readonly ProjectLog[];
  readonly error: Error | undefined;
} {
  const since = useMemo(() => new Date(Date.now() - WEEK_MS).toISOString(), []);
  const of = (query: Query, everyMs: number) => ({
    queryKey: ["/invalidate", query],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
      call<InvalidationPage>("GET", "/invalidate", { query, signal }),
    refetchInterval: everyMs,
  });
  const found = useQueries({
    queries: projects.flatMap((project) => [
      of({ project, limit: NEWEST }, OFTEN_MS),
      of({ project, limit: FAILED, since, status: "ERROR" }, SELDOM_MS),
      of({ project, limit: FAILED, since, status: "ERROR_CDN_NODE" }, SELDOM_MS),
    ]),
  });
  return {
    logs: projects.map((project, at) => {
      const [newest, failed, half] = found.slice(3 * at, 3 * at + 3).map(({ data }) => data?.invalidations);
      return { project, newest, failed: failed && half && [...failed, ...half] };
    }),
    error: found.find(({ error }) => error)?.error ?? undefined,
  };
}
