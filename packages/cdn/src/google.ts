import type { CdnDriver, CdnLimits } from "@freshet/core";
import { type ApiOptions, baseOf, createAsk, field, isEmpty } from "./ask.ts";
import { CdnError } from "./errors.ts";
import { fetchGoogleToken } from "./google-token.ts";
import { type Hidden, reveal } from "./secret.ts";
import { readsShared, type SharedOptions } from "./shared.ts";
import { createTokens } from "./tokens.ts";

export interface GoogleOptions extends ApiOptions, SharedOptions {
  /** Id of the project at Google. */
  readonly project: string;
  /** Name of the load balancer's URL map. */
  readonly urlMap: string;
  /** JSON of a service account's key that may compute.urlMaps.invalidateCache; absent: what the machine itself may. */
  readonly key?: Hidden | undefined;
}

/**
 * One URL map of Google Cloud CDN. It has no `purgeUrls`: its paths stand for every query, and sizes are queries here. The REST API is one
 * POST; the client for it (@google-cloud/compute) is one for all of Google's machines.
 */
export function createGoogleDriver(options: GoogleOptions): CdnDriver {
  const { project, urlMap, key } = options;
  const name = `google ${project}/${urlMap}`;
  const base = baseOf(options.endpoint, "https://compute.googleapis.com");
  const secrets = () => [key === undefined ? "" : reveal(key), ...tokens.secrets()];
  const ask = createAsk(name, secrets, options);
  const tokens = createTokens((signal) =>
    fetchGoogleToken(name, key === undefined ? undefined : reveal(key), ask, signal),
  );
  const limits: CdnLimits = {
    // 10 tags in a request, 500 requests a minute, in effect after about 10 s.
    // https://cloud.google.com/cdn/docs/cache-invalidation-overview
    batch: 10,
    perMinute: 500,
    account: `google ${project}`,
    settleMs: 10_000,
  };
  const path = `projects/${encodeURIComponent(project)}/global/urlMaps/${encodeURIComponent(urlMap)}`;
  return {
    name,
    ending: "probed",
    limits,
    reads: { tags: { header: "Cache-Tag", separator: "," }, ...readsShared(options) },
    async purgeTags({ tags }, signal) {
      if (isEmpty(name, tags, limits.batch)) return;
      const { json } = await tokens.run(
        (token) =>
          ask(
            {
              method: "POST",
              url: `${base}/compute/v1/${path}/invalidateCache`,
              headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
              body: JSON.stringify({ cacheTags: tags }),
            },
            signal,
          ),
        signal,
      );
      // An operation was begun, or one that has already failed.
      if (typeof field(json, "name") !== "string")
        throw new CdnError("NODE_BROKEN", name, "the answer is no operation");
      if (field(json, "error") !== undefined)
        throw new CdnError("PURGE_REFUSED", name, JSON.stringify(field(json, "error")).slice(0, 300));
    },
  };
}
