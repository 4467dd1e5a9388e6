import {
  keepPreviousData,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type CallOptions, call, type Method, type Query } from "./call.ts";
import type { ApiError } from "./error.ts";

/** Asked again and again, but for what the API refuses: that does not pass by itself, and can be tried again by hand. */
const unlessRefused =
  (everyMs: number) =>
  ({ state: { error } }: { readonly state: { readonly error: ApiError | null } }): number | false =>
    error && isFinal(error.status) ? false : everyMs;

/** Not what a server says that is away, or asked too often. */
const isFinal = (status: number) => status >= 400 && status < 500 && status !== 429;

/** Reads one address. `where` undefined asks nothing yet; `everyMs` asks again while the page is looked at. */
export function useGet<Answer>(
  where: string | undefined,
  { query, everyMs }: { readonly query?: Query; readonly everyMs?: number | undefined } = {},
): UseQueryResult<Answer, ApiError> {
  return useQuery<Answer, ApiError>({
    queryKey: [where ?? "", query ?? {}],
    queryFn: ({ signal }) => call<Answer>("GET", where ?? "", { signal, ...(query && { query }) }),
    enabled: where !== undefined,
    ...(everyMs !== undefined && { refetchInterval: unlessRefused(everyMs) }),
  });
}

/** One page of a list, and the ways to the others. */
export interface Pages<Item> {
  readonly items: readonly Item[];
  readonly query: UseQueryResult<unknown, ApiError>;
  /** 1 is the first. */
  readonly number: number;
  readonly hasNext: boolean;
  /** Whether what is shown is still the page before. */
  readonly isTurning: boolean;
  next(): void;
  back(): void;
  first(): void;
}

/**
 * Reads a list page by page. `name` is the member of the answer that holds the entries; pages before are found again by the cursors that
 * led to them, so that nothing but cursors is kept. Another query begins at the first page.
 */
export function usePages<Item>(
  where: string | undefined,
  name: string,
  { query, everyMs }: { readonly query?: Query; readonly everyMs?: number | undefined } = {},
): Pages<Item> {
  const asked = JSON.stringify([where, query ?? {}]);
  const [turned, setTurned] = useState<{ readonly asked: string; readonly cursors: readonly string[] }>({
    asked,
    cursors: [],
  });
  const cursors = turned.asked === asked ? turned.cursors : [];
  const cursor = cursors.at(-1);
  const full = { ...query, ...(cursor !== undefined && { cursor }) };
  const found = useQuery<Readonly<Record<string, unknown>>, ApiError>({
    queryKey: [where ?? "", full],
    queryFn: ({ signal }) => call("GET", where ?? "", { signal, query: full }),
    enabled: where !== undefined,
    // Of another place nothing is shown meanwhile.
    placeholderData: (previous, before) =>
      before?.queryKey[0] === (where ?? "") ? keepPreviousData(previous) : undefined,
    ...(everyMs !== undefined && { refetchInterval: unlessRefused(everyMs) }),
  });
  const items = found.data?.[name];
  const next = found.data?.cursor;
  return {
    items: Array.isArray(items) ? items : [],
    query: found,
    number: cursors.length + 1,
    hasNext: typeof next === "string",
    isTurning: found.isPlaceholderData,
    next: () => {
      if (typeof next === "string" && !found.isPlaceholderData)
        setTurned({ asked, cursors: [...cursors, next] });
    },
    back: () => setTurned({ asked, cursors: cursors.slice(0, -1) }),
    first: () => setTurned({ asked, cursors: [] }),
  };
}

/** Asks for what lies at an address once more when `isMoving` ends: what was answered last may be older than the end. */
export function useLastLook(where: string, isMoving: boolean): void {
  const client = useQueryClient();
  const wasMoving = useRef(isMoving);
  useEffect(() => {
    if (wasMoving.current && !isMoving) void client.invalidateQueries({ predicate: isBelow([where]) });
    wasMoving.current = isMoving;
  }, [client, where, isMoving]);
}

const isBelow =
  (addresses: readonly string[]) =>
  ({ queryKey: [where] }: { readonly queryKey: readonly unknown[] }): boolean =>
    addresses.some((each) => where === each || String(where).startsWith(`${each}/`));

/** What is sent: a body, or the whole of a call. */
export interface Sent extends Omit<CallOptions, "signal"> {
  readonly method: Method;
  readonly where: string;
}

/**
 * Sends something that changes something. `changes` names the addresses whose answers are other ones afterwards, with everything below
 * them.
 */
export function useSend<Answer = unknown, Wish = void>(
  request: (wish: Wish) => Sent,
  changes: readonly string[] | ((wish: Wish) => readonly string[]) = [],
): UseMutationResult<Answer, ApiError, Wish> {
  const client = useQueryClient();
  return useMutation<Answer, ApiError, Wish>({
    mutationFn: (wish) => {
      const { method, where, ...options } = request(wish);
      return call<Answer>(method, where, options);
    },
    onSuccess: (_answer, wish) => {
      const changed = typeof changes === "function" ? changes(wish) : changes;
      return client.invalidateQueries({ predicate: isBelow(changed) });
    },
  });
}
