import { createRequire } from "node:module";
import { TryLater } from "@freshet/connector";
import type { Site } from "../site.ts";

/** What of the REST API is asked: media from an offset on, in order of their ids. */
export interface MediaSource {
  list(offset: number, limit: number): Promise<readonly unknown[]>;
}

const TIMEOUT_MS = 20_000;
const FIELDS = "id,media_type,mime_type,source_url,media_details";

type Ask = (query: string) => Promise<unknown>;

// What we use of the package, which its makers leave to subclasses. Its own types draw in those of all of WordPress, as source.
interface ApiClient {
  createEndpointCustomGet(endpoint: string): () => Promise<unknown>;
}
interface Exports {
  readonly default: new (
    baseUrl: string,
    options: { readonly restBase: string; readonly onError: () => Promise<void> },
  ) => ApiClient;
}

const require = createRequire(import.meta.url);

/**
 * Asks through wordpress-api-client. That knows no time limit, hides what a server answered, and cannot ask a site in a
 * folder or without rewriting: so the route is given whole, as `?rest_route=`, the call is raced with a timer, and what failed is
 * asked once more, without the package, to learn why.
 */
export function createMediaSource(site: Site): MediaSource {
  const folder = new URL(site.url).pathname;
  let ask: Ask | undefined;
  const open = (): Ask => {
    // Only a site without the plugin needs it.
    const { default: Client }: Exports = require("wordpress-api-client");
    const client = new Client(site.url, { restBase: folder, onError: async () => {} });
    return (query) => client.createEndpointCustomGet(`?${query}`)();
  };
  return {
    async list(offset, limit) {
      ask ??= open();
      const query = new URLSearchParams({
        rest_route: "/wp/v2/media",
        ...{ orderby: "id", order: "asc", offset: String(offset), per_page: String(limit), _fields: FIELDS },
      });
      const { promise: late, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(new Error("too slow")), TIMEOUT_MS);
      let answer: unknown;
      try {
        answer = await Promise.race([ask(query.toString()), late]);
      } catch (cause) {
        throw await explain(site, `${site.url}/?${query}`, cause);
      } finally {
        clearTimeout(timer);
      }
      if (!Array.isArray(answer)) throw new Error(`${site.url} did not answer a list of media.`);
      return answer;
    },
  };
}

async function explain(site: Site, url: string, cause: unknown): Promise<Error> {
  const response = await fetch(url, {
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => undefined);
  await response?.body?.cancel();
  if (response === undefined) return new Error(`${site.url} cannot be reached.`, { cause });
  const { status, headers } = response;
  const wait = Number(headers.get("retry-after") ?? Number.NaN) * 1_000;
  const sentence =
    status === 401 || status === 403
      ? `${site.url} shows its media list to nobody (${status}). Allow the REST API, or install the plugin.`
      : `${site.url} did not give its media list (${status}).`;
  return new TryLater(sentence, wait > 0 ? wait : 0, { cause });
}
