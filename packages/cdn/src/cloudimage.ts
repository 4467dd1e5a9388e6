import type { CdnDriver, CdnLimits } from "@freshet/core";
import { type ApiOptions, baseOf, createAsk, field, isEmpty } from "./ask.ts";
import { CdnError } from "./errors.ts";
import { type Hidden, reveal } from "./secret.ts";

export interface CloudimageOptions extends ApiOptions {
  /** The account's token, the first label of its delivery URLs; names it in the log. */
  readonly token: string;
  /** The account's API key. */
  readonly key: Hidden;
  /** The account delivers what one project of Freshet delivers, so that all of it may be purged. */
  readonly dedicated?: boolean | undefined;
}

const LIMITS: CdnLimits = {
  // The API has no stated bound for urls, its console takes ten. https://docs.cloudimage.io/caching-and-acceleration/invalidation-api
  batch: 10,
  perMinute: 60,
  // "About 30 seconds", up to 60 for single originals.
  settleMs: 60_000,
};

/**
 * An account of Cloudimage that delivers the same originals: it is told their paths, written with the same aliases. It knows neither
 * folders nor tags nor what Freshet's answers carry.
 */
export function createCloudimageDriver(options: CloudimageOptions): CdnDriver {
  const name = `cloudimage ${options.token}`;
  const base = baseOf(options.endpoint, "https://api.cloudimage.com");
  const ask = createAsk(name, () => [reveal(options.key)], options);
  const invalidate = async (body: unknown, signal: AbortSignal): Promise<void> => {
    const { json } = await ask(
      {
        method: "POST",
        url: `${base}/invalidate`,
        headers: { "X-Client-Key": reveal(options.key), "Content-Type": "application/json" },
        body: JSON.stringify(body),
      },
      signal,
    );
    if (field(json, "status") !== "success" || typeof field(field(json, "invalidation"), "uuid") !== "string")
      throw new CdnError("NODE_BROKEN", name, "the answer is no receipt");
  };
  return {
    name,
    ending: "probed",
    limits: LIMITS,
    async purgeOriginals({ originals }, signal) {
      if (isEmpty(name, originals, LIMITS.batch)) return;
      await invalidate({ scope: "original", urls: originals }, signal);
    },
    ...(options.dedicated ? { purgeProject: (_, signal) => invalidate({ scope: "all" }, signal) } : {}),
  };
}
