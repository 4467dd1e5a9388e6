import { type Cause, InvalidationError } from "@freshet/core";

/** What an event of a CMS makes of originals. */
export interface StateWish {
  readonly state: "blocked" | "served";
  readonly urls: readonly string[];
  /** Place of the event in the CMS's own order: what is not later than the last one changes nothing. */
  readonly place: number;
  readonly cause: Cause;
}

/** Says what originals are besides being served. Rejects with an `InvalidationError`. */
export interface StatesClient {
  /** Resolves to the invalidation that carries it everywhere; undefined where a later event was heard before. */
  write(wish: StateWish): Promise<string | undefined>;
}

const TIMEOUT_MS = 10_000;

/** Talks to `POST /projects/{project}/states` of a Freshet. */
export function createStatesClient(options: {
  readonly endpoint: string;
  readonly project: string;
  readonly apiKey: string;
  readonly fetch?: typeof fetch;
}): StatesClient {
  const { endpoint, project, apiKey } = options;
  const url = `${endpoint.replace(/\/+$/, "")}/projects/${encodeURIComponent(project)}/states`;
  return {
    async write(wish) {
      const response = await (options.fetch ?? fetch)(url, {
        method: "POST",
        headers: { "x-client-key": apiKey, "content-type": "application/json" },
        body: JSON.stringify(wish),
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((cause: unknown) => {
        throw new InvalidationError("SERVICE_UNREACHABLE", { cause });
      });
      const text = await response.text();
      if (response.status !== 200) {
        const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
        throw new InvalidationError(response.status >= 500 ? "SERVICE_UNAVAILABLE" : "REQUEST_REFUSED", {
          status: response.status,
          said: text.slice(0, 300),
          ...(wait > 0 && { retryAfterMs: wait * 1_000 }),
        });
      }
      try {
        const { invalidation } = JSON.parse(text) as { readonly invalidation?: unknown };
        return typeof invalidation === "string" ? invalidation : undefined;
      } catch (cause) {
        throw new InvalidationError("ANSWER_MALFORMED", { cause });
      }
    },
  };
}
