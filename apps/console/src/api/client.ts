import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { apiErrorOf } from "./error.ts";

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
  return client;
}

const mayPass = (status: number) => status === 0 || status === 503;
