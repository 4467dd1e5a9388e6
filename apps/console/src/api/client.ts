import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { apiErrorOf } from "./error.ts";
import type { Session } from "./session.ts";

/** The session, which everything else depends on. */
export const SESSION = "/access/session";

/** Attempts after the first, where the fault may pass by itself. */
const RETRIES = 2;

/** Remembers what the API answered. Whoever hears 401 lets the session be asked again, and the shell goes to the sign-in. */
export function createClient(): QueryClient {
  const onError = (error: unknown) => {
    if (apiErrorOf(error).status === 401) void client.invalidateQueries({ queryKey: [SESSION] });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < RETRIES && mayPass(apiErrorOf(error).status),
        retryDelay: (count) => 500 * 2 ** count,
      },
    },
  });
  keepApart(client);
  return client;
}

/** What was read, and what was begun and not saved, is whose session it was: nothing of it is left to the next one in the same tab. */
function keepApart(client: QueryClient): void {
  let owner: string | undefined;
  client.getQueryCache().subscribe(({ type, query }) => {
    if (type !== "updated" || query.queryKey[0] !== SESSION) return;
    const id = (query.state.data as Session | undefined)?.user?.id;
    if (id === undefined || id === owner) return;
    if (owner !== undefined) client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION });
    owner = id;
  });
}

const mayPass = (status: number) => status === 0 || status === 503;
